"""Fields that read what people in two languages type."""

import datetime
import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

FIRST_DAY = datetime.date(1900, 1, 1)
LAST_DAY = datetime.date(2199, 12, 31)

_TAG = re.compile(r"<[a-zA-Z!/?][^>]*>?")  # but not "fewer than: a < b"
# Letters that are drawn as nothing: Hangul fillers, the blank of Braille.
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
# "report.pdf" would pass for a host name.
_FILE_NAME = re.compile(
    r"(?i)[^/]+\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|txt|csv|png|jpe?g|gif|zip|html?)"
)
# What a spreadsheet would run: "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3".
_FORMULA = re.compile(r"\s*(?:[=@]|[+-]\s*(?:[\d(]|\w+\s*[(|!]))")


class DayField(forms.DateField):
    """A day, also in full-width digits or with slashes, within the calendar we keep."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    input_formats = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"]
    default_error_messages = {
        "invalid": _("Enter a day as 2026-03-31."),
        "range": _("Choose a day between %(first)s and %(last)s."),
    }

    def to_python(self, value):
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip()
        day = super().to_python(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(
                self.error_messages["range"],
                code="range",
                params={"first": FIRST_DAY.isoformat(), "last": LAST_DAY.isoformat()},
            )
        return day


def validate_storable(value):
    """Refuse half characters, which JSON can carry and no database can."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValidationError(
            _("This contains a character that is broken."), code="broken_character"
        ) from None


def validate_plain_text(value):
    """Refuse markup, and what a spreadsheet would take for a formula."""
    if _TAG.search(value):
        raise ValidationError(
            _("Write plain text: markup such as <b> is not accepted."), code="markup"
        )
    if _FORMULA.match(unicodedata.normalize("NFKC", value)):
        raise ValidationError(
            _("Write plain words: this begins like a spreadsheet formula."),
            code="formula",
        )


def _has_something_to_read(text):
    """Whether there is more than blanks, invisible ones (U+200B, U+3164) included."""
    return any(
        not letter.isspace()
        and letter not in _BLANK_LETTERS
        and unicodedata.category(letter) != "Cf"
        for letter in text
    )


class PlainTextField(forms.CharField):
    """Words of a person: kept as typed, in composed form (NFC), no markup, no formula."""

    default_validators = [validate_storable, validate_plain_text]
    default_error_messages = {
        "max_length": _(
            "This is %(show_value)d characters long; at most %(limit_value)d fit."
        )
    }

    def to_python(self, value):
        text = unicodedata.normalize("NFC", super().to_python(value) or "")
        return text.replace("\r\n", "\n") if _has_something_to_read(text) else ""


class AddressField(forms.URLField):
    """An address on the web: a path to a file, or any other scheme, is refused."""

    default_error_messages = {
        "invalid": _("Enter an address that begins with http:// or https://.")
    }

    def __init__(self, **kwargs):
        super().__init__(assume_scheme="https", **kwargs)
        self.validators = [
            validator
            for validator in self.validators
            if not isinstance(validator, URLValidator)
        ]
        self.validators += [
            validate_storable,
            URLValidator(schemes=["http", "https"], message=self.error_messages["invalid"]),
        ]

    def to_python(self, value):
        value = unicodedata.normalize("NFC", value or "").strip()
        is_path = re.match(r"(?i)[a-z]:[\\/]|\\\\|file:|/", value)
        if is_path or _FILE_NAME.fullmatch(value):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)
