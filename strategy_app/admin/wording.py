"""Wordings: drafts are edited one element a page, published ones are read."""

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy_app.admin.base import ADMIN, KeptAdmin
from strategy_app.admin.forms import ElementChoiceField, VersionedForm
from strategy_app.models import Change, Element, Revision, Wording
from strategy_app.models.strategy import validate_code
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import strategy as strategy_services

_TEXTS = ["title_en", "title_ja", "body_en", "body_ja"]


class WordingForm(VersionedForm):
    """One wording of a draft."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        revision = self.drafted()
        if "parent" in self.fields:
            self.fields["parent"] = ElementChoiceField(
                Element.objects.filter(wordings__revision=revision).order_by(
                    "wordings__position"
                ).exclude(pk=self.instance.element_id),
                wordings=strategy_queries.wordings(revision) if revision else [],
                required=False,
                label=gettext_lazy("Parent"),
                help_text=gettext_lazy("The element that it stands below."),
            )  # fmt: skip

    def drafted(self):
        """Return the draft that the wording belongs to."""
        return self.instance.revision

    def check(self):
        strategy_services.check_place(self.instance)
        before = self._published()
        is_same = before is None or all(
            getattr(self.instance, name) == getattr(before, name) for name in _TEXTS
        )
        if not is_same and self.instance.modification == Wording.Modification.UNCHANGED:
            raise ValidationError(
                {
                    "modification": _(
                        "The text is no longer that of the last revision: say whether"
                        " the change is editorial or material."
                    )
                }
            )

    def _published(self):
        """Return the wording that was published last, if the element had one."""
        return strategy_queries.published_wordings(self.instance.element_id).first()


class SuggestionsInput(forms.TextInput):
    """A text field with suggestions, which work without script."""

    suggestions = ()

    def render(self, name, value, attrs=None, renderer=None):
        field = super().render(
            name, value, (attrs or {}) | {"list": f"{name}-suggestions"}, renderer
        )
        options = format_html_join(
            "", '<option value="{}"></option>', [(text,) for text in self.suggestions]
        )
        return format_html(
            '{}<datalist id="{}-suggestions">{}</datalist>', field, name, options
        )


class NewWordingForm(WordingForm):
    """A wording to be added to a draft, of a new element or of one there is."""

    element_code = forms.CharField(
        label=gettext_lazy("Element code"),
        max_length=32,
        validators=[validate_code],
        widget=SuggestionsInput,
        help_text=gettext_lazy(
            "A code that the strategy has had before means the same element; any other"
            " makes a new one."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        draft = self.drafted()
        self.fields["revision"].queryset = _drafts()
        self.initial.setdefault("revision", draft and draft.pk)
        if draft is not None:
            last = draft.wordings.order_by("-position").first()
            self.initial.setdefault("position", last.position + 1 if last else 1)
            unused = Element.objects.filter(strategy=draft.strategy_id).exclude(
                wordings__revision=draft
            )
            self.fields["element_code"].widget.suggestions = list(
                unused.order_by("code").values_list("code", flat=True)
            )

    def drafted(self):
        asked = str(self.data.get("revision") or self.initial.get("revision") or "")
        drafts = {str(draft.pk): draft for draft in _drafts()}
        only = next(iter(drafts.values())) if len(drafts) == 1 else None
        return drafts.get(asked, only)

    def clean(self):
        cleaned = super().clean()
        revision, code = cleaned.get("revision"), cleaned.get("element_code")
        if revision is None or not code:
            return cleaned
        if revision.wordings.filter(element__code=code).exists():
            self.add_error("element_code", _("This draft has this element already."))
        self.instance.element = Element.objects.filter(
            strategy=revision.strategy, code=code
        ).first() or Element(strategy=revision.strategy, code=code)
        return cleaned


class TreeChangeList(ChangeList):
    """A list that knows how deep in its tree each wording stands."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        parents = {
            (revision, element): parent
            for revision, element, parent in Wording.objects.filter(
                revision__in={wording.revision_id for wording in self.result_list}
            ).values_list("revision_id", "element_id", "parent_id")
        }
        for wording in self.result_list:
            wording.depth, above = 0, wording.parent_id
            while above is not None:
                wording.depth += 1
                above = parents.get((wording.revision_id, above))


