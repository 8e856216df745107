"""The published revisions of a strategy as an Atom feed."""

import base64
import re

from django.contrib.auth.views import redirect_to_login
from django.contrib.syndication.views import Feed
from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from strategy_app.models import ApiToken, Strategy
from strategy_app.permissions import can_read
from strategy_app.queries import strategy as strategy_queries
from strategy_app.templatetags.strategy import markdown
from strategy_app.views.strategy.revision import revision_rows

_MOST = 50
# What XML cannot hold.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class _Revisions(Feed):
    """The newest revision first; each entry leads to its own address."""

    feed_type = Atom1Feed

    def get_object(self, request, code):
        return Strategy.objects.get(code=code)

    def title(self, strategy):
        return _("%(strategy)s: revisions") % {"strategy": _plain(strategy.name)}

    def subtitle(self, strategy):
        return _("The published revisions of the strategy, and what each has changed.")

    def link(self, strategy):
        return reverse("strategy", args=[strategy.code])

    def items(self, strategy):
        self.strategy = strategy
        revisions = strategy_queries.published_revisions(strategy.pk)
        return revision_rows(revisions.select_related("published_in"))[:_MOST]

    def item_title(self, row):
        return _plain(row.revision.name)

    def item_link(self, row):
        day = row.revision.in_force_from
        return reverse("strategy-revision", args=[self.strategy.code, day])

    def item_description(self, row):
        return _plain(self._description(row))

    def _description(self, row):
        told = _("In force from %(day)s.") % {
            "day": date_format(row.revision.in_force_from)
        }
        return format_html(
            "<p>{} {}</p>{}", told, row.changes, markdown(row.revision.preface)
        )

    def item_pubdate(self, row):
        return row.revision.published_in.at

    def item_updateddate(self, row):
        return row.revision.published_in.at


def _plain(text):
    return _CONTROL.sub("", str(text))


@require_safe
def feed(request, code):
    """Answer the feed to who may read; programs without a session send a token."""
    _recognise(request)
    answer = _entries(request, code) if can_read(request.user) else _ask(request)
    patch_vary_headers(answer, ["Accept", "Authorization", "Cookie"])
    return answer


def _recognise(request):
    """Make known whose token the request brings.

    Other credentials are passed over: a reader of feeds may send those of a proxy on the
    way, and where nobody needs a token there is nothing to ask for.
    """
    key = _key(request)
    token = ApiToken.of_key(key) if key else None
    if token:
        request.user = token.user


def _entries(request, code):
    with translation.override(_language(request)):
        answer = _Revisions()(request, code)
        answer.headers["Content-Language"] = translation.get_language()
    return answer


def _key(request):
    """Return the key that the request brings, "" for none.

    ``Authorization: Token KEY`` as in the API, or Basic with the key as password, which is
    what readers of feeds can send; whatever name comes with it.
    """
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "token":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _ask(request):
    """Ask a person to sign in, a program for a token."""
    if not _key(request) and "text/html" in request.headers.get("Accept", ""):
        return redirect_to_login(request.get_full_path())
    words = _("Send an API token: as the password, or as “Authorization: Token KEY”.")
    answer = HttpResponse(words, status=401, content_type="text/plain; charset=utf-8")
    answer.headers["WWW-Authenticate"] = 'Basic realm="API token as password"'
    return answer


def _language(request):
    """Return the language of who asks, whom a token has only now made known."""
    chosen = request.user.language if request.user.is_authenticated else ""
    return chosen or translation.get_language()
