"""What strategy admins send of a draft: its texts, its tree, how and whence it changed."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from strategy_app.forms.fields import PlainTextField, validate_storable
from strategy_app.models import Element, ElementType, Origin, Wording
from strategy_app.models.localized import languages
from strategy_app.models.strategy import validate_code
from strategy_app.queries import strategy as strategy_queries

LONGEST_TEXT = 10_000
# Markup, but neither "fewer than: a < b" nor an address in angle brackets.
_MARKUP_BEGINS = re.compile(r"(?<!\\)<(?=(?!https?://)[a-zA-Z!/?])")
_MARKUP = re.compile(_MARKUP_BEGINS.pattern + "[^>]{1,41}>?")
_RUNNING_LINK = re.compile(r"(?i)\]\(\s*<?\s*((?:javascript|vbscript|data)):")
# Within these Markdown shows everything as it is written: fences, and spans of a paragraph.
_CODE = re.compile(
    r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\n`]*\n(?:.*\n)*? {0,3}(?P=fence)"
    r"|(?<![`\\])(?P<ticks>`+)(?!`)(?:[^`\n]|\n(?![ \t]*\n))+(?P=ticks)(?!`)",
    re.MULTILINE,
)
_INDENT = "　"  # of an option, which keeps no other space

ID = {"required": False, "min_value": 0, "max_value": 2**63 - 1}


def validate_markdown(value):
    """Refuse what Markdown would show as it is typed, or not as a link: say what it is.

    What is marked as code, or has a backslash before it, is meant to be shown so.
    """
    value = _CODE.sub("`", value)
    if found := _MARKUP.search(value):
        raise ValidationError(
            _("Markup is not accepted here: %(found)s. Write Markdown."),
            code="markup",
            params={"found": found[0]},
        )
    if found := _RUNNING_LINK.search(value):
        raise ValidationError(
            _("A link that begins with %(found)s: is not accepted."),
            code="link",
            params={"found": found[1]},
        )


def literal(text: str) -> str:
    """Return a text with backslashes before what ``validate_markdown`` would refuse.

    A page then shows it as it was written; for words that nobody typed here.
    """
    found, end = [], 0
    for code in _CODE.finditer(text):
        found += [_escaped(text[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*found, _escaped(text[end:])])


def _escaped(text):
    text = _MARKUP_BEGINS.sub(r"\\<", text)
    return _RUNNING_LINK.sub(lambda match: f"]\\{match[0][1:]}", text)


class MarkdownField(PlainTextField):
    """A text of the strategy: Markdown without HTML, in composed form (NFC)."""

    default_validators = [validate_storable, validate_markdown]
    widget = forms.Textarea

    def __init__(self, **kwargs):
        super().__init__(max_length=LONGEST_TEXT, required=False, strip=False, **kwargs)

    def widget_attrs(self, widget):
        return {}  # a browser would cut off what is too long without a word


class TitleField(PlainTextField):
    """A title, which is not cut off either."""

    def widget_attrs(self, widget):
        return {}


class RefusableForm(forms.Form):
    """A form that also shows what a service refuses."""

    def refuse(self, refusal: ValidationError):
        """Show each refusal next to its field, above the form where it has none."""
        if not hasattr(refusal, "error_dict"):
            self.add_error(None, refusal)
            return
        for name, errors in refusal.error_dict.items():
            self.add_error(name if name in self.fields else None, errors)


class StartForm(RefusableForm):
    """What a new revision is called."""

    name_en = TitleField(label=_("Name (English)"), max_length=100)
    name_ja = TitleField(label=_("Name (Japanese)"), max_length=100, required=False)


class NameForm(StartForm):
    """What a draft is called, and what stands before its elements."""

    preface_en = MarkdownField(label=_("Preface (English)"))
    preface_ja = MarkdownField(label=_("Preface (Japanese)"))
    replaces = forms.IntegerField(
        widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1
    )


def _title(label, **kwargs):
    return TitleField(label=label, max_length=300, **kwargs)


class TypeField(forms.ChoiceField):
    """One of the types of elements of the strategy at hand, chosen by its code."""

    def __init__(self):
        super().__init__(label=_("Type"))
        self.types = {}

    def offer(self, strategy_id: int) -> list[ElementType]:
        """Offer the types of a strategy, and return them (one query)."""
        found = list(strategy_queries.types(strategy_id))
        self.types = {each.code: each for each in found}
        self.choices = [(each.code, str(each)) for each in found]
        return found

    def prepare_value(self, value):
        return getattr(value, "code", value)

    def clean(self, value):
        return self.types[super().clean(value)]


_USES = [("yes", _("Alignable")), ("no", _("Context only"))]


def _use(choices=_USES, **kwargs):
    return forms.TypedChoiceField(
        label=_("Use"), choices=choices, coerce=lambda value: value == "yes", **kwargs
    )


class WordingForm(RefusableForm):
    """The texts of an element of a draft, and what it is."""

    title_en = _title(_("Title"))
    body_en = MarkdownField(label=_("Text"))
    title_ja = _title(_("Title"), required=False)
    body_ja = MarkdownField(label=_("Text"))
    type = TypeField()
    is_alignable = _use()
    source = TitleField(label=_("Source"), max_length=200, required=False)
    replaces = forms.IntegerField(widget=forms.HiddenInput, **ID)

    def __init__(self, data=None, *, wording: Wording, **kwargs):
        kwargs["initial"] = {
            name: getattr(wording, name) for name in self.base_fields if name != "replaces"
        } | {
            "is_alignable": "yes" if wording.is_alignable else "no",
            "replaces": wording.edited_in_id,
        }
        super().__init__(data, **kwargs)
        self.fields["type"].offer(wording.revision.strategy_id)

    @property
    def languages(self):
        """The fields of each language, the reader's first: (code, name, title, text)."""
        names = {"en": _("English"), "ja": _("Japanese")}
        return [
            (code, names[code], self[f"title_{code}"], self[f"body_{code}"])
            for code in languages()
        ]


