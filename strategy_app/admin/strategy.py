"""Strategies, their revisions and elements; a draft is started here."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy_app.admin.base import (
    ADMIN,
    KeptAdmin,
    NeverDeletedMixin,
    ReadOnlyAdmin,
)
from strategy_app.admin.tagging import in_tree_order
from strategy_app.forms.fields import PlainTextField
from strategy_app.models import Change, Element, Revision, Strategy
from strategy_app.models.dates import today
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import strategy as strategy_services


class DraftForm(forms.Form):
    """What a new revision is called."""

    name_en = PlainTextField(label=gettext_lazy("Name (English)"), max_length=100)
    name_ja = PlainTextField(
        label=gettext_lazy("Name (Japanese)"), max_length=100, required=False
    )


@admin.register(Strategy)
class StrategyAdmin(NeverDeletedMixin, KeptAdmin):
    action = Change.Action.EDIT_STRATEGY
    list_display = ["code", "name_en", "name_ja"]
    list_display_links = ["code", "name_en"]
    search_fields = ["code", "name_en", "name_ja"]
    ordering = ["code"]
    fields = ["code", "name_en", "name_ja"]

    def get_urls(self):
        return [
            path(
                "<int:strategy_id>/draft/",
                self.admin_site.admin_view(self.draft_view),
                name="strategy_app_strategy_draft",
            ),
            *super().get_urls(),
        ]

    def tools(self, request, strategy):
        draft = Revision.objects.filter(strategy=strategy, published_in=None).first()
        if draft is not None:
            return [
                (_("Edit in the workshop"), reverse("draft", args=[strategy.code])),
                (_("Go to the draft"), _address(draft)),
            ]
        address = reverse("admin:strategy_app_strategy_draft", args=[strategy.pk])
        return [(_("Start a draft"), address)]

    def render_change_form(self, request, context, **kwargs):
        if kwargs.get("obj") is not None:
            context["revisions"] = _revisions().filter(strategy=kwargs["obj"])
            context["today"] = strategy_queries.revision_in_force(kwargs["obj"].pk, today())
        return super().render_change_form(request, context, **kwargs)

    def draft_view(self, request, strategy_id):
        """Say what a draft will hold, and start it."""
        strategy = get_object_or_404(Strategy, pk=strategy_id)
        form = DraftForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                draft = strategy_services.create_draft(
                    strategy=strategy, by=request.user, source=ADMIN, **form.cleaned_data
                )
            except ValidationError as refusal:
                form.add_error(None, refusal.messages)
            else:
                messages.success(request, _("The draft is there. Edit it as you like."))
                return HttpResponseRedirect(_address(draft))
        newest = strategy_queries.published_revisions(strategy.pk).first()
        context = self.admin_site.each_context(request) | {
            "title": _("Start a draft"),
            "subtitle": str(strategy),
            "opts": self.opts,
            "original": strategy,
            "form": form,
            "newest": newest,
            "count": newest.wordings.count() if newest else 0,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/strategy_app/strategy/draft.html", context)


@admin.register(Revision)
class RevisionAdmin(NeverDeletedMixin, KeptAdmin):
    action = Change.Action.EDIT_STRATEGY
    list_display = ["localized_name", "strategy", "is_published", "in_force_from", "size"]
    list_filter = ["strategy"]
    list_select_related = ["strategy"]
    search_fields = ["name_en", "name_ja", "strategy__code"]
    ordering = ["strategy__code", "-in_force_from", "-id"]
    fields = [
        "strategy", "name_en", "name_ja", "preface_en", "preface_ja", "in_force_from",
        "published_in",
    ]  # fmt: skip
    readonly_fields = ["strategy", "in_force_from", "published_in"]

    def keep(self, request, obj, form):
        strategy_services.save_draft(revision=obj, by=request.user, source=ADMIN)

    def has_add_permission(self, request):
        return False  # a draft is started from its strategy

    def has_change_permission(self, request, obj=None):
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.is_draft)

    def get_queryset(self, request):
        return _revisions(super().get_queryset(request))

    @admin.display(description=gettext_lazy("revision"), ordering="name_en")
    def localized_name(self, revision):
        return str(revision.name)

    @admin.display(
        description=gettext_lazy("published"), boolean=True, ordering="published_in"
    )
    def is_published(self, revision):
        return not revision.is_draft

    @admin.display(description=gettext_lazy("elements"), ordering="size")
    def size(self, revision):
        return revision.size

    def tools(self, request, revision):
        wordings = reverse("admin:strategy_app_wording_changelist")
        found = [(_("All wordings"), f"{wordings}?revision__id__exact={revision.pk}")]
        if revision.is_draft:
            add = reverse("admin:strategy_app_wording_add")
            found.append((_("Add a wording"), f"{add}?revision={revision.pk}"))
            code = revision.strategy.code
            found.append((_("Edit in the workshop"), reverse("draft", args=[code])))
            found.append((_("Publish"), reverse("draft-publish", args=[code])))
        return found

    def render_change_form(self, request, context, **kwargs):
        if kwargs.get("obj") is not None:
            context["tree"] = [
                (wording, depth)
                for wording, depth, _top in in_tree_order(
                    strategy_queries.wordings(kwargs["obj"])
                )
            ]
        return super().render_change_form(request, context, **kwargs)


@admin.register(Element)
class ElementAdmin(ReadOnlyAdmin):
    list_display = ["code", "strategy", "newest_title"]
    list_filter = ["strategy"]
    list_select_related = ["strategy"]
    search_fields = ["code", "wordings__title_en", "wordings__title_ja"]
    ordering = ["strategy__code", "code"]
    fields = ["strategy", "code", "newest_title"]
    readonly_fields = ["newest_title"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("wordings__revision")

    @admin.display(description=gettext_lazy("newest title"))
    def newest_title(self, element):
        wordings = list(element.wordings.all())
        return str(max(wordings, key=lambda wording: wording.pk).title) if wordings else "–"

    def tools(self, request, element):
        ledger = reverse("admin:strategy_app_alignment_changelist")
        wordings = reverse("admin:strategy_app_wording_changelist")
        return [
            (_("Its alignments"), f"{ledger}?element={element.pk}"),
            (_("Its wordings"), f"{wordings}?element={element.pk}"),
        ]


def _revisions(found=None):
    """Return revisions with their number of elements."""
    found = Revision.objects.order_by("-in_force_from", "-id") if found is None else found
    return found.annotate(size=Count("wordings"))


def _address(revision):
    return reverse("admin:strategy_app_revision_change", args=[revision.pk])
