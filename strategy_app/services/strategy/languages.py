"""Which of its two languages a wording of a draft is behind in.

As gettext calls a translation fuzzy: one language is behind once the other was changed
after it, since what was published. Whoever types is bringing the language up to date that
they type in, and types in pieces, for each pause saves. So:

- nothing differs from what is published: it is as it was published, behind or not;
- only one differs from what is published: it has caught up where it was published as the
  one behind, else the other one is behind;
- the language that is behind is typed in: it has caught up, and goes on to be up to date
  for as long as nothing else is typed in;
- a language is taken up again after both were settled, be it to mend a letter: the other
  one is behind, until it is typed in or somebody says that both say the same;
- both are changed in one go: neither is behind.

Of an element that was never published, what is published is empty.
"""

from itertools import pairwise

from strategy_app.models import Wording

# The fields of a wording that people write, by language.
TEXTS = {"en": ("title_en", "body_en"), "ja": ("title_ja", "body_ja")}
_OTHER = {"en": "ja", "ja": "en"}


def differing(one, other) -> set[str]:
    """Return the languages in which two wordings differ; None says nothing in either."""
    return {
        code
        for code, names in TEXTS.items()
        if any(getattr(one, name, "") != getattr(other, name, "") for name in names)
    }


def behind(published: Wording | None, wording: Wording, typed: set[str]) -> str:
    """Return the language that is behind, "" for neither, once ``typed`` were edited.

    published: what the element says in the revision before, and which language was behind
    then. wording: edited, not saved yet; its ``behind`` is how it stood before. typed:
    empty where all of it was written at once. One query, and only where it matters.
    """
    changed = differing(published, wording)
    if len(changed) < 2:
        return _beside_published(published, changed)
    if len(typed) != 1:
        return ""
    (language,) = typed
    if wording.behind:
        return "" if wording.behind == language else _OTHER[language]
    return "" if _is_catching_up(wording, language) else _OTHER[language]


def _beside_published(published, changed):
    """Return which language is behind where at most one differs from what is published."""
    was_behind = published.behind if published else ""
    if not changed:
        return was_behind
    (language,) = changed
    return "" if language == was_behind else _OTHER[language]


def _is_catching_up(wording, language):
    """Whether its last edit was one by which this language was catching up."""
    versions = Wording.history.filter(id=wording.pk).order_by("-history_id")
    for newer, older in pairwise(versions.iterator()):
        typed = differing(older, newer)
        if typed == {language}:
            return True
        if typed:
            return older.behind == language
        if older.behind:  # somebody has said that both say the same
            return False
    return False
