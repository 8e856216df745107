"""Nothing typed is lost: a long form answers a lost session with what was sent to it."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

_PIECE, _MOST_DRAINED = 1024 * 1024, 200


class _Token(CsrfViewMiddleware):
    """Django's own check of the token, which answers with the reason of a refusal."""

    def _reject(self, request, reason):
        return reason


def gives_back(most_bytes, too_large):
    """Check session and token of a POST, giving back what was sent where one is lost.

    The check of the token is Django's; only its answer is another one. ``too_large`` is
    the view that answers a body of more than ``most_bytes``, which is never looked at.
    """

    def decorate(view):
        @wraps(view)
        def inner(request, *args, **kwargs):
            if request.method != "POST":
                return view(request, *args, **kwargs)
            length = request.META.get("CONTENT_LENGTH") or "0"
            if length.isdigit() and int(length) > most_bytes:
                _drain(request)
                return too_large(request)
            refusal = _Token(lambda _request: None).process_view(request, None, (), {})
            if not request.user.is_authenticated:
                return _given_back(request, 401)
            if refusal:
                return _given_back(request, 403)
            return view(request, *args, **kwargs)

        return csrf_exempt(inner)

    return decorate


def _given_back(request, status):
    """Answer with everything that was sent, ready to be sent again."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in ("csrfmiddlewaretoken", "text")
    ]
    if not fields and not request.POST.get("text") and status == 403:
        raise PermissionDenied
    context = {
        "fields": fields,
        "text": request.POST.get("text"),
        "files": list(request.FILES),
        "is_signed_out": status == 401,
    }
    return render(request, "strategy_app/given_back.html", context, status=status)


def _drain(request):
    """Read what is being sent, or the browser shows a broken connection for an answer."""
    for _piece in range(_MOST_DRAINED):
        if not request.read(_PIECE):
            return
