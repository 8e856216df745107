"""Look twice: what often is a slip in tagging. Hints never keep anything from being saved.

The rules follow the "Handbook on the OECD-DAC Gender Equality Policy Marker" (2016) on
over-marking: a principal objective is what an activity would not have been undertaken
without, so it has few of them; a score rests on documents and on the objectives that they
state, not on effects that may come about. The numbers and the phrases are our own.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from strategy_app.models import Alignment, Level
from strategy_app.queries import alignment as alignment_queries

# More principal objectives than these on one programme are rarely meant.
MOST_PRINCIPAL = 3
# So many assessed elements before "all alike" says anything.
LEAST_ALIKE = 5

# Words of results and by-products; a purpose is told by what a programme sets out to do.
EFFECT_PHRASES = (
    "as a result", "leads to", "led to", "resulted in", "results in", "side effect",
    "side-effect", "by-product", "byproduct", "spill-over", "spillover", "ripple effect",
    "knock-on", "indirectly", "contributes incidentally", "also benefits",
)  # fmt: skip
EFFECT_PHRASES_JA = (
    "結果として", "結果的に", "その結果", "副次的", "副産物", "波及効果", "間接的に",
    "付随的", "派生的", "につながった", "に寄与することもある",
)  # fmt: skip


@dataclass(frozen=True)
class Hint:
    """Something to look at again.

    kind: "many_principal", "undated", "same_rationale", "all_significant" or "effect".
    text: what is seen; meaning: why it matters. elements: codes, in the order of the
    records. programme: code of the other programme where the hint is about one.
    """

    kind: str
    text: str
    meaning: str
    elements: list[str] = field(default_factory=list)
    programme: str | None = None


def hints(
    programme_id: int,
    strategy_code: str,
    day: datetime.date,
    *,
    element: str | None = None,
) -> list[Hint]:
    """Return the hints of a programme's records open on ``day``; of one ``element``'s.

    Three queries at most, however many records there are.
    """
    rows = list(
        alignment_queries.rows()
        .open()
        .in_force(day)
        .filter(programme=programme_id, element__strategy__code=strategy_code)
        .order_by("id")
    )
    found = hints_of(rows)
    if element is None:
        return found
    return [hint for hint in found if element in hint.elements]


def hints_of(rows: Iterable[Alignment]) -> list[Hint]:
    """Return the hints of all rows in force of one programme; one query at most."""
    rows = list(rows)
    claims = [row for row in rows if row.level != Level.NOT_TARGETED]
    return [
        *_many_principal(claims),
        *_undated(claims),
        *_same_within(claims),
        *_same_elsewhere(claims),
        *_all_significant(rows),
        *_effects(claims),
    ]


def _codes(rows):
    return [row.element.code for row in rows]


def _many_principal(claims):
    principal = [row for row in claims if row.level == Level.PRINCIPAL]
    if len(principal) > MOST_PRINCIPAL:
        yield Hint(
            "many_principal",
            _("%(number)d elements are principal: %(elements)s.")
            % {"number": len(principal), "elements": _(", ").join(_codes(principal))},
            _(
                "Principal is what the programme would not exist without; more than"
                " %(most)d of them are rarely meant."
            )
            % {"most": MOST_PRINCIPAL},
            _codes(principal),
        )


def _undated(claims):
    undated = [
        row
        for row in claims
        if row.level == Level.PRINCIPAL
        and not any(source.dated_on for source in row.evidence.all())
    ]
    if undated:
        yield Hint(
            "undated",
            _("Principal without a dated source: %(elements)s.")
            % {"elements": _(", ").join(_codes(undated))},
            _("It does not count as evidenced until a source with its date is added."),
            _codes(undated),
        )


def _same_within(claims):
    of_text = defaultdict(list)
    for row in claims:
        of_text[row.rationale.strip()].append(row)
    for same in of_text.values():
        if len(same) > 1:
            yield Hint(
                "same_rationale",
                _("The same rationale stands at %(elements)s.")
                % {"elements": _(", ").join(_codes(same))},
                _copied(),
                _codes(same),
            )


def _same_elsewhere(claims):
    """Find the rationales that their authors have also given for other programmes."""
    authored = [row for row in claims if row.judgement.opened_in.by_id]
    if not authored:
        return
    pairs = (
        Alignment.objects.open()
        .filter(
            rationale__in={row.rationale for row in authored},
            opened_in__by__in={row.judgement.opened_in.by_id for row in authored},
            level__gt=Level.NOT_TARGETED,
        )
        .exclude(programme=authored[0].programme_id)
        .order_by("id")
        .values_list("rationale", "opened_in__by_id", "programme__code", "element__code")
    )
    other_of = {}
    for rationale, author, programme, element in pairs[:200]:
        other_of.setdefault((rationale, author), (programme, element))
    for row in authored:
        other = other_of.get((row.rationale, row.judgement.opened_in.by_id))
        if other:
            yield Hint(
                "same_rationale",
                _("%(element)s has the rationale of %(programme)s × %(other)s.")
                % {
                    "element": row.element.code,
                    "programme": other[0],
                    "other": other[1],
                },
                _copied(),
                [row.element.code],
                other[0],
            )


def _copied():
    return _("A reason that fits everything explains nothing: say what is particular here.")


def _all_significant(rows):
    if len(rows) >= LEAST_ALIKE and all(row.level == Level.SIGNIFICANT for row in rows):
        yield Hint(
            "all_significant",
            ngettext(
                "The %(number)d assessed element is significant.",
                "All %(number)d assessed elements are significant.",
                len(rows),
            )
            % {"number": len(rows)},
            _("Marked alike, they say nothing: some will be principal, or not targeted."),
            _codes(rows),
        )


def _effects(claims):
    for row in claims:
        if phrase := effect_phrase(row.rationale):
            yield Hint(
                "effect",
                _("The rationale of %(element)s speaks of an effect (“%(phrase)s”).")
                % {"element": row.element.code, "phrase": phrase},
                _(
                    "What counts is what the programme sets out to do; an effect that may"
                    " come about is not targeted."
                ),
                [row.element.code],
            )


def effect_phrase(rationale: str) -> str | None:
    """Return the first phrase of a rationale that speaks of effects, None for none."""
    plain = rationale.casefold()
    return next(
        (phrase for phrase in (*EFFECT_PHRASES, *EFFECT_PHRASES_JA) if phrase in plain),
        None,
    )
