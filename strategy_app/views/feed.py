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
from strategy_app.views.revision import revision_rows

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
    key = _key(request)
    if key is not None:
        token = ApiToken.of_key(key)
        if token is None:
            return _ask()
        request.user = token.user
    elif not can_read(request.user):
        is_browser = "text/html" in request.headers.get("Accept", "")
        return redirect_to_login(request.get_full_path()) if is_browser else _ask()
    with translation.override(_language(request)):
        answer = _Revisions()(request, code)
        answer.headers["Content-Language"] = translation.get_language()
    patch_vary_headers(answer, ["Accept", "Authorization", "Cookie"])
    return answer


def _key(request):
    """Return the key that the request brings, None for none.

    ``Authorization: Token KEY`` as in the API, or Basic with the key as password, which is
    what readers of feeds can send; whatever name comes with it.
    """
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "token":
        return value.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _ask():
    """Ask a program for a token."""
    words = _("Send an API token: as the password, or as “Authorization: Token KEY”.")
    answer = HttpResponse(words, status=401, content_type="text/plain; charset=utf-8")
    answer.headers["WWW-Authenticate"] = 'Basic realm="API token as password"'
    return answer


def _language(request):
    """Return the language of who asks, whom a token has only now made known."""
    chosen = request.user.language if request.user.is_authenticated else ""
    return chosen or translation.get_language()
