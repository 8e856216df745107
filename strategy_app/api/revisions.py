"""The revisions of a strategy, their wordings, and what differs between two of them."""

from django.db.models import Window
from django.db.models.functions import Lead
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.response import Response

from strategy_app.api import errors, parameters
from strategy_app.api import revision_serializers as serializers
from strategy_app.api.base import BAD_PARAMETER, Reading
from strategy_app.forms.revision import RevisionsForm
from strategy_app.models import Correspondence, Revision, Strategy
from strategy_app.models.strategy import validate_code
from strategy_app.permissions import can_see_people
from strategy_app.queries import crosswalk as crosswalk_queries
from strategy_app.queries import revision as revision_queries
from strategy_app.queries import strategy as strategy_queries


def strategy_of(code: str) -> Strategy:
    """Return the strategy of that code; Http404 where there is none."""
    # What could be no code never reaches the database (PostgreSQL refuses NUL).
    if not validate_code.regex.match(code):
        raise Http404
    strategy = Strategy.objects.filter(code=code).first()
    if strategy is None:
        raise Http404
    return strategy


@extend_schema_view(
    list=extend_schema(
        summary="The published revisions of a strategy, the newest first",
        responses=BAD_PARAMETER | {200: serializers.PublishedRevisionSerializer(many=True)},
    ),
    retrieve=extend_schema(
        summary="One published revision, with its wordings in order",
        responses=BAD_PARAMETER | {200: serializers.RevisionTextSerializer},
    ),
)
class RevisionViewSet(Reading, viewsets.ReadOnlyModelViewSet):
    """Published revisions, by the day from which they are in force."""

    queryset = Revision.objects.none()
    lookup_field = "day"

    def get_serializer_class(self):
        if self.action == "retrieve":
            return serializers.RevisionTextSerializer
        return serializers.PublishedRevisionSerializer

    def get_queryset(self):
        if "code" not in self.kwargs:  # while the API is being described
            return self.queryset
        strategy = strategy_of(self.kwargs["code"])
        return strategy_queries.published_revisions(strategy.pk).annotate(
            in_force_until=Window(Lead("in_force_from"), order_by="in_force_from")
        )

    def get_object(self):
        # Looked for here: a filter would cut off the next one, which ends this one.
        for revision in self.get_queryset():
            if revision.in_force_from.isoformat() == self.kwargs["day"]:
                wordings = strategy_queries.wordings(revision)
                revision.document = revision_queries.document(wordings)
                revision.crosswalk = revision_queries.crosswalk(revision)
                return revision
        raise Http404


class RevisionDiffView(Reading, viewsets.ViewSet):
    """What differs between two published revisions, word by word."""

    detail_parameters = parameters.DiffParameters

    @extend_schema(
        summary="Two published revisions compared",
        parameters=parameters.DIFF,
        responses=BAD_PARAMETER | {200: serializers.DiffSerializer},
    )
    def retrieve(self, request, code):
        revisions = strategy_queries.published_revisions(strategy_of(code).pk)
        form = RevisionsForm(request.query_params, revisions=revisions)
        if not form.is_valid():
            raise errors.refusal(errors.problems_of(form))
        if form.after is None:
            raise Http404
        found = revision_queries.compare(form.before, form.after)
        crosswalk = crosswalk_queries.between(form.before, form.after)
        judged = crosswalk_queries.judged(form.before, form.after)
        sees_people = can_see_people(request.user)
        return Response(
            {
                "strategy": code,
                "from": form.before and form.before.in_force_from.isoformat(),
                "to": form.after.in_force_from.isoformat(),
                "elements": [
                    _element(diff, crosswalk, judged, sees_people) for diff in found
                ],
            }
            | revision_queries.compare_heads(form.before, form.after)
        )


@extend_schema_view(
    list=extend_schema(
        summary="What its elements correspond to in other strategies",
        responses=BAD_PARAMETER | {200: serializers.CorrespondenceSerializer(many=True)},
    )
)
class CorrespondenceViewSet(Reading, mixins.ListModelMixin, viewsets.GenericViewSet):
    """The crosswalk from one strategy to the others, by code; nothing is counted by it."""

    queryset = Correspondence.objects.none()
    serializer_class = serializers.CorrespondenceSerializer

    def get_queryset(self):
        if "code" not in self.kwargs:  # while the API is being described
            return self.queryset
        return strategy_queries.correspondences_of(strategy_of(self.kwargs["code"]).pk)

    def get_serializer_context(self):
        return super().get_serializer_context() | {"code": self.kwargs.get("code")}


def _element(diff, crosswalk, judged, sees_people):
    place = diff.moved_from
    return {
        "code": diff.code,
        "change": diff.change.value,
        "earlier": diff.earlier and diff.earlier.revision.in_force_from.isoformat(),
        "recast": diff.is_recast,
        "moved_from": place and {"parent": place.parent, "after": place.after},
        "share_en": round(diff.shares["en"], 4),
        "share_ja": round(diff.shares["ja"], 4),
        "origins": _links(crosswalk.origins.get(diff.code, [])),
        "successors": _links(crosswalk.successors.get(diff.code, [])),
        "modifications": [
            {
                "in_force_from": row.revision.in_force_from.isoformat(),
                "modification": row.modification,
                "reason": row.decision_reason if sees_people else None,
            }
            for row in judged.get(diff.code, [])
        ],
    } | diff.pieces


def _links(links):
    return [{"code": link.code, "how": link.kind.value} for link in links]
