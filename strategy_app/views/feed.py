"""The published revisions of a strategy as an Atom feed."""

import re

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from strategy_app.models import Strategy
from strategy_app.queries import strategy as strategy_queries
from strategy_app.templatetags.strategy import markdown
from strategy_app.views.revision import revision_rows
from strategy_app.views.scoping import reading

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


@reading
def feed(request, code):
    """Answer the feed; only where pages are public can programs read it."""
    return _Revisions()(request, code)
