"""How the API says no: every refusal names what it is about, all in one shape."""

from collections.abc import Iterable, Iterator

from django import forms
from django.core.exceptions import ValidationError
from drf_spectacular.utils import PolymorphicProxySerializer
from drf_standardized_errors.openapi_serializers import (
    ParseErrorResponseSerializer,
    ValidationErrorResponseSerializer,
)
from rest_framework import serializers

from strategy_app.forms.parameters import Problem

# A request with thousands of mistakes is answered with the first few.
_MOST = 25

BAD_REQUEST = PolymorphicProxySerializer(
    "BadRequest",
    {
        "validation_error": ValidationErrorResponseSerializer,
        "client_error": ParseErrorResponseSerializer,
    },
    resource_type_field_name="type",
)
INVALID = ValidationErrorResponseSerializer


def refusal(problems: Iterable[Problem]) -> serializers.ValidationError:
    """Return the 400 that names these problems."""
    detail = {}
    for name, message, code in list(problems)[:_MOST]:
        detail.setdefault(name, []).append(serializers.ErrorDetail(str(message), code))
    return serializers.ValidationError(detail)


def problems_of(form: forms.Form, prefix: str = "") -> Iterator[Problem]:
    """Yield what a form says of its own fields; what is about none of them is left out."""
    for name, errors in form.errors.as_data().items():
        if name in form.fields:
            yield from _problems(prefix + name, errors)


def problems_refused(refused: ValidationError) -> Iterator[Problem]:
    """Yield what a service says, by field."""
    for name, errors in refused.error_dict.items():
        yield from _problems(name, errors)


def _problems(name, errors):
    for error in errors:
        for message in error.messages:
            yield name, message, error.code or "invalid"
