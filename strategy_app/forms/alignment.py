"""One judgement as people or programs send it: the same form for page, API and admin."""

from collections.abc import Sequence

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from strategy_app.forms.fields import AddressField, DayField, PlainTextField
from strategy_app.models import (
    Alignment,
    Element,
    Evidence,
    Level,
    Programme,
    Wording,
)
from strategy_app.services.ledger import (
    Source,
    check_can_be_aligned,
    check_judgement,
)

RATIONALE_MAX = 4000
FILE_KINDS = ["pdf", "docx", "xlsx", "pptx", "odt", "txt", "csv", "png", "jpg", "jpeg"]


class EvidenceForm(forms.Form):
    """One source: what it is called, where it is, of which day."""

    no_address = _("Give an address, or attach the file.")

    title = PlainTextField(label=_("Title"), max_length=300, required=False)
    url = AddressField(
        label=_("Address"),
        max_length=1000,
        required=False,
        error_messages={
            "invalid": _(
                "Enter an address that begins with http:// or https://."
                " A file can be attached beside it."
            )
        },
    )
    file = forms.FileField(
        label=_("or file"),
        required=False,
        max_length=100,
        validators=[FileExtensionValidator(FILE_KINDS)],
    )
    dated_on = DayField(label=_("Date of the source"), required=False)
    # The recorded evidence whose file goes on being meant when no new one is sent.
    keeps = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, cell=None, **kwargs):
        super().__init__(*args, **kwargs)
        # A row that says what was recorded before is meant too: only blank ones are not.
        self.empty_permitted = False
        self.cell = cell
        self.kept = None

    @property
    def is_blank(self):
        """Whether nobody filled it in."""
        return not any(
            self.cleaned_data.get(name) for name in ("title", "url", "file", "dated_on")
        ) and not (self.kept and self.kept.file)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > settings.EVIDENCE_MAX_BYTES:
            raise ValidationError(
                gettext("This file is larger than %(limit)d MB."),
                params={"limit": settings.EVIDENCE_MAX_BYTES // 1024 // 1024},
            )
        return file

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("keeps") and self.cell:
            programme, elements = self.cell
            self.kept = Evidence.objects.filter(
                pk=cleaned["keeps"],
                alignment__programme=programme,
                alignment__element__in=elements,
            ).first()
        if self.errors or self.is_blank or cleaned.get("DELETE"):
            return cleaned
        if not cleaned.get("title"):
            self.add_error("title", _("Give the source a title."))
        if not cleaned.get("url") and not cleaned.get("file") and not self._kept_file():
            self.add_error("url", self.no_address)
        if not cleaned.get("dated_on") and not self._is_as_recorded(cleaned):
            self.add_error("dated_on", _("Give the date of the source."))
        return cleaned

    def source(self) -> Source:
        """Return what was sent as the ledger's service takes it."""
        cleaned = self.cleaned_data
        return Source(
            title=cleaned["title"],
            url=cleaned["url"],
            file=cleaned["file"] or self._kept_file(),
            dated_on=cleaned["dated_on"],
        )

    def _is_as_recorded(self, cleaned):
        """Whether it is a source of loaded history, which may lack its date, unchanged."""
        kept = self.kept
        return (
            kept is not None
            and kept.dated_on is None
            and (kept.title, kept.url) == (cleaned.get("title"), cleaned.get("url"))
            and not cleaned.get("file")
        )

    def _kept_file(self):
        return self.kept.file.name if self.kept and self.kept.file else ""


EvidenceFormSet = forms.formset_factory(
    EvidenceForm, extra=1, max_num=10, absolute_max=10, validate_max=True, can_delete=True
)


class AlignmentForm(forms.Form):
    """Level, rationale and evidence of one programme for one element.

    Valid means: the service will take it, unless someone else is faster. ``replaces`` is
    the id of the row in force that the sender saw, empty for none; ``read`` that of the
    wording, empty where they do not say. ``proposals`` are rows of elements that this one
    comes from: the form begins with what the first of them says.
    """

    level = forms.TypedChoiceField(
        label=_("Level"),
        coerce=int,
        choices=Level.choices,
        widget=forms.RadioSelect,
        error_messages={
            "invalid_choice": _("Choose a level: 0, 1 or 2."),
            "required": _("Choose a level: 0, 1 or 2."),
        },
    )
    rationale = PlainTextField(
        label=_("Rationale"),
        max_length=RATIONALE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)
    read = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data=None,
        files=None,
        *,
        programme: Programme,
        element: Element,
        current: Alignment | None = None,
        wording: Wording | None = None,
        proposals: Sequence[Alignment] = (),
        prefix: str | None = None,
        auto_id: str = "id_%s",
    ):
        begun = current or next(iter(proposals), None)
        initial = {"replaces": current and current.pk, "read": wording and wording.pk}
        if begun:
            initial |= {"level": begun.level, "rationale": begun.rationale}
        recorded = begun.evidence.all() if begun else []
        elements = [element, *(row.element for row in proposals)]
        super().__init__(data, files, initial=initial, prefix=prefix, auto_id=auto_id)
        self.programme, self.element = programme, element
        self.evidence = EvidenceFormSet(
            data,
            files,
            prefix=f"{prefix}-evidence" if prefix else "evidence",
            auto_id=auto_id,
            initial=[
                {
                    "title": item.title,
                    "url": item.url,
                    "dated_on": item.dated_on,
                    "keeps": item.pk,
                }
                for item in recorded
            ],
            form_kwargs={"cell": (programme, elements)},
        )

    @classmethod
    def from_json(cls, body: dict, *, programme: Programme, element: Element):
        """Return the form for what the API was sent (see the API's description)."""
        sources = body.get("evidence") or []
        data = {
            "level": body.get("level"),
            "rationale": body.get("rationale"),
            "replaces": body.get("replaces"),
            "evidence-TOTAL_FORMS": len(sources),
            "evidence-INITIAL_FORMS": 0,
        }
        for number, item in enumerate(sources):
            for name in ("title", "url", "dated_on"):
                data[f"evidence-{number}-{name}"] = item.get(name)
        return cls(data, programme=programme, element=element)

    def is_valid(self):
        """Whether form and evidence are both in order."""
        evidence_is_valid = self.evidence.is_valid() if self.is_bound else False
        return super().is_valid() and evidence_is_valid

    def clean(self):
        cleaned = super().clean()
        for check in (self._check_cell, self._check_judgement):
            try:
                check(cleaned)
            except ValidationError as refusal:
                for field, messages in refusal.message_dict.items():
                    self.add_error(field if field in self.fields else None, messages)
                    self.refused.setdefault(field, []).extend(messages)
        return cleaned

    @property
    def refused(self) -> dict[str, list[str]]:
        """Refusals by what they are about: programme, element, level, evidence …"""
        return self.__dict__.setdefault("_refused", {})

    def sources(self) -> list[Source]:
        """Return the evidence that was filled in."""
        return [
            form.source()
            for form in self.evidence.forms
            if form.is_valid() and not form.is_blank and not form.cleaned_data.get("DELETE")
        ]

    def judgement(self) -> dict:
        """Return the arguments of ``services.ledger.align`` but for ``by``."""
        return {
            "programme": self.programme,
            "element": self.element,
            "level": self.cleaned_data["level"],
            "rationale": self.cleaned_data["rationale"],
            "evidence": self.sources(),
            "replaces": self.cleaned_data["replaces"],
            "read": self.cleaned_data["read"],
        }

    def _check_cell(self, _cleaned):
        check_can_be_aligned(self.programme, self.element)

    def _check_judgement(self, cleaned):
        # Where a source is incomplete, its own fields say what is missing.
        if "level" in cleaned and "rationale" in cleaned and self.evidence.is_valid():
            check_judgement(
                cleaned["level"], cleaned["rationale"], self.sources(), self._recorded()
            )

    def _recorded(self):
        """Return the recorded sources that go on being meant."""
        return [Source.of(form.kept) for form in self.evidence.forms if form.kept]
