"""Two days, groups, layers or states of knowledge, side by side."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from strategy_app.coverage import budgets, timeline
from strategy_app.coverage.compare import (
    GROUPS,
    LACKS,
    Kind,
    Pair,
    four_counts,
    kinds_between,
)
from strategy_app.coverage.counts import STATES, Coverage
from strategy_app.forms.compare import ComparePageForm, Support
from strategy_app.models.localized import LocalizedText, localized_text
from strategy_app.queries import programme as programme_queries
from strategy_app.views.differing import UPWARDS, kinds_of, other_side
from strategy_app.views.rows import (
    ElementRow,
    element_address,
    element_rows,
    group_label,
    programmes_address,
    state_label,
)
from strategy_app.views.scoping import frame_of, reading, scoped

_PAGE = 50


@dataclass(frozen=True)
class Number:
    """One number on both sides, None where a side has none, and the difference."""

    state: str
    label: str
    before: int | None
    after: int | None
    before_address: str
    after_address: str

    @property
    def difference(self) -> int | None:
        """After minus before, None where one of them is missing."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before

    @property
    def fewer(self) -> int:
        """By how much it is less after than before."""
        return -self.difference


@dataclass(frozen=True)
class ComparedElement:
    """One element with its numbers on both sides."""

    code: str
    title: LocalizedText
    depth: int
    address: str
    numbers: list[Number]
    changes_address: str


@dataclass(frozen=True)
class GroupSide:
    """How much of one group supports an element, with its bar and the rows behind it.

    is_supported, is_read: whether any of its programmes does, and whether anybody has
    looked. is_unbudgeted: whether no budget of those that do is on record.
    """

    bar: ElementRow
    number: int
    address: str
    is_supported: bool
    is_read: bool
    is_unbudgeted: bool


@dataclass(frozen=True)
class GroupedElement:
    """One element with the support of two groups."""

    element: ElementRow
    support: Support
    sides: list[GroupSide]


@reading
@scoped(ComparePageForm, "page")
def compare(request):
    """Show both sides by element, and what makes the difference."""
    pair = request.scope_form.pair()
    context = _about(request, pair)
    if pair.by in GROUPS:
        context |= _groups(request, pair)
    else:
        context |= _turn(request, pair)
    return render(request, "strategy_app/explore/compare.html", context)


def _about(request, pair):
    """Return what both kinds of comparison show: the sides, and the form to choose them."""
    form = request.scope_form
    return {
        "pair": pair,
        "by": pair.by,
        "coverage": pair.own,
        "is_empty": all(side.tree is None for side in pair.sides)
        or all(side.is_empty for side in pair.sides),
        "sides": [
            {
                "label": side_label(request, pair, side),
                "active": side.active,
                "programmes": side.programmes,
                "with_budget": side.with_budget,
                "address": programmes_address(side.scope, period="active"),
                "has_tree": side.tree is not None,
                "is_ahead": timeline.is_ahead(side.frame, side.scope),
            }
            for side in pair.sides
        ],
        "tabs": _tabs(request, pair),
        "choice": _choice(form, pair),
        "kind": form.cleaned_data["kind"],
        "chosen_element": form.cleaned_data["element"],
    }


def side_label(request, pair: Pair, side: Coverage) -> str:
    """Return what a side is called: its day, group, records or change."""
    scope, form = side.scope, request.scope_form
    if pair.by == "day":
        return date_format(scope.day)
    if pair.by == "known_at":
        return _("As known at change %(number)d") % {"number": side.change}
    if pair.by == "layer":
        return str(dict(form.fields["layer"].choices)[scope.layer])
    code = getattr(scope, pair.by)
    if code is None:
        return _("All departments") if pair.by == "department" else _("All categories")
    return group_label(frame_of(request), pair.by, code)


# --- choosing ---


