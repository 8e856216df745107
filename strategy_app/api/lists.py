"""Strategies, elements, programmes and changes: read, never written."""

from django.db.models import Prefetch, Window
from django.db.models.functions import Lead
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets

from strategy_app.api import parameters, serializers
from strategy_app.api.base import BAD_PARAMETER, Reading
from strategy_app.coverage import matrix
from strategy_app.models import (
    Budget,
    ElementType,
    Programme,
    Revision,
    Strategy,
    Wording,
)
from strategy_app.models.dates import today
from strategy_app.models.strategy import validate_code
from strategy_app.permissions import can_administer
from strategy_app.queries import change as change_queries
from strategy_app.queries import programme as programme_queries


class _ByCode:
    """Rows that are known by their code."""

    lookup_field = "code"
    lookup_value_converter = "str"

    def get_object(self):
        # What could be no code never reaches the database (PostgreSQL refuses NUL).
        if not validate_code.regex.match(self.kwargs["code"]):
            raise Http404
        return super().get_object()


@extend_schema_view(
    list=extend_schema(
        summary="Strategies, with their published revisions",
        responses=BAD_PARAMETER | {200: serializers.StrategySerializer(many=True)},
    ),
    retrieve=extend_schema(
        summary="One strategy",
        responses=BAD_PARAMETER | {200: serializers.StrategySerializer},
    ),
)
class StrategyViewSet(_ByCode, Reading, viewsets.ReadOnlyModelViewSet):
    """Strategies by code."""

    queryset = Strategy.objects.order_by("code").prefetch_related(
        Prefetch(
            "types", ElementType.objects.order_by("order", "code"), to_attr="ordered_types"
        ),
        Prefetch(
            "revisions",
            Revision.objects.filter(published_in__isnull=False)
            .annotate(
                in_force_until=Window(
                    Lead("in_force_from"),
                    partition_by="strategy_id",
                    order_by="in_force_from",
                )
            )
            .order_by("in_force_from"),
            to_attr="published",
        ),
    )
    serializer_class = serializers.StrategySerializer


@extend_schema_view(
    list=extend_schema(
        summary="The wordings in force on a day, in the strategy's order",
        parameters=[parameters.STRATEGY, parameters.DAY],
        responses=BAD_PARAMETER | {200: serializers.ElementSerializer(many=True)},
    ),
)
class ElementViewSet(Reading, mixins.ListModelMixin, viewsets.GenericViewSet):
    """What programmes can be aligned with, and what is there for context."""

    list_parameters = parameters.ElementParameters
    queryset = Wording.objects.select_related(
        "element", "parent", "type", "revision__strategy"
    )
    serializer_class = serializers.ElementSerializer

    def list(self, request, *args, **kwargs):
        tree = self.form.tree
        page = self.paginate_queryset(range(len(tree.codes) if tree else 0))
        serializer = self.get_serializer(self._wordings(tree, page), many=True)
        return self.get_paginated_response(serializer.data)

    def _wordings(self, tree, rows):
        """Return the wordings of these rows of the tree, each with its place in it."""
        if tree is None:
            return []
        ids = tree.element_ids[list(rows)].tolist()
        found = {
            wording.element_id: wording
            for wording in self.get_queryset().filter(
                revision=tree.revision_id, element__in=ids
            )
        }
        for row, pk in zip(rows, ids, strict=True):
            found[pk].depth, found[pk].place = int(tree.depth[row]), row + 1
        return [found[pk] for pk in ids]


@extend_schema_view(
    list=extend_schema(
        summary="Programmes",
        parameters=parameters.PROGRAMMES,
        responses=BAD_PARAMETER | {200: serializers.ProgrammeSerializer(many=True)},
    ),
    retrieve=extend_schema(
        summary="One programme",
        parameters=[parameters.DAY],
        responses=BAD_PARAMETER | {200: serializers.ProgrammeSerializer},
    ),
)
class ProgrammeViewSet(_ByCode, Reading, viewsets.ReadOnlyModelViewSet):
    """Programmes by code."""

    list_parameters = parameters.ProgrammeParameters
    detail_parameters = parameters.DayParameters
    queryset = (
        Programme.objects.select_related("category", "department")
        .prefetch_related(
            Prefetch(
                "budgets", Budget.objects.order_by("fiscal_year"), to_attr="known_budgets"
            )
        )
        .order_by("code")
    )
    serializer_class = serializers.ProgrammeSerializer

    def get_serializer_context(self):
        day = self.form.cleaned_data["day"] or today()
        return super().get_serializer_context() | {"day": day}

    def list(self, request, *args, **kwargs):
        frame, asked = self.form.frame, self.form.cleaned_data
        mask = matrix.selected(frame, self.form.scope())
        if asked["active"]:
            active = frame.programmes.active(self.form.day)
            mask &= active if asked["active"] == "true" else ~active
        if asked["q"]:
            mask &= programme_queries.matching(frame, asked["q"])
        columns = programme_queries.ordered(frame, mask, "code")
        ids = self.paginate_queryset(frame.programmes.ids[columns].tolist())
        found = self.get_queryset().in_bulk(ids)
        serializer = self.get_serializer([found[pk] for pk in ids], many=True)
        return self.get_paginated_response(serializer.data)


@extend_schema_view(
    list=extend_schema(
        summary="Changes, the newest first",
        responses=BAD_PARAMETER | {200: serializers.ChangeSerializer(many=True)},
    ),
    retrieve=extend_schema(
        summary="One change",
        responses=BAD_PARAMETER | {200: serializers.ChangeSerializer},
    ),
)
class ChangeViewSet(Reading, viewsets.ReadOnlyModelViewSet):
    """The audit trail; changes of accounts and tokens only for strategy admins."""

    lookup_value_converter = "int"
    queryset = change_queries.changes()
    serializer_class = serializers.ChangeSerializer

    def filter_queryset(self, queryset):
        if can_administer(self.request.user):
            return queryset
        return queryset.exclude(action__in=change_queries.ABOUT_PEOPLE)
