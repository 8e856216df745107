"""The ledger and the changes: read, searched and filtered; written nowhere here."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from strategy_app import words
from strategy_app.admin.base import ReadOnlyAdmin, TextFilter, YesNoFilter
from strategy_app.coverage.frame import current
from strategy_app.models import Alignment, Change
from strategy_app.models.dates import today
from strategy_app.queries import alignment as alignment_queries
from strategy_app.queries import history as history_queries


class ProgrammeFilter(TextFilter):
    title = _("programme code")
    parameter_name = "programme_code"
    lookup = "programme__code__iexact"


class ElementFilter(TextFilter):
    title = _("element code")
    parameter_name = "element_code"
    lookup = "element__code__iexact"


class OpenFilter(YesNoFilter):
    title = _("in force or closed")
    parameter_name = "open"
    yes, no = _("In force"), _("Closed")
    condition = Q(valid_until__isnull=True)


class ConfirmedFilter(YesNoFilter):
    title = _("confirmed")
    parameter_name = "confirmed"
    yes, no = _("Confirmed"), _("Not confirmed")

    @property
    def condition(self):
        return Q(pk__among=alignment_queries.ids_confirmed(current(), today()))


def link(address, text):
    """Return a link, with its text escaped."""
    return format_html('<a href="{}">{}</a>', address, text)


def change_link(change):
    """Return a link to a change, with who made it."""
    if change is None:
        return "–"
    address = reverse("admin:strategy_app_change_change", args=[change.pk])
    return link(address, f"{change} · {change.by}" if change.by else str(change))


class _Listed(ChangeList):
    """A page of rows with their standing."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = alignment_queries.with_standing(
            self.result_list, current(), today()
        )