def _tabs(request, pair):
    """Return one tab for each kind of comparison: (label, address, whether it is shown)."""
    scope, frame = pair.own.scope, frame_of(request)
    labels = {
        "day": _("Two days"),
        "department": _("Two departments"),
        "category": _("Two categories"),
        "layer": _("Two layers"),
        "known_at": _("Two states of knowledge"),
    }
    first = {
        "department": _neighbours(frame.programmes.departments, scope.department),
        "category": _neighbours(frame.programmes.categories, scope.category),
    }
    tabs = []
    for by, label in labels.items():
        if by == "day":
            query = scope.query()
        elif by in GROUPS:
            own, other = first[by]
            if other is None:
                continue  # there are none to compare
            query = scope.but(**{by: own}).query(**{f"with_{by}": other})
        elif by == "layer":
            other = "confirmed" if scope.layer == "claimed" else "claimed"
            query = scope.query(with_layer=other)
        else:
            query = scope.query(with_known_at=pair.own.change)
        tabs.append((label, f"?{query}", by == pair.by))
    return tabs


def _neighbours(groups, code):
    """Return a group, the chosen one if there is one, and another beside it."""
    codes = [group.code for group in groups]
    own = code or (codes[0] if codes else None)
    others = [other for other in codes if other != own]
    return own, others[0] if others else None


def _choice(form, pair):
    """Return the two fields of this comparison, and what of the scope is kept beside."""
    name = "with" if pair.by == "day" else f"with_{pair.by}"
    kept = pair.own.scope.parameters()
    kept.pop(pair.by, None)
    return {
        "fields": [
            (form[pair.by], getattr(pair.own.scope, pair.by)),
            (form[name], getattr(pair.other.scope, pair.by)),
        ],
        "kept": kept.items(),
    }


# --- days, layers, changes ---


def _turn(request, pair):
    asked = request.scope_form.cleaned_data
    kept = other_side(pair) | {"element": asked["element"] or None}
    scope = pair.own.scope
    of_element = pair.differences.only(element=asked["element"])
    shown, numbers = of_element.only(kind=asked["kind"]), of_element.by_kind()
    page = Paginator(shown, _PAGE).get_page(request.GET.get("page"))
    return {
        "kinds": kinds_of(
            pair.by,
            {kind: numbers[kind] for kind in kinds_between(pair.by)},
            lambda kind: f"?{scope.query(**kept, kind=kind)}",
        ),
        "turn": _turn_words(request, pair),
        "all": len(of_element),
        "all_address": f"?{scope.query(**kept)}",
        "every_element_address": "?"
        + scope.query(**other_side(pair), kind=asked["kind"] or None),
        "page": page,
        "page_query": scope.query(**kept, kind=asked["kind"] or None),
        "rows": _rows(request, pair, page.object_list),
        "elements": compared_elements(pair),
        "states": [(state, _state_words(pair, state)) for state in STATES],
    }


def _turn_words(request, pair):
    """Return what both sides are called in the tables: layers have no before and after."""
    if pair.by == "layer":
        return [side_label(request, pair, side) for side in pair.sides]
    return [_("Before"), _("After")]


def _state_words(pair, state):
    """Return what a state is called: what a layer has no record of may well be assessed."""
    if pair.by == "layer" and state == "not_assessed":
        return _("Not assessed, or not at the layer")
    return state_label(state)


def _rows(request, pair, differences):
    """Return one page of the list, each with its programme and element (one query)."""
    frame = frame_of(request)
    found = programme_queries.in_order(
        frame, [difference.programme for difference in differences]
    )
    names = {programme.code: programme.name for programme in found}
    titles = {element.code: element for element in _titles(pair)}
    rows = []
    for difference in differences:
        code = frame.programmes.codes[difference.programme]
        # A programme that has ended, and a withdrawn element, are found on their side.
        side = pair.before if difference.kind in _BEFORE_ONLY else pair.after
        if side.tree is None or difference.element not in side.tree.row_of:
            side = pair.before
        page = reverse("programme", args=[code])
        rows.append(
            {
                "difference": difference,
                "is_upwards": difference.kind in UPWARDS,
                "lacks": LACKS[pair.after.scope.layer]
                if difference.kind == Kind.LACKING
                else "",
                "code": code,
                "name": names.get(code),
                "element": titles[difference.element],
                "address": f"{page}?{side.scope.query()}#{difference.element}",
            }
        )
    return rows


_BEFORE_ONLY = {Kind.ENDED, Kind.REMOVED, Kind.LACKING}


