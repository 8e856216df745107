"""What clients send, and the shapes that every answer has."""

from rest_framework.test import APIClient

from strategy_app.services import people


def client_of(user, *, write=True):
    """Return a client that sends a token of this person."""
    _token, key = people.create_token(
        user=user, name="test", by=user, is_read_only=not write
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client


def error(code, detail, attr=None):
    """Return the body that refuses with one error."""
    kind = "validation_error" if attr else "client_error"
    return {"type": kind, "errors": [{"code": code, "detail": detail, "attr": attr}]}


def page(*rows):
    """Return the body of a list that fits on one page."""
    return {"count": len(rows), "next": None, "previous": None, "results": list(rows)}
