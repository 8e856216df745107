"""Read who asks and what they ask, in front of every page."""

from dataclasses import dataclass
from functools import wraps
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from strategy_app.coverage import frame as coverage_frame
from strategy_app.forms.parameters import Problem, misread
from strategy_app.forms.scope import ScopeForm
from strategy_app.permissions import can_read
from strategy_app.queries.saved_view import views_at
from strategy_app.views.scope_bar import with_another_strategy


def frame_of(request):
    """Return the coverage frame of this request: taken once, so its numbers agree."""
    if not hasattr(request, "_frame"):
        request._frame = coverage_frame.current()
    return request._frame


def reading(view):
    """Let in who may read: people with an account, or all where pages are public."""

    @wraps(view)
    def inner(request, *args, **kwargs):
        if not can_read(request.user):
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    inner.rule = "read"
    return require_safe(inner)


def signed_in(view):
    """Let in people with an account; in place of one, a part of a page gets a plain 401.

    Signing in leads back to a page: where a form was sent, to the one that it stood on.
    """

    @wraps(view)
    def inner(request, *args, **kwargs):
        if not request.user.is_authenticated:
            if request.htmx:
                return HttpResponse(status=401)
            return redirect_to_login(readable(request.get_full_path()))
        return view(request, *args, **kwargs)

    inner.rule = "sign in"
    return inner


def only_post(view):
    """Take forms alone, and say so: there is nothing at this address to go back to."""
    inner = require_POST(view)
    inner.only_post = True
    return inner


def readable(address):
    """Return an address that can be read: for one that only takes forms, the one above."""
    parts = urlsplit(address)
    path = parts.path
    while path != "/" and not _is_readable(path, is_asked=path == parts.path):
        path = f"{path.rstrip('/').rpartition('/')[0]}/"
    return urlunsplit(parts._replace(path=path))


def _is_readable(path, *, is_asked):
    try:
        view = resolve(path).func
    except Resolver404:
        return is_asked  # "not found" in the other language
    return not getattr(view, "only_post", False)


@dataclass
class Asked:
    """What an address asks: its form, and what is wrong with names that no field has."""

    form: ScopeForm
    strange: list[Problem]
    repeated: set[str]

    @property
    def is_clear(self):
        """Whether all of it is understood."""
        return self.form.is_valid() and not self.strange


def scoped(form_class=ScopeForm, *others, several=()):
    """Read the scope from the address and give it to the view as ``request.scope``.

    A part that cannot be read is answered by the form with the error next to it; a filter
    is never silently left out. ``others`` are parameters that the view reads by itself,
    ``several`` those of them that may be given more than once.
    """

    def read(request, data):
        form = form_class(data, frame=frame_of(request))
        form.full_clean()
        strange, repeated = [], set()
        for problem in misread(data, {*form.fields, *others, *several}, several):
            name, message, code = problem
            if name in form.fields:
                repeated.add(name)
                form.add_error(name, ValidationError(message, code=code))
            else:
                strange.append(problem)
        return Asked(form, strange, repeated)

    def decorate(view):
        @wraps(view)
        def inner(request, *args, **kwargs):
            if "of" in request.GET:
                query = with_another_strategy(request.GET).urlencode()
                return redirect(f"{request.path}?{query}")
            asked = read(request, request.GET)
            request.scope_form = asked.form
            if not asked.is_clear:
                return _not_read(request, asked)
            request.scope = asked.form.scope()
            request._frame = asked.form.frame  # which may be that of an older change
            return view(request, *args, **kwargs)

        inner.read = read
        return inner

    return decorate


def _not_read(request, asked):
    match = request.resolver_match
    context = {
        "form": asked.form,
        "strange": asked.strange,
        "repeated": asked.repeated,
        "views": views_at(request.user, match.url_name, request.GET.urlencode()),
    }
    return render(request, "strategy_app/bad_scope.html", context, status=400)


def problems_at(request, page, query) -> list[str]:
    """Return what of a page's query string cannot be read, in words; [] if it all can."""
    data = QueryDict(query, mutable=True)
    if data.keys() & {"known_at", "with_known_at"}:
        return []  # what was known then stays as it was
    data.pop("q", None)  # whatever is searched for may be
    asked = resolve(reverse(page)).func.read(request, data)
    fields = asked.form.fields
    found = [
        (fields[name].label or name, message)
        for name, messages in asked.form.errors.items()
        if name in fields
        for message in messages
    ]
    found += [(name, message) for name, message, _code in asked.strange]
    return [_("%(name)s: %(problem)s") % {"name": n, "problem": p} for n, p in found]


def strategy_or_404(request, code):
    """Return the frame's entry for a strategy."""
    for group in frame_of(request).strategies:
        if group.code == code:
            return group
    raise Http404


def number_in(text: str | None) -> int:
    """Return the id that a form names; 0, which no row has, for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
