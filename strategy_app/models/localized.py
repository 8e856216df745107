"""Text in two languages: plain columns ``*_en`` and ``*_ja``, one way to read them."""

import unicodedata
from dataclasses import dataclass

from django.utils.translation import get_language


@dataclass(frozen=True)
class LocalizedText:
    """A text, the language it is in, and whether that is the reader's own."""

    text: str
    language: str
    is_fallback: bool

    def __str__(self):
        return self.text


def languages():
    """Return both languages, the reader's own first."""
    own = "ja" if (get_language() or "en").startswith("ja") else "en"
    return [own, "en" if own == "ja" else "ja"]


def localized_text(english, japanese):
    """Return the text in the active language, or the other one marked as fallback."""
    texts = {"en": english or "", "ja": japanese or ""}
    wanted, other = languages()
    if texts[wanted] or not texts[other]:
        return LocalizedText(texts[wanted], wanted, False)
    return LocalizedText(texts[other], other, True)


def localized(name):
    """Return a property that reads ``name_en`` / ``name_ja`` in the active language."""

    def read(instance):
        return localized_text(
            getattr(instance, f"{name}_en"), getattr(instance, f"{name}_ja")
        )

    return property(read)


def name_order(name):
    """Return what puts names in the order in which readers look for them.

    Accents and voicing marks come second (é after e, ド after ト). Japanese names in kana
    come first; those in kanji after them, for how they are read is not known.
    """
    letters = unicodedata.normalize("NFKD", str(name)).casefold()
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return plain, letters