class CodeField(forms.CharField):
    """The code of an element, also in full-width letters and digits."""

    default_validators = [validate_code]

    def __init__(self, **kwargs):
        super().__init__(label=_("Code"), max_length=32, **kwargs)

    def to_python(self, value):
        return unicodedata.normalize("NFKC", super().to_python(value)).strip()


class AddForm(RefusableForm):
    """An element to add to a draft. The rest of it is written once it is there."""

    code = CodeField(
        help_text=_("It stays for good: KP-2.1. A code of before brings its element back."),
    )
    below = forms.ModelChoiceField(
        Element.objects.none(),
        label=pgettext_lazy("place in the outline", "Below"),
        required=False,
        to_field_name="code",
        empty_label=_("At the top"),
    )
    title_en = _title(_("Title (English)"))
    title_ja = _title(_("Title (Japanese)"), required=False)
    type = TypeField()
    is_alignable = _use(
        [("", _("As its type says")), *_USES], required=False, empty_value=None
    )

    def __init__(self, data=None, *, draft, **kwargs):
        super().__init__(data, **kwargs)
        offer_places(self.fields["below"], draft)
        types = self.fields["type"].offer(draft.revision.strategy_id)
        self.lacks_types = not types
        usual = next((each.code for each in types if each.is_alignable), None)
        self.initial.setdefault("type", usual)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("is_alignable") is None and "type" in cleaned:
            cleaned["is_alignable"] = cleaned["type"].is_alignable
        return cleaned


class CodeForm(RefusableForm):
    """Another code for an element that is new."""

    code = CodeField()


