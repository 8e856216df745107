"""Gaps in words: why, since when, and what can be done about each."""

import datetime
from collections import Counter
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from strategy_app.coverage import gaps
from strategy_app.coverage.counts import Coverage
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.gaps import DEFINITIONS, Gap, Kind
from strategy_app.models import Target
from strategy_app.models.localized import LocalizedText, localized_text
from strategy_app.views.rows import element_address, group_label, programmes_address

# So many programmes of a cliff are named; the rest are counted.
_NAMED = 4


@dataclass(frozen=True)
class GapRow:
    """One gap in words, with what can be done about it."""

    rank: int
    kind: Kind
    definition: str
    code: str
    title: LocalizedText
    address: str
    group: str
    why: str
    since: datetime.date | None
    score: float
    actions: list[tuple[str, str]]


def kinds_counted(found: list[Gap]):
    """Return each kind with its definition and how many gaps of it were found."""
    numbers = Counter(gap.kind for gap in found)
    return [(kind, DEFINITIONS[kind], numbers[kind]) for kind in Kind]


def gap_rows(frame: Frame, coverage: Coverage, found: list[Gap], first=1) -> list[GapRow]:
    """Return rows for these gaps, ranked from ``first`` on."""
    tree, scope = coverage.tree, coverage.scope
    return [
        GapRow(
            rank=rank,
            kind=gap.kind,
            definition=DEFINITIONS[gap.kind],
            code=tree.codes[gap.row],
            title=localized_text(tree.titles_en[gap.row], tree.titles_ja[gap.row]),
            address=element_address(scope, tree.codes[gap.row]),
            group=group_label(frame, gap.by, gap.group) if gap.group else "",
            why=_why(frame, gap),
            since=gaps.since(frame, coverage, gap),
            score=gap.score,
            actions=_actions(scope, tree.codes[gap.row], gap),
        )
        for rank, gap in enumerate(found, start=first)
    ]


def _why(frame, gap):
    if gap.kind == Kind.CLIFF:
        return _why_cliff(frame, gap)
    if gap.kind == Kind.BELOW_TARGET:
        return _why_below_target(gap)
    sentence = {
        Kind.UNCOVERED: _("%(assessed)d of %(active)d assessed, none supports it"),
        Kind.THIN: _("one single programme supports it"),
        Kind.HOLE: _("none of %(active)d supports it (%(assessed)d assessed)"),
        Kind.UNEVIDENCED: _("%(actual)d support it, none with a dated source"),
        Kind.UNCONFIRMED: _("%(actual)d support it, none confirmed by a second person"),
        Kind.STALE: _(
            "%(actual)d support it, none confirmed and judged within %(months)d months"
        ),
        Kind.NEEDS_REVIEW: _("%(low)d of %(actual)d that support it ask to be re-read"),
        Kind.UNKNOWN: _(
            "only %(assessed)d of %(active)d assessed (%(percent)d %%);"
            " %(actual)d support it"
        )
        if gap.actual
        else _(
            "only %(assessed)d of %(active)d assessed (%(percent)d %%);"
            " none supports it so far"
        ),
    }[gap.kind]
    return sentence % {
        "assessed": gap.assessed,
        "active": gap.active,
        "actual": gap.actual,
        "low": gap.low or 0,
        "months": frame.thresholds.fresh_months,
        "percent": round(100 * gap.assessed / gap.active) if gap.active else 0,
    }


def _why_below_target(gap):
    is_share = gap.measure.startswith("share")
    amount = "{:.1f} %" if is_share else "{:.0f}"
    return _("%(measure)s: target %(target)s, now %(low)s, at most %(high)s") % {
        "measure": Target.Measure(gap.measure).label,
        "target": amount.format(gap.target),
        "low": amount.format(gap.low),
        "high": amount.format(gap.high),
    }


def _why_cliff(frame, gap):
    codes = [frame.programmes.codes[column] for column in gap.programmes]
    named = _(", ").join(codes[:_NAMED])
    if len(codes) > _NAMED:
        named = _("%(some)s and %(number)d more") % {
            "some": named,
            "number": len(codes) - _NAMED,
        }
    sentence = _("from %(day)s %(low)d of %(actual)d are left; these end: %(programmes)s")
    return sentence % {
        "day": date_format(gap.from_day),
        "low": gap.low,
        "actual": gap.actual,
        "programmes": named,
    }


def _actions(scope, code, gap):
    """Return what can be done from a gap: (what, where)."""
    narrowed = scope.but(**{gap.by: gap.group}) if gap.by and gap.by != "status" else scope
    missing = (
        _("%(number)d not assessed") % {"number": gap.active - gap.assessed},
        programmes_address(narrowed, element=code, state="not_assessed"),
    )
    records = (
        _("Open these records"),
        programmes_address(scope, element=code, state="supported"),
    )
    raisable = (
        _("Those at level 1"),
        programmes_address(narrowed, element=code, state="significant"),
    )
    if gap.kind in (Kind.UNEVIDENCED, Kind.UNCONFIRMED, Kind.STALE, Kind.NEEDS_REVIEW):
        return [records]
    if gap.kind == Kind.THIN:
        return [(_("See which"), records[1]), missing]
    if gap.kind == Kind.CLIFF:
        ahead = scope.but(day=gap.from_day)
        return [
            (_("See which"), records[1]),
            (_("That day"), element_address(ahead, code)),
        ]
    if gap.kind == Kind.HOLE:
        matrix = f"{reverse('matrix')}?{scope.query(by=gap.by)}#{code}:{gap.group}"
        return [missing, (_("Matrix"), matrix)]
    return [missing, raisable] if gap.actual else [missing]