@admin.register(Wording)
class WordingAdmin(KeptAdmin):
    form = WordingForm
    action = Change.Action.EDIT_STRATEGY
    actions = None
    list_display = ["code", "indented_title", "kind", "use", "modification"]
    list_display_links = ["code", "indented_title"]
    list_filter = ["revision", "kind", "is_alignable", "modification"]
    search_fields = ["element__code", *_TEXTS]
    ordering = ["revision__strategy__code", "-revision_id", "position"]
    list_per_page = 200
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "revision", "element", "parent", "position", "kind", "is_alignable",
                    "modification",
                ]
            },
        ),
        (gettext_lazy("English"), {"fields": ["title_en", "body_en"]}),
        (gettext_lazy("Japanese"), {"fields": ["title_ja", "body_ja"]}),
        (None, {"fields": ["source"]}),
    ]  # fmt: skip

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related("element", "revision__strategy", "parent")

    def get_changelist(self, request, **kwargs):
        return TreeChangeList

    @admin.display(description=gettext_lazy("code"), ordering="element__code")
    def code(self, wording):
        return wording.element.code

    @admin.display(description=gettext_lazy("title"))
    def indented_title(self, wording):
        return format_html(
            '<span class="depth-{}">{}</span>', min(wording.depth, 6), wording.title
        )

    @admin.display(description=gettext_lazy("use"), ordering="is_alignable")
    def use(self, wording):
        return _("Alignable") if wording.is_alignable else _("Context")

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = NewWordingForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request, obj=None):
        if obj is not None:
            return self.fieldsets
        (_name, first), *others = self.fieldsets
        names = ["element_code" if name == "element" else name for name in first["fields"]]
        return [(None, {"fields": names}), *others]

    def get_readonly_fields(self, request, obj=None):
        return ["revision", "element"] if obj is not None else []

    def has_add_permission(self, request):
        if not hasattr(request, "has_draft"):
            request.has_draft = _drafts().exists()
        return super().has_add_permission(request) and request.has_draft

    def has_change_permission(self, request, obj=None):
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.revision.is_draft)

    def has_delete_permission(self, request, obj=None):
        return obj is not None and obj.revision.is_draft

    def keep(self, request, obj, form):
        if obj.element_id is None or obj.element.pk is None:
            obj.element = strategy_services.save_element(
                strategy=obj.revision.strategy, code=obj.element.code, by=request.user,
                source=ADMIN,
            )  # fmt: skip
        self._make_room(request, obj)
        strategy_services.save_wording(
            wording=obj, by=request.user, decides=True, source=ADMIN
        )

    def _make_room(self, request, obj):
        """Move what stands at this place, and after it, one further."""
        others = Wording.objects.filter(revision=obj.revision).exclude(pk=obj.pk)
        if not others.filter(position=obj.position).exists():
            return
        for other in others.filter(position__gte=obj.position):
            other.position += 1
            strategy_services.save_wording(wording=other, by=request.user, source=ADMIN)

    def delete_model(self, request, obj):
        strategy_services.delete_wording(wording=obj, by=request.user, source=ADMIN)
        request.has_saved = True

    def get_deleted_objects(self, objs, request):
        """Refuse while elements stand below it."""
        found, counts, perms, protected = super().get_deleted_objects(objs, request)
        below = [
            str(child)
            for wording in objs
            for child in Wording.objects.filter(
                revision=wording.revision_id, parent=wording.element_id
            ).select_related("element")
        ]
        return found, counts, perms, protected + below

    def tools(self, request, wording):
        revision = [wording.revision_id]
        return [
            (
                _("Its revision"),
                reverse("admin:strategy_app_revision_change", args=revision),
            )
        ]


def _drafts():
    return Revision.objects.filter(published_in=None).select_related("strategy").order_by(
        "strategy__code"
    )  # fmt: skip
