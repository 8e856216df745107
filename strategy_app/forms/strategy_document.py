"""The document of a strategy: how it is sent, and how what it proposes is corrected."""

import unicodedata
from collections import Counter

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from strategy_app.forms.draft import RefusableForm, validate_markdown
from strategy_app.forms.fields import PlainTextField
from strategy_app.models import Element, Revision, Wording
from strategy_app.models.strategy import validate_code

_LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]


class DocumentForm(RefusableForm):
    """A document as a file or as text, the same in the other language, and its name.

    What is in them is for the importer to read.
    """

    file = forms.FileField(
        label=_("A file: DOCX, ODT, HTML, Markdown or plain text"),
        required=False,
        max_length=200,
    )
    text = forms.CharField(
        label=_("or its text"), required=False, strip=False, widget=forms.Textarea
    )
    other_file = forms.FileField(
        label=_("A file: DOCX, ODT, HTML, Markdown or plain text"),
        required=False,
        max_length=200,
    )
    other_text = forms.CharField(
        label=_("or its text"), required=False, strip=False, widget=forms.Textarea
    )
    name = PlainTextField(
        label=_("What the revision is called"), max_length=100, required=False
    )

    def clean(self):
        cleaned = super().clean()
        for file, text in (("file", "text"), ("other_file", "other_text")):
            if cleaned.get(file) and cleaned.get(text, "").strip():
                self.add_error(
                    text, _("Send a file or text: empty the field, or choose no file.")
                )
        if not {"file", "text"} & {*self.errors} and not (
            cleaned.get("file") or cleaned.get("text", "").strip()
        ):
            self.add_error("file", _("Choose a file, or paste the document's text."))
        return cleaned

    @property
    def documents(self):
        """The fields of each document: (its name, file, text)."""
        return [
            (_("Document"), self["file"], self["text"]),
            (_("The same document in the other language"), self["other_file"],
             self["other_text"]),
        ]  # fmt: skip


class _AsTyped(forms.CharField):
    """Words that are kept even where they cannot stay so."""

    def __init__(self, label, **kwargs):
        super().__init__(label=label, required=False, strip=False, **kwargs)

    def to_python(self, value):
        text = unicodedata.normalize("NFC", value or "").replace("\0", "")
        return text.replace("\r\n", "\n").strip("\n")


class _Line(_AsTyped):
    def to_python(self, value):
        return " ".join(super().to_python(value).split("\n")).strip()


class _Code(_Line):
    def to_python(self, value):
        return unicodedata.normalize("NFKC", super().to_python(value)).upper()


def _body():
    return _AsTyped(_("Text"), widget=forms.Textarea)


class RowForm(RefusableForm):
    """A row of a document. It refuses nothing but what nobody can choose.

    What is wrong is kept as it was typed; ``problems_of`` tells of it until it is right.
    """

    title_en = _Line(_("Title"))
    body_en = _body()
    title_ja = _Line(_("Title"))
    body_ja = _body()
    code = _Code(_("Code"))
    kind = forms.ChoiceField(
        label=_("Type"),
    )
    use = forms.ChoiceField(
        label=_("Use"),
        choices=[
            ("alignable", _("Alignable")),
            ("context", _("Context only")),
            ("text", _("No element: its text joins the one above")),
        ],
    )
    below = forms.TypedChoiceField(label=_("Stands below"), coerce=int)
    beside = forms.TypedChoiceField(coerce=int, required=False, empty_value=0)
    replaces = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data=None, *, row: dict, languages, places, types, takers=(), **kwargs
    ):
        """Offer places and takers: (number, name) of other rows; types: names by code.

        It can stand below the former; the latter lack a text in the second language.
        """
        super().__init__(data, **kwargs)
        self.fields["kind"].choices = list(types.items())
        self._offer_takers(languages, takers)
        self.languages = languages
        self.fields["below"].choices = [(0, _("At the top")), *places]
        if not places:
            del self.fields["below"]
        if not row["kind"]:
            for name in ("code", "kind", "use"):
                del self.fields[name]
            self._name_the_document()
        for language, _name in _LANGUAGES:
            if language not in languages:
                del self.fields[f"title_{language}"], self.fields[f"body_{language}"]

    def _offer_takers(self, languages, takers):
        field = self.fields["beside"]
        field.choices = [(0, _("this row")), *takers]
        field.label = {
            "en": _("Its English text belongs to"), "ja": _("Its Japanese text belongs to")
        }[languages[-1]]  # fmt: skip
        if not takers:
            del self.fields["beside"]

    def _name_the_document(self):
        for language, _name in _LANGUAGES:
            self.fields[f"title_{language}"].label = _("What the revision is called")
            self.fields[f"body_{language}"].label = _("Preface")

    @property
    def texts(self):
        """The fields of each language: (its code, its name, title, text)."""
        names = dict(_LANGUAGES)
        return [
            (code, names[code], self[f"title_{code}"], self[f"body_{code}"])
            for code in self.languages
        ]

    @property
    def others(self):
        """The fields that are no texts."""
        names = ("code", "kind", "use", "below", "beside")
        return [self[name] for name in names if name in self.fields]