class PlaceForm(RefusableForm):
    """Below which element of the draft an element goes, and before which one there.

    It begins with where the element stands: sent as it is, nothing moves. The outline also
    says where it stood when it was taken up: ``stood``, by two codes.
    """

    below = forms.ModelChoiceField(
        Element.objects.none(),
        label=_("Stands below"),
        required=False,
        to_field_name="code",
        empty_label=_("At the top"),
        error_messages={"invalid_choice": _("%(value)s is not in the draft any more.")},
    )
    before = forms.ModelChoiceField(
        Element.objects.none(),
        label=pgettext_lazy("place in the outline", "Before"),
        required=False,
        to_field_name="code",
        empty_label=_("Last there"),
        error_messages={"invalid_choice": _("%(value)s is not in the draft any more.")},
    )
    stood_below = forms.CharField(required=False)
    stood_before = forms.CharField(required=False)

    def __init__(self, data=None, *, draft, row, **kwargs):
        above, beside = draft.above(row), draft.beside(row)
        self.above = above.code if above else ""
        self.next = "".join(beside[beside.index(row.code) + 1 :][:1])
        initial = {"below": self.above, "before": self.next}
        super().__init__(data, initial=initial, **kwargs)
        offer_places(self.fields["below"], draft)
        offer_places(self.fields["before"], draft)
        self._offer_first([code for code in beside if code != row.code], but=row.code)

    def _offer_first(self, beside, *, but):
        """Offer what stands beside it before the rest of the outline, but not itself."""
        last, *outline = self.fields["before"].choices
        named = dict(outline)
        del named[but]
        near = [(code, named.pop(code).lstrip(_INDENT)) for code in beside]
        self.fields["before"].choices = [last, *near, *named.items()]

    def clean(self):
        cleaned = super().clean()
        cleaned["stood"] = None
        if "stood_below" in self.data:
            cleaned["stood"] = cleaned["stood_below"], cleaned["stood_before"]
        elif self._only_below_was_chosen(cleaned):
            cleaned["before"] = None
        return cleaned

    def _only_below_was_chosen(self, cleaned):
        """Whether "before" still names what stands beside it where it is to leave."""
        below, before = cleaned.get("below"), cleaned.get("before")
        leaves = (below.code if below else "") != self.above
        return leaves and before is not None and before.code == self.next

    def refuse(self, refusal):
        """Show a refusal next to what it is about."""
        for name, error in getattr(refusal, "error_dict", {"": refusal}).items():
            self.add_error("before" if name == "before" else "below", error)


def offer_places(field, draft):
    """Offer the elements of a draft as they stand in its outline."""
    here = {row.wording.element_id: row for row in draft.rows}
    field.queryset = Element.objects.filter(pk__in=here)
    field.choices = [
        ("", field.empty_label),
        *(
            (row.code, f"{_INDENT * row.depth}{row.code} {row.wording.title}")
            for row in draft.rows
        ),
    ]


class DecisionForm(RefusableForm):
    """Whether the changes of an element are editorial or material, and why."""

    modification = forms.ChoiceField(
        label=_("How it changed"),
        choices=[
            (kind.value, kind.label)
            for kind in (Wording.Modification.EDITORIAL, Wording.Modification.MATERIAL)
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    reason = TitleField(
        label=_("Reason"),
        max_length=1000,
        required=False,
        help_text=_("Needed where more than a fifth of the words changed editorially."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    replaces = forms.IntegerField(widget=forms.HiddenInput, **ID)


def kind_by_number(origins) -> str:
    """Return how an element comes from so many: split from one, merged from several."""
    if not origins:
        return ""
    return Origin.Kind.SPLIT if len(origins) == 1 else Origin.Kind.MERGED


class OriginsForm(RefusableForm):
    """Which elements of the revision before an element comes from, and how."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("element", "Where it comes from"),
        choices=[("", _("As ticked below")), *Origin.Kind.choices],
        required=False,
        help_text=_(
            "Nothing ticked: an element of its own. One: split from it. Several: merged"
            " from them."
        ),
    )
    origins = forms.ModelMultipleChoiceField(
        Element.objects.none(),
        label=_("Elements of the revision before"),
        required=False,
        to_field_name="code",
    )

    def __init__(self, data=None, *, draft, wording, **kwargs):
        super().__init__(data, **kwargs)
        others = [row for key, row in draft.before.items() if key != wording.element_id]
        field = self.fields["origins"]
        field.queryset = Element.objects.filter(pk__in=[row.element_id for row in others])
        ticked = set(self["origins"].value() or [])
        # What is ticked stands first: the list is longer than what is seen of it.
        others.sort(key=lambda row: row.element.code not in ticked)
        field.choices = [
            (row.element.code, f"{row.element.code} {row.title}") for row in others
        ]

    def clean(self):
        cleaned = super().clean()
        if "origins" in self.errors:
            return cleaned
        origins = list(cleaned["origins"])
        if cleaned.get("kind") and not origins:
            self.add_error("origins", _("Choose at least one element."))
        cleaned["kind"] = cleaned.get("kind") or kind_by_number(origins)
        return cleaned
