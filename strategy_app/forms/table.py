"""What is sent with a table: rows or a file, for which strategy, and why."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from strategy_app.coverage.frame import Frame
from strategy_app.forms.fields import PlainTextField
from strategy_app.models.localized import localized_text


class TableForm(forms.Form):
    """A table as rows of text or as a file; its content is for the importer to read."""

    strategy = forms.ChoiceField(label=_("Strategy"))
    text = forms.CharField(
        label=_("Rows"), required=False, strip=False, widget=forms.Textarea
    )
    file = forms.FileField(label=_("File"), required=False, max_length=200)

    def __init__(self, data=None, files=None, *, frame: Frame, strategy: str = ""):
        super().__init__(data, files, initial={"strategy": strategy})
        self.fields["strategy"].choices = [
            (group.code, str(localized_text(group.name_en, group.name_ja)))
            for group in frame.strategies
        ]

    def clean(self):
        cleaned = super().clean()
        if "file" in self.errors:
            return cleaned
        has_text = bool(cleaned.get("text", "").strip())
        if has_text and cleaned.get("file"):
            raise ValidationError(
                _("Send either rows or a file: empty the field, or choose no file.")
            )
        if not has_text and not cleaned.get("file"):
            raise ValidationError(_("Paste rows from a spreadsheet, or choose a file."))
        return cleaned


class ApplyForm(forms.Form):
    """Why a table is applied, in the words of whoever does."""

    reason = PlainTextField(
        label=_("Reason or source (may stay empty)"),
        max_length=300,
        required=False,
    )