_CODE = forms.CharField(
    max_length=Element._meta.get_field("code").max_length,
    validators=[validate_code],
    error_messages={"required": _("An element needs a code.")},
)
_TOO_LONG = PlainTextField.default_error_messages["max_length"]
_TITLE, _NAME = (
    forms.CharField(
        required=False,
        max_length=model._meta.get_field(name).max_length,
        error_messages={"max_length": _TOO_LONG},
    )
    for model, name in ((Wording, "title_en"), (Revision, "name_en"))
)


def problems_of(rows: list[dict]) -> dict[int, dict[str, list[str]]]:
    """Return what keeps rows from becoming a draft: messages by row and by field.

    Rows as in importers/document/rows.py.
    """
    codes = Counter(row["code"] for row in rows[1:] if row["use"] != "text")
    found = {0: {name: _refused(_NAME, rows[0][name]) for name in _TITLES}}
    found[0] |= {name: _markup(rows[0][name]) for name in _BODIES}
    for number, row in enumerate(rows[1:], start=1):
        if row["use"] == "text":
            # It joins the text of an element, a title as mere words.
            found[number] = {name: _markup(row[name]) for name in _BODIES}
        else:
            found[number] = _problems(row, codes)
    return {
        number: told
        for number, by_field in found.items()
        if (told := {name: messages for name, messages in by_field.items() if messages})
    }


_TITLES, _BODIES = (
    [f"{name}_{language}" for language, _name in _LANGUAGES] for name in ("title", "body")
)


def _problems(row, codes):
    problems = {"code": _refused(_CODE, row["code"])}
    problems |= {name: _markup(row[name]) for name in _BODIES}
    if not problems["code"] and codes[row["code"]] > 1:
        problems["code"] = [_("Another row has this code.")]
    for language, _name in _LANGUAGES:
        title = row[f"title_{language}"]
        problems[f"title_{language}"] = _refused(_TITLE, title)
        if not title.strip() and row[f"body_{language}"].strip():
            problems[f"title_{language}"] = [_("This text needs a title.")]
    if not any(row[name].strip() for name in _TITLES):
        name = next((name for name in _TITLES if problems[name]), _first_title(row))
        problems[name] = [_("An element needs a title.")]
    return problems


def _first_title(row):
    """Return the title of the language that a row is written in."""
    return next((f"title_{language}" for language in row["markers"]), _TITLES[0])


def _markup(text):
    """Return what the workshop would refuse in a text once it is edited."""
    try:
        validate_markdown(text)
    except ValidationError as refusal:
        return list(refusal.messages)
    return []


def _refused(field, value):
    try:
        field.clean(value)
    except ValidationError as refusal:
        return list(refusal.messages)
    return []
