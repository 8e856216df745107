"""What differs between two revisions, as a page shows it element by element."""

from collections import Counter

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from strategy_app.models import Revision, Strategy
from strategy_app.queries import crosswalk as crosswalk_queries
from strategy_app.queries import revision as revision_queries
from strategy_app.queries.revision import Alteration
from strategy_app.views.strategy import document

# No word of it changed and it stands where it stood, yet it is used otherwise.
_RECAST = "recast"
# What became of an element, told by shape, in the order of the summary.
_SIGNS = {
    Alteration.ADDED: "+",
    Alteration.WITHDRAWN: "−",
    Alteration.REWORDED: "≠",
    Alteration.MOVED: "⇅",
    _RECAST: "◇",
    Alteration.SAME: "=",
}


def differences(
    strategy: Strategy, before: Revision | None, after: Revision, *, is_whole: bool = False
) -> dict:
    """Return what ``_summary.html``, ``_head.html`` and ``_diff.html`` show.

    At most five queries. is_whole: also what is as it was. Without a revision before, all
    of it is new.
    """
    found = revision_queries.compare(before, after)
    number = Counter(_kind_of(diff) for diff in found)
    elements = _elements(strategy, before, after, found)
    return {
        "before": before,
        "after": after,
        "head": _head(before, after, is_whole),
        "summary": [
            {"kind": kind, "label": _label(kind), "sign": sign, "number": number[kind]}
            for kind, sign in _SIGNS.items()
            if number[kind] or kind != _RECAST
        ],
        "elements": [each for each in elements if is_whole or each["is_told"]],
    }


def _head(before, after, is_whole):
    """Return name and preface in both languages, where they differ, the name first."""
    found = revision_queries.compare_heads(before, after)
    labels = {"name": pgettext("of a revision", "Name"), "preface": _("Preface")}
    return [
        {
            "label": label,
            "language": code,
            "is_same": not differs,
            "words": pieces,
            "old": revision_queries.without(pieces, "in"),
            "new": revision_queries.without(pieces, "out"),
        }
        for name, label in labels.items()
        for code in document.languages()
        if (pieces := found[f"{name}_{code}"])
        and ((differs := any(kind != "same" for kind, _piece in pieces)) or is_whole)
    ]


def _elements(strategy, before, after, found):
    languages = document.languages()
    crosswalk = crosswalk_queries.between(before, after)
    judged = crosswalk_queries.judged(before, after)
    address = _addresses(strategy, before, after, found)
    return [
        _element(
            diff,
            languages,
            address,
            [
                *crosswalk.origins.get(diff.code, []),
                *crosswalk.successors.get(diff.code, []),
            ],
            judged.get(diff.code, []),
        )
        for diff in found
    ]


def _addresses(strategy, before, after, found):
    """Return the function that says where an element is read, of a draft edited.

    What is only in the draft has no page of its own yet.
    """
    in_draft = set()
    for name, revision in (("before", before), ("after", after)):
        if revision is not None and revision.is_draft:
            in_draft |= {diff.code for diff in found if getattr(diff, name) is not None}

    def address(element):
        page = "draft-element" if element in in_draft else "element"
        return reverse(page, args=[strategy.code, element])

    return address


def _element(diff, languages, address, links, judged):
    """Return one element with its text in both languages, the reader's own first."""
    kind = _kind_of(diff)
    return {
        "diff": diff,
        "kind": kind,
        "label": _label(kind),
        "sign": _SIGNS[kind],
        "texts": [text for code in languages if (text := _text(diff, code))],
        "address": address(diff.code),
        "links": [
            (label, [(code, address(code)) for code in codes])
            for label, codes in crosswalk_queries.grouped(links)
        ],
        "judged": judged,
        "is_told": diff.is_changed or bool(links),
    }


def _text(diff, language):
    """Return an element in one language, None where it has no text in it."""
    title, body = f"title_{language}", f"body_{language}"
    pieces = diff.pieces[title] + diff.pieces[body]
    if not pieces:
        return None
    return {
        "language": language,
        "share": round(100 * diff.shares[language]),
        "is_same": all(kind == "same" for kind, _piece in pieces),
        "title": diff.pieces[title],
        "body": diff.pieces[body],
        "old": (diff.old_pieces[title], diff.old_pieces[body]),
        "new": (diff.new_pieces[title], diff.new_pieces[body]),
    }


def _kind_of(diff):
    is_recast = diff.change == Alteration.SAME and diff.is_recast
    return _RECAST if is_recast else diff.change


def _label(kind):
    return _("Used otherwise") if kind == _RECAST else kind.label