@dataclass(frozen=True)
class _Title:
    code: str
    title: LocalizedText
    depth: int
    side: Coverage


def _titles(pair):
    """Yield each compared element as the later side that has it calls it."""
    for code in pair.codes:
        for side in (pair.after, pair.before):
            row = side.tree.row_of.get(code) if side.tree else None
            if row is not None:
                title = localized_text(side.tree.titles_en[row], side.tree.titles_ja[row])
                yield _Title(code, title, int(side.tree.depth[row]), side)
                break


def compared_elements(pair: Pair) -> list[ComparedElement]:
    """Return a row for each element that is alignable on either side."""
    scope = pair.own.scope
    other = other_side(pair)
    return [
        ComparedElement(
            code=found.code,
            title=found.title,
            depth=found.depth,
            address=element_address(found.side.scope, found.code),
            numbers=_numbers(pair, found.code),
            changes_address=f"?{scope.query(**other, element=found.code)}#changes",
        )
        for found in _titles(pair)
    ]


def _numbers(pair, code):
    sides = [four_counts(side, code) or [None] * len(STATES) for side in pair.sides]
    return [
        Number(
            state=state,
            label=_state_words(pair, state),
            before=before,
            after=after,
            before_address=programmes_address(pair.before.scope, element=code, state=state),
            after_address=programmes_address(pair.after.scope, element=code, state=state),
        )
        for state, before, after in zip(STATES, *sides, strict=True)
    ]


# --- groups ---


def _groups(request, pair):
    """Return which elements one group supports and the other does not."""
    kind, scope = request.scope_form.cleaned_data["kind"], pair.own.scope
    rows = _grouped_elements(pair)
    labels = [side_label(request, pair, side) for side in pair.sides]
    supports = [
        {
            "kind": support,
            "label": _support_label(support, labels),
            "number": sum(row.support == support for row in rows),
            "address": f"?{scope.query(**other_side(pair), kind=support.value)}",
        }
        for support in Support
    ]
    return {
        "supports": supports,
        "all": len(rows),
        "all_address": f"?{scope.query(**other_side(pair))}",
        "rows": [row for row in rows if not kind or row.support == kind],
    }


def _support_label(support, labels):
    return {
        Support.ONLY_OWN: _("Only %(group)s") % {"group": labels[0]},
        Support.ONLY_OTHER: _("Only %(group)s") % {"group": labels[1]},
        Support.BOTH: _("Both"),
        Support.NEITHER: _("Neither"),
        Support.UNKNOWN: _("None so far, not fully assessed"),
    }[support]


def _grouped_elements(pair):
    """Return a row for each alignable element, with both groups' bars and support."""
    if pair.own.tree is None:
        return []
    sides = [_group_side(side) for side in pair.sides]
    return [
        GroupedElement(both[0].bar, _support(*both), list(both))
        for both in zip(*sides, strict=True)
    ]


def _group_side(side):
    """Return one group's support of each alignable element."""
    tree, ways = side.tree, budgets.elements(side.frame, side.scope)
    alignable = [row for row, yes in enumerate(tree.alignable) if yes]
    is_unbudgeted = ways.unknown("supported")
    return [
        GroupSide(
            bar=bar,
            number=int(side.supported[row]),
            address=programmes_address(
                side.scope, element=tree.codes[row], state="supported"
            ),
            is_supported=bool(ways.programmes.supported[row] > 0),
            is_read=bool(ways.programmes.assessed[row] > 0 or not ways.programmes.active),
            is_unbudgeted=bool(is_unbudgeted[row]),
        )
        for row, bar in zip(alignable, element_rows(side), strict=True)
    ]


def _support(own, other):
    """Return which group supports an element; of none, whether both were looked at."""
    if not (own.is_supported or other.is_supported):
        is_known = own.is_read and other.is_read
        return Support.NEITHER if is_known else Support.UNKNOWN
    return _SUPPORT[own.is_supported, other.is_supported]


_SUPPORT = {
    (True, False): Support.ONLY_OWN,
    (False, True): Support.ONLY_OTHER,
    (True, True): Support.BOTH,
}
