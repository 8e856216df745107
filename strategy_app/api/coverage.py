"""Coverage in numbers: the same arithmetic as the pages', under the same parameters."""

import hashlib

from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from strategy_app.api import errors, parameters, serializers
from strategy_app.api.base import BAD_PARAMETER, Reading
from strategy_app.coverage import across, budgets, compare, counts, gaps, timeline
from strategy_app.coverage.counts import STATES
from strategy_app.forms.compare import CompareForm
from strategy_app.forms.scope import GapsForm, MatrixForm, ScopeForm
from strategy_app.forms.timeline import YearsForm

# An answer is whole, not paged: a longer one is refused.
MOST_CHANGES = 10_000

_IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    location=OpenApiParameter.HEADER,
    description="The `ETag` of an earlier answer.",
)
_ETAG = OpenApiParameter(
    "ETag",
    location=OpenApiParameter.HEADER,
    response=[200, 304],
    description="Stays the same as long as the answer does.",
)
_ANSWERS = BAD_PARAMETER | {
    304: OpenApiResponse(description="Nothing has changed since that `ETag`."),
    412: OpenApiResponse(description="Not what `If-Match` asks for."),
}


def _described(summary, scope_parameters, serializer):
    return extend_schema(
        summary=summary,
        parameters=[*scope_parameters, _IF_NONE_MATCH, _ETAG],
        responses=_ANSWERS | {200: serializer},
    )


class _CoverageView(Reading, APIView):
    """An answer computed from one frame, which its ETag stands for."""

    pagination_class = None

    def get(self, request):
        etag = _etag(request, self.form)
        response = get_conditional_response(request._request, etag=etag)
        if response is None:
            response = Response(self.answer(self.form.frame, self.form.scope()))
        response.headers["ETag"] = etag
        if request.auth or not request.user.is_authenticated:
            # A program may keep it, and asks before each use; a signed-in browser's
            # caches keep nothing, here as elsewhere.
            response.headers["Cache-Control"] = "private, no-cache"
        return response


class CoverageView(_CoverageView):
    """How many active programmes stand at which level for each element."""

    detail_parameters = ScopeForm

    @_described("Coverage by element", parameters.SCOPE, serializers.CoverageSerializer)
    def get(self, request):
        return super().get(request)

    def answer(self, frame, scope):
        coverage = counts.elements(frame, scope)
        return _head(coverage) | {"elements": _elements(coverage.tree, coverage.counts)}


class MatrixView(_CoverageView):
    """The same in groups; a programme of several countries counts in each of them.

    Fiscal years are counted on their last days; across another strategy, a group is what
    supports an element at its top.
    """

    detail_parameters = MatrixForm

    @_described(
        "Coverage by element and group", parameters.MATRIX, serializers.MatrixSerializer
    )
    def get(self, request):
        return super().get(request)

    def answer(self, frame, scope):
        by = self.form.by_or_default()
        head = _head(counts.elements(frame, scope)) | {"by": by}
        if by == "fiscal_year":
            return head | {"groups": _years(frame, scope)}
        if by == "strategy":
            second = self.form.second_or_default()
            return head | {"second": second, "groups": _across(frame, scope, second)}
        counted = budgets.ways(lambda one: counts.by_group(frame, one, by), scope)
        return head | {"groups": _groups(counted)}


def _groups(counted):
    """Return each group of what was counted, in whichever way was asked for."""
    grouped, groups = counted.asked, []
    for index, code in enumerate(grouped.groups):
        group = {"group": code, "active_programmes": int(counted.programmes.active[index])}
        if grouped.overall.scope.basis == "budget":
            group["active"] = int(grouped.active[index])
            group["programmes_with_budget"] = int(counted.on_record.active[index])
        group["elements"] = _elements(grouped.overall.tree, grouped.counts[:, index])
        groups.append(group)
    return groups


def _years(frame, scope):
    """Return a group for each fiscal year that the page shows."""
    return [
        {"group": str(point.fiscal_year)} | _on_last_day(point)
        for point in timeline.points(frame, scope, *timeline.years(frame, scope))
    ]


def _on_last_day(point):
    """Return what there is on the last day of a fiscal year."""
    coverage = point.coverage
    found = {
        "day": point.day.isoformat(),
        "future": point.is_future,
        "active_programmes": coverage.programmes,
    }
    if coverage.scope.basis == "budget":
        found |= {"active": coverage.active, "programmes_with_budget": coverage.with_budget}
    return found | {"elements": _elements(coverage.tree, coverage.counts)}


def _across(frame, scope, second):
    """Return a group for each element at the top of another strategy; none without one."""
    if not second or across.by_strategy(frame, scope, second) is None:
        return []
    return _groups(
        budgets.ways(lambda one: across.by_strategy(frame, one, second).grouped, scope)
    )