@admin.register(Alignment)
class AlignmentAdmin(ReadOnlyAdmin):
    list_display = [
        "programme_code", "element_code", "level_shown", "valid_from",
        "valid_until", "is_confirmed", "opened_short",
    ]  # fmt: skip
    list_display_links = ["programme_code", "element_code"]
    list_filter = [
        OpenFilter, "level", ConfirmedFilter, ProgrammeFilter, ElementFilter,
        "element__strategy",
    ]  # fmt: skip
    list_select_related = ["programme", "element", "opened_in__by"]
    search_fields = [
        "programme__code", "programme__name_en", "programme__name_ja", "element__code",
        "rationale",
    ]  # fmt: skip
    search_help_text = _("Code or name of a programme, code of an element, rationale.")
    ordering = ["-id"]
    date_hierarchy = "valid_from"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "programme_link", "element_link", "level_shown", "rationale",
                    "wording_judged", "sources",
                ]
            },
        ),
        (_("When it holds"), {"fields": ["valid_from", "valid_until"]}),
        (_("When that was written"), {"fields": ["opened", "closed", "confirmed"]}),
        (_("Second reading"), {"fields": ["is_confirmed", "returned"]}),
    ]  # fmt: skip
    readonly_fields = [
        "programme_link", "element_link", "level_shown", "wording_judged", "sources",
        "opened", "closed", "confirmed", "is_confirmed", "returned",
    ]  # fmt: skip

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related(
            "programme", "element__strategy", "wording__revision__strategy",
            "opened_in__by", "closed_in__by", "confirmed_in__by",
        )  # fmt: skip

    def get_changelist(self, request, **kwargs):
        return _Listed

    def get_object(self, request, object_id, from_field=None):
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            alignment_queries.with_standing([row], current(), today())
        return row

    @admin.display(description=_("programme"), ordering="programme__code")
    def programme_code(self, row):
        return row.programme.code

    @admin.display(description=_("element"), ordering="element__code")
    def element_code(self, row):
        return row.element.code

    @admin.display(description=_("level"), ordering="level")
    def level_shown(self, row):
        return f"{words.of_level(row.level).sign} {row.level} {row.get_level_display()}"

    @admin.display(description=_("confirmed"))
    def is_confirmed(self, row):
        if row.confirmed_in_id is None:
            return "–"
        return words.of_confirmation(row.state).name

    @admin.display(description=_("recorded in"), ordering="opened_in")
    def opened_short(self, row):
        address = reverse("admin:strategy_app_change_change", args=[row.opened_in_id])
        return link(address, f"#{row.opened_in_id} {row.opened_in.by or ''}".strip())

    @admin.display(description=_("programme"))
    def programme_link(self, row):
        address = reverse("admin:strategy_app_programme_change", args=[row.programme_id])
        return link(address, row.programme)

    @admin.display(description=_("element"))
    def element_link(self, row):
        address = reverse("admin:strategy_app_element_change", args=[row.element_id])
        return link(address, f"{row.element.strategy.code} {row.element.code}")

    @admin.display(description=_("wording that was judged"))
    def wording_judged(self, row):
        address = reverse("admin:strategy_app_wording_change", args=[row.wording_id])
        return link(address, f"{row.wording} ({row.wording.revision})")

    @admin.display(description=_("evidence"))
    def sources(self, row):
        items = [(_source(item), item.dated_on or "–") for item in
                 row.evidence.order_by("id")]  # fmt: skip
        return format_html_join("", "<div>{} ({})</div>", items) or "–"

    @admin.display(description=_("recorded in"), ordering="opened_in")
    def opened(self, row):
        return change_link(row.opened_in)

    @admin.display(description=_("closed in"))
    def closed(self, row):
        return change_link(row.closed_in)

    @admin.display(description=_("confirmed in"))
    def confirmed(self, row):
        return change_link(row.confirmed_in)

    @admin.display(description=_("returns"))
    def returned(self, row):
        items = [
            (item.note, change_link(item.returned_in))
            for item in row.returns.select_related("returned_in__by").order_by("-id")
        ]
        return format_html_join("", '<div class="note">{} ({})</div>', items) or "–"

    def history_view(self, request, object_id, extra_context=None):
        """Show every row of the same programme and element."""
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        address = reverse("admin:strategy_app_alignment_changelist")
        return HttpResponseRedirect(
            f"{address}?programme={row.programme_id}&element={row.element_id}"
        )


def _source(item):
    if item.url:
        return link(item.url, item.title)
    return link(reverse("evidence-file", args=[item.pk]), item.title)


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    has_history = False
    list_display = ["id", "at", "by", "action", "source", "reason", "illustrative"]
    list_display_links = ["id", "at"]
    list_filter = ["action", "source", "at", "illustrative", "by"]
    list_select_related = ["by"]
    search_fields = ["=id", "by__username", "by__name", "reason"]
    search_help_text = _("Number, person or reason.")
    ordering = ["-id"]
    date_hierarchy = "at"
    fields = ["id", "at", "by", "action", "source", "reason", "illustrative", "ledger"]
    readonly_fields = ["id", "ledger"]

    @admin.display(description=_("in the ledger"))
    def ledger(self, change):
        parts = [
            (_("Recorded"), "opened_in", change.opened_alignments.count()),
            (_("Closed"), "closed_in", change.closed_alignments.count()),
            (_("Confirmed"), "confirmed_in", change.confirmed_alignments.count()),
        ]
        address = reverse("admin:strategy_app_alignment_changelist")
        return format_html_join(
            " · ",
            '<a href="{}?{}={}">{}: {}</a>',
            [(address, role, change.pk, label, count) for label, role, count in parts
             if count],
        ) or "–"  # fmt: skip

    def history_view(self, request, object_id, extra_context=None):
        """Show the change itself: it never changes."""
        address = reverse("admin:strategy_app_change_change", args=[object_id])
        return HttpResponseRedirect(address)

    def render_change_form(self, request, context, **kwargs):
        context["edits"] = history_queries.edits_of(kwargs["obj"])
        return super().render_change_form(request, context, **kwargs)
