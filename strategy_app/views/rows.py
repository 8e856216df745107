"""Turn arrays of coverage into rows that templates can print, each number with its link."""

from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django_countries import countries

from strategy_app.coverage import counts
from strategy_app.coverage.counts import STATES, Coverage
from strategy_app.coverage.frame import Frame
from strategy_app.coverage.gaps import DEFINITIONS, Gap, Kind
from strategy_app.coverage.scope import UNKNOWN
from strategy_app.models import Programme
from strategy_app.models.localized import LocalizedText, localized_text


@dataclass(frozen=True)
class Part:
    """One of the four parts of a bar: its number, its share in %, where its bar starts."""

    state: str
    label: str
    count: int
    share: float
    start: float
    address: str


@dataclass(frozen=True)
class ElementRow:
    """One element with its coverage."""

    code: str
    title: LocalizedText
    depth: int
    is_alignable: bool
    address: str
    parts: list[Part]
    active: int

    @property
    def summary(self):
        """The bar in words, for those who do not see it."""
        return _(", ").join(f"{part.label} {part.count}" for part in self.parts)


def state_label(state):
    """Return what a state is called: one of the four parts, or a sum of them."""
    return {
        "principal": _("Principal"),
        "significant": _("Significant"),
        "not_targeted": _("Not targeted"),
        "not_assessed": _("Not assessed"),
        "supported": _("Supported"),
        "assessed": _("Assessed"),
        "active": _("Active"),
    }[state]


def programmes_address(scope, **extra):
    """Return the list of the programmes that a number counts."""
    return f"{reverse('programme-list')}?{scope.query(**extra)}"


def element_rows(coverage: Coverage, only=None) -> list[ElementRow]:
    """Return a row for each alignable element, or for the tree rows ``only``."""
    if coverage.tree is None:
        return []
    chosen = range(len(coverage.tree.codes)) if only is None else only
    return [
        _element_row(coverage, row)
        for row in chosen
        if only is not None or coverage.tree.alignable[row]
    ]


def _element_row(coverage, row):
    tree, scope = coverage.tree, coverage.scope
    code = tree.codes[row]
    return ElementRow(
        code=code,
        title=localized_text(tree.titles_en[row], tree.titles_ja[row]),
        depth=int(tree.depth[row]),
        is_alignable=bool(tree.alignable[row]),
        address=element_address(scope, code),
        parts=parts_of(scope, coverage.counts[row], coverage.active, element=code),
        active=coverage.active,
    )


def element_address(scope, code):
    """Return the page of an element, in this scope."""
    return f"{reverse('element', args=[scope.strategy, code])}?{scope.query()}"


def parts_of(scope, four_counts, active, **extra) -> list[Part]:
    """Return the four parts of a bar; ``extra`` goes into their links."""
    parts, start = [], 0.0
    for state, count in zip(STATES, four_counts, strict=True):
        share = 100 * int(count) / active if active else 0.0
        parts.append(
            Part(
                state=state,
                label=state_label(state),
                count=int(count),
                share=round(share, 3),
                start=round(start, 3),
                address=programmes_address(scope, **extra, state=state),
            )
        )
        start += share
    return parts


# --- groups ---


def group_label(frame: Frame, by: str, code: str) -> str:
    """Return the name of a category, department, country or status."""
    if code == UNKNOWN:
        return _("None recorded") if by == "country" else _("Not yet known")
    if by == "country":
        return countries.name(code)
    if by == "status":
        return str(Programme.Status(code).label)
    programmes = frame.programmes
    groups = programmes.categories if by == "category" else programmes.departments
    for group in groups:
        if group.code == code:
            return str(localized_text(group.name_en, group.name_ja))
    return code


# --- gaps ---


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
    score: float
    actions: list[tuple[str, str]]


def unknown_below():
    """Return the share of assessed programmes below which a gap is "unknown"."""
    return settings.UNKNOWN_BELOW


def kinds_counted(found: list[Gap]):
    """Return each kind with how many gaps of it were found."""
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
            why=_why(gap),
            score=gap.score,
            actions=_actions(scope, tree.codes[gap.row], gap),
        )
        for rank, gap in enumerate(found, start=first)
    ]


def _why(gap):
    numbers = {
        "assessed": gap.assessed,
        "active": gap.active,
        "actual": gap.actual,
        "percent": round(100 * gap.assessed / gap.active) if gap.active else 0,
    }
    if gap.kind == Kind.UNCOVERED:
        return _("%(assessed)d of %(active)d assessed, none supports it") % numbers
    if gap.kind == Kind.UNKNOWN:
        only = (
            _(
                "only %(assessed)d of %(active)d assessed (%(percent)d %%);"
                " %(actual)d support it"
            )
            if gap.actual
            else _(
                "only %(assessed)d of %(active)d assessed (%(percent)d %%);"
                " none supports it so far"
            )
        )
        return only % numbers
    if gap.kind == Kind.THIN:
        return _("one single programme supports it")
    return _("none of %(active)d supports it (%(assessed)d assessed)") % numbers


def _actions(scope, code, gap):
    """Return what can be done from a gap: (what, where)."""
    narrowed = scope.but(**{gap.by: gap.group}) if gap.by and gap.by != "status" else scope
    missing = (
        _("%(number)d not assessed") % {"number": gap.active - gap.assessed},
        programmes_address(narrowed, element=code, state="not_assessed"),
    )
    if gap.kind == Kind.THIN:
        return [
            (_("See which"), programmes_address(scope, element=code, state="supported")),
            missing,
        ]
    if gap.kind == Kind.HOLE:
        matrix = f"{reverse('matrix')}?{scope.query(by=gap.by)}#{code}"
        return [missing, (_("Matrix"), matrix)]
    raisable = (
        _("Those at level 1"),
        programmes_address(narrowed, element=code, state="significant"),
    )
    return [missing, raisable] if gap.actual else [missing]


def totals(grouped: counts.GroupedCoverage, frame: Frame):
    """Return the groups of a matrix as (code, label, active)."""
    return [
        (code, group_label(frame, grouped.by, code), int(active))
        for code, active in zip(grouped.groups, grouped.active, strict=True)
    ]