class GapsView(_CoverageView):
    """Where the strategy is not covered, the gravest first."""

    detail_parameters = GapsForm

    @_described("Gaps, ranked", parameters.GAPS, serializers.GapsSerializer)
    def get(self, request):
        return super().get(request)

    def answer(self, frame, scope):
        by, kind = self.form.by_or_default(), self.form.cleaned_data["kind"]
        found = gaps.find(frame, scope, by=by, horizon_years=self.form.horizon_years())
        chosen = gaps.of_kind(found, kind)
        tree = frame.tree(scope.strategy, scope.day)
        return {
            "strategy": scope.strategy,
            "day": scope.day.isoformat(),
            "change": frame.change,
            "gaps": [
                _gap(frame, tree, rank, gap) for rank, gap in enumerate(chosen, start=1)
            ],
        }


class TimelineView(_CoverageView):
    """Coverage on the last day of each fiscal year; after today if nothing is added."""

    detail_parameters = YearsForm

    @_described(
        "Coverage by fiscal year", parameters.TIMELINE, serializers.TimelineSerializer
    )
    def get(self, request):
        return super().get(request)

    def answer(self, frame, scope):
        return {
            "strategy": scope.strategy,
            "change": frame.change,
            "points": [
                {"fiscal_year": point.fiscal_year} | _on_last_day(point)
                for point in timeline.points(frame, scope, *self.form.years())
            ],
        }


class CompareView(_CoverageView):
    """Two days, groups, layers or states of knowledge, and what differs between them.

    `a` and `b`, and the changes from one to the other, lead from the earlier day or change
    to the later, and from the layer that holds more to the stricter one, whichever of the
    two is the scope's own. Of two groups, `a` is the one that `with…` names.
    """

    detail_parameters = CompareForm

    @_described("Two coverages compared", parameters.COMPARE, serializers.CompareSerializer)
    def get(self, request):
        return super().get(request)

    def answer(self, frame, scope):
        pair = self.form.pair()
        # Of groups neither comes first.
        a, b = (pair.other, pair.own) if pair.by in compare.GROUPS else pair.sides
        if len(pair.differences) > MOST_CHANGES:
            raise errors.refusal([too_many_changes(len(pair.differences))])
        return {
            "strategy": scope.strategy,
            "change": frame.change,
            "elements": [
                {
                    "element": code,
                    "a": _side(compare.four_counts(a, code)),
                    "b": _side(compare.four_counts(b, code)),
                }
                for code in pair.codes
            ],
            "changes": [
                {
                    "programme": frame.programmes.codes[difference.programme],
                    "element": difference.element,
                    "kind": difference.kind.value,
                    "before": difference.before,
                    "after": difference.after,
                }
                for difference in pair.differences[:]
            ],
        }


def too_many_changes(number):
    """Return the problem that an answer would hold more than MOST_CHANGES."""
    message = _(
        "This answer would hold %(number)d changes, and at most %(most)d fit: narrow it"
        " by category, department, country, status or q, or take nearer days."
    )
    return "with", message % {"number": number, "most": MOST_CHANGES}, "too_many"


def _side(numbers):
    """Return the four counts of one side by name, None where it has no such element."""
    return None if numbers is None else dict(zip(STATES, numbers, strict=True))


def _head(coverage):
    scope = coverage.scope
    head = {
        "strategy": scope.strategy,
        "day": scope.day.isoformat(),
        "change": coverage.change,
        "rollup": scope.rollup,
        "active_programmes": int(coverage.columns.sum()),
    }
    if scope.basis == "budget":
        head |= {
            "basis": scope.basis,
            "active": coverage.active,
            "programmes_with_budget": coverage.with_budget,
        }
    return head


def _elements(tree, numbers):
    """Return what stands at which level for each alignable element, in tree order."""
    if tree is None:
        return []
    return [
        {"element": code} | dict(zip(STATES, row, strict=True))
        for code, row, alignable in zip(
            tree.codes, numbers.tolist(), tree.alignable, strict=True
        )
        if alignable
    ]


def _gap(frame, tree, rank, gap):
    codes = [frame.programmes.codes[column] for column in gap.programmes]
    return {
        "rank": rank,
        "kind": str(gap.kind),
        "element": tree.codes[gap.row],
        "by": gap.by,
        "group": gap.group,
        "from": gap.from_day.isoformat() if gap.from_day else None,
        "programmes": codes or None,
        "measure": gap.measure,
        "actual": gap.actual,
        "target": gap.target,
        "low": gap.low,
        "high": gap.high,
        "programmes_without_budget": gap.unbudgeted,
    }


def _etag(request, form):
    """Return the version of an answer: of the data, the question and the reader.

    The time of the change tells a restored backup from the history it replaced.
    """
    frame, scope = form.frame, form.scope()
    parts = [
        frame.change,
        frame.changed_at,
        scope.day,
        scope.today,  # after which the future begins
        request.path,
        request.META["QUERY_STRING"],
        get_language(),
        request.user.is_authenticated,
    ]
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'
