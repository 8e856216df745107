"""The ledger: read as of a day, and written by the same form and services as elsewhere."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from strategy_app import permissions
from strategy_app.api import bodies, errors, parameters, serializers
from strategy_app.api.base import BAD_PARAMETER, Reading
from strategy_app.api.parsers import JSONParser
from strategy_app.coverage import frame as coverage_frame
from strategy_app.forms.alignment import AlignmentForm
from strategy_app.models import Alignment, Change
from strategy_app.models.dates import today
from strategy_app.queries import alignment as alignment_queries
from strategy_app.services import ledger
from strategy_app.services.ledger import Conflict, Unread

_ROW = serializers.AlignmentSerializer
_BAD_BODY = {400: OpenApiResponse(errors.BAD_REQUEST, "What is wrong, field by field.")}
_NOT_THAT_ROW = {
    409: OpenApiResponse(
        serializers.ConflictSerializer,
        "Another row is in force, or none: it is in `current`. Nothing was written.",
    )
}


@extend_schema_view(
    list=extend_schema(
        summary="Alignments in force on a day",
        parameters=parameters.ALIGNMENTS,
        responses=BAD_PARAMETER | {200: _ROW(many=True)},
    ),
    retrieve=extend_schema(
        summary="One row of the ledger, in force or not",
        responses=BAD_PARAMETER | {200: _ROW},
    ),
)
class AlignmentViewSet(Reading, viewsets.ReadOnlyModelViewSet):
    """The recorded judgements of programmes against elements."""

    lookup_value_converter = "int"
    list_parameters = parameters.AlignmentParameters
    parser_classes = [JSONParser]
    queryset = Alignment.objects.none()  # for the schema
    serializer_class = _ROW

    def get_queryset(self):
        """Return all rows, in force or not."""
        return alignment_queries.rows()

    def list(self, request, *args, **kwargs):
        frame, day, asked = self.form.frame, self.form.day, self.form.cleaned_data
        named = {name: asked[name] for name in ("strategy", "programme", "element")}
        ids = alignment_queries.ids_in_force(frame, day, **named)
        found = alignment_queries.in_order(self.paginate_queryset(ids), frame, day)
        return self.get_paginated_response(self.get_serializer(found, many=True).data)

    def retrieve(self, request, *args, **kwargs):
        return Response(self._shown(self.get_object()))

    @extend_schema(
        summary="Record a judgement",
        description=(
            "Takes the place of the row that `replaces` names. What is in force already"
            " is not recorded twice: the answer is then 200 with the row in force."
        ),
        request=serializers.JudgementSerializer,
        responses=_BAD_BODY
        | _NOT_THAT_ROW
        | {
            201: OpenApiResponse(_ROW, "The new row."),
            200: OpenApiResponse(_ROW, "The row in force, which says the same."),
        },
    )
    def create(self, request, *args, **kwargs):
        body = bodies.judgement(request.data)
        programme, element = bodies.cell(body)
        if not permissions.can_align(request.user, programme):
            raise PermissionDenied
        form = AlignmentForm.from_json(body, programme=programme, element=element)
        if not form.is_valid():
            raise errors.refusal(bodies.problems_of_judgement(form))
        try:
            row = ledger.align(
                **form.judgement(), by=request.user, source=Change.Source.API
            )
        except Conflict as conflict:
            return self._conflict(conflict.current)
        except ValidationError as refused:
            # The form said yes: what it rests on has changed since, this very moment.
            raise errors.refusal(errors.problems_refused(refused)) from None
        is_new = row.pk != body["replaces"]
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self._shown(row), status=code)

    @extend_schema(
        summary="Withdraw the row in force",
        description="The programme is then not assessed again against the element.",
        request=serializers.WithdrawalSerializer,
        responses=_BAD_BODY | _NOT_THAT_ROW | {200: _ROW},
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request, *args, **kwargs):
        row = self.get_object()
        reason = bodies.reason(request.data)
        try:
            row = ledger.withdraw(
                programme=row.programme,
                element=row.element,
                replaces=row.pk,
                by=request.user,
                reason=reason,
                source=Change.Source.API,
            )
        except Conflict as conflict:
            return self._conflict(conflict.current)
        return Response(self._shown(row))

    @extend_schema(
        summary="Confirm the row in force",
        description="Only a second person can; confirming twice changes nothing.",
        request=None,
        responses=_BAD_BODY | _NOT_THAT_ROW | {200: _ROW},
    )
    @action(detail=True, methods=["post"])
    def confirm(self, request, *args, **kwargs):
        row = self.get_object()
        bodies.nothing(request.data)
        try:
            row = ledger.confirm(alignment=row, by=request.user, source=Change.Source.API)
        except Conflict as conflict:
            return self._conflict(conflict.current)
        except ValidationError as refused:
            raise errors.refusal(errors.problems_refused(refused)) from None
        return Response(self._shown(row))

    @extend_schema(
        summary="Return the row in force to its author",
        description=(
            "Who may confirm it may return it with a note. The row stays in force; the"
            " return is settled once another row stands in its place."
        ),
        request=serializers.ReturnSerializer,
        responses=_BAD_BODY | _NOT_THAT_ROW | {200: _ROW},
    )
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request, *args, **kwargs):
        row = self.get_object()
        note = bodies.note(request.data)
        try:
            ledger.send_back(
                alignment=row, note=note, by=request.user, source=Change.Source.API
            )
        except Conflict as conflict:
            return self._conflict(conflict.current)
        return Response(self._shown(row))

    @extend_schema(
        summary="Find the row in force still right",
        description=(
            "Records the same judgement anew, of the wording in force, judged today. A"
            " confirmation by another person that has not lapsed goes on."
        ),
        request=serializers.ReaffirmationSerializer,
        responses=_BAD_BODY | _NOT_THAT_ROW | {201: OpenApiResponse(_ROW, "The new row.")},
    )
    @action(detail=True, methods=["post"])
    def reaffirm(self, request, *args, **kwargs):
        row = self.get_object()
        revision = bodies.revision_read(request.data)
        try:
            row = ledger.reaffirm(
                programme=row.programme,
                element=row.element,
                replaces=row.pk,
                read=revision and _wording_read(row.element, revision),
                by=request.user,
                source=Change.Source.API,
            )
        except Unread as unread:
            return self._conflict(
                unread.current, "revision", _("The element says something else by now.")
            )
        except Conflict as conflict:
            return self._conflict(conflict.current)
        except ValidationError as refused:
            raise errors.refusal(errors.problems_refused(refused)) from None
        return Response(self._shown(row), status=status.HTTP_201_CREATED)

    def _shown(self, row):
        """Return a row as lists show it, as it is now."""
        found = alignment_queries.in_order([row.pk], coverage_frame.current(), today())
        return self.get_serializer(found[0]).data

    def _conflict(self, current, attr="replaces", detail=""):
        error = {
            "code": "conflict",
            "detail": detail or _("This is not the row in force; somebody was faster."),
            "attr": attr,
        }
        body = {
            "type": "client_error",
            "errors": [error],
            "current": self._shown(current) if current else None,
        }
        return Response(body, status=status.HTTP_409_CONFLICT)


def _wording_read(element, revision):
    """Return the id of an element's wording in a revision, 0 where there is none."""
    found = element.wordings.filter(revision=revision)
    return found.values_list("pk", flat=True).first() or 0
