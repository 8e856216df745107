"""Forms that refuse to save over what somebody else has saved meanwhile."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.forms.models import model_to_dict
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from strategy_app.models import Change, Wording
from strategy_app.queries import history as history_queries


class VersionedForm(forms.ModelForm):
    """A form that carries the version of what it shows: the newest change to it.

    ``parts`` names what is edited on the same page: (model, name of its foreign key).
    """

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    parts = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self._newest() if self.instance.pk else None

    def check(self):
        """Refuse what the service would refuse (ValidationError by field)."""

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and cleaned.get("version") != self.initial["version"]:
            self._refuse_stale(cleaned.get("version") or 0)
        return cleaned

    def _post_clean(self):
        super()._post_clean()
        if self.errors:
            return
        try:
            self.check()
        except ValidationError as refusal:
            for field, messages in getattr(
                refusal, "message_dict", {None: refusal.messages}
            ).items():
                self.add_error(field if field in self.fields else None, messages)

    def _newest(self):
        """Return the id of the newest change to the row or its parts."""
        model, pk = type(self.instance), self.instance.pk
        versions = [model.history.filter(**{model._meta.pk.attname: pk})]
        versions += [part.history.filter(**{f"{key}_id": pk}) for part, key in self.parts]
        return max(
            rows.aggregate(newest=Max("change_id"))["newest"] or 0 for rows in versions
        )

    def _refuse_stale(self, seen):
        """Say who changed what since; saving once more is then a decision."""
        edits = edits_of_page(self.instance, self.parts)
        since = [edit for edit in edits if edit.change_id > seen]
        newest = Change.objects.select_related("by").get(pk=self.initial["version"])
        messages = [
            _(
                "%(person)s changed this at %(time)s, while you had it open. Nothing was"
                " saved. What you typed is kept here; what you had not touched now shows"
                " the new values. Compare, then save again."
            )
            % {
                "person": newest.by or _("The system"),
                "time": formats.date_format(
                    timezone.localtime(newest.at), "SHORT_DATETIME_FORMAT"
                ),
            }
        ] + [
            _("%(label)s: “%(before)s” became “%(after)s”.")
            % {"label": value.label, "before": value.before, "after": value.after}
            for edit in since
            for value in edit.values
        ]
        self._take_over(seen)
        self.add_error(None, messages)

    def _take_over(self, seen):
        """Show the new value of each field that this person had not touched."""
        model = type(self.instance)
        before = (
            model.history.filter(
                **{model._meta.pk.attname: self.instance.pk}, change_id__lte=seen
            )
            .order_by("-history_id")
            .first()
        )
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = self.initial["version"]
        if before is None:
            return
        old, new = (model_to_dict(row, self.fields) for row in (before, self.instance))
        for name, field in self.fields.items():
            if name not in old or isinstance(field.widget, forms.SelectMultiple):
                continue
            sent = field.widget.value_from_datadict(
                self.data, self.files, self.add_prefix(name)
            )
            if not field.has_changed(old[name], sent):
                self._show(name, field, new.get(name))

    def _show(self, name, field, value):
        key = self.add_prefix(name)
        if isinstance(field, forms.BooleanField):
            self.data.pop(key, None)
            if value:
                self.data[key] = "on"
        else:
            value = field.prepare_value(value)
            self.data[key] = "" if value is None else str(value)


def edits_of_page(instance, parts=(), limit=200):
    """Return the edits of a row and of its parts, the newest first."""
    found = history_queries.edits_to(instance, limit)
    for part, key in parts:
        ids = part.history.filter(**{f"{key}_id": instance.pk}).values_list("id", flat=True)
        for pk in sorted(set(ids)):
            found += history_queries.edits_to(part(pk=pk), limit)
    return sorted(found, key=lambda edit: -edit.change_id)


class ElementChoiceField(forms.ModelChoiceField):
    """An element, chosen by code and title."""

    def __init__(self, queryset, *, wordings=None, **kwargs):
        super().__init__(queryset, **kwargs)
        self.wordings = wordings

    def label_from_instance(self, element):
        if self.wordings is None:
            # The newest wording of each element wins.
            self.wordings = Wording.objects.filter(
                element__in=self.queryset
            ).select_related("revision").order_by("revision__in_force_from")  # fmt: skip
        if "titles" not in self.__dict__:
            self.titles = {
                wording.element_id: str(wording.title) for wording in self.wordings
            }
        return f"{element.code} {self.titles.get(element.pk, '')}"
