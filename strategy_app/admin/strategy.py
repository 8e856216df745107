"""Strategies, their revisions and elements: start a draft, publish it."""

from collections import Counter

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
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
    one_change,
)
from strategy_app.admin.tagging import in_tree_order
from strategy_app.forms.fields import DayField, PlainTextField
from strategy_app.models import Alignment, Change, Element, Revision, Strategy, Wording
from strategy_app.models.dates import today
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import strategy as strategy_services


class DraftForm(forms.Form):
    """What a new revision is called."""

    name_en = PlainTextField(label=gettext_lazy("Name (English)"), max_length=100)
    name_ja = PlainTextField(
        label=gettext_lazy("Name (Japanese)"), max_length=100, required=False
    )


class PublishForm(forms.Form):
    """From which day a draft holds, and which state of it was read."""

    in_force_from = DayField(
        label=gettext_lazy("In force from"),
        help_text=gettext_lazy("The revision before it holds until the day before."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


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

    def get_urls(self):
        return [
            path(
                "<int:revision_id>/publish/",
                self.admin_site.admin_view(self.publish_view),
                name="strategy_app_revision_publish",
            ),
            *super().get_urls(),
        ]

    def tools(self, request, revision):
        wordings = reverse("admin:strategy_app_wording_changelist")
        found = [(_("All wordings"), f"{wordings}?revision__id__exact={revision.pk}")]
        if revision.is_draft:
            add = reverse("admin:strategy_app_wording_add")
            publish = reverse("admin:strategy_app_revision_publish", args=[revision.pk])
            found.append((_("Add a wording"), f"{add}?revision={revision.pk}"))
            workshop = reverse("draft", args=[revision.strategy.code])
            found.append((_("Edit in the workshop"), workshop))
            found.append((_("Publish"), publish))
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

    def publish_view(self, request, revision_id):
        """Say what publishing will do, and do it."""
        revision = get_object_or_404(
            Revision.objects.select_related("strategy"), pk=revision_id
        )
        if not revision.is_draft:
            raise PermissionDenied
        form = PublishForm(
            request.POST or None,
            initial={
                "in_force_from": today(),
                "version": strategy_queries.version_of(revision),
            },
        )
        if request.method == "POST" and self._publish(request, form, revision):
            messages.success(
                request,
                _("“%(revision)s” is published, in force from %(day)s.")
                % {
                    "revision": revision.name,
                    "day": form.cleaned_data["in_force_from"].isoformat(),
                },
            )
            return HttpResponseRedirect(_address(revision))
        context = self.admin_site.each_context(request) | {
            "title": _("Publish"),
            "subtitle": str(revision),
            "opts": self.opts,
            "original": revision,
            "form": form,
            **_consequences(revision),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request, "admin/strategy_app/revision/publish.html", context
        )

    def _publish(self, request, form, revision):
        """Publish, and return whether it was; a refusal stands in the form."""
        if not form.is_valid():
            return False
        with one_change(request, Change.Action.PUBLISH):
            if form.cleaned_data["version"] != strategy_queries.version_of(revision):
                form.data = form.data.copy()
                form.data["version"] = strategy_queries.version_of(revision)
                form.add_error(
                    None,
                    _(
                        "The draft was changed while you had this page open. Nothing was"
                        " published. Read again what will happen."
                    ),
                )
                return False
            try:
                strategy_services.publish(
                    revision=revision,
                    in_force_from=form.cleaned_data["in_force_from"],
                    by=request.user,
                    source=ADMIN,
                )
            except ValidationError as refusal:
                form.add_error(None, refusal)
            except strategy_services.NotApproved:
                form.add_error(
                    None,
                    _("A second person has to approve the draft before it is published."),
                )
            except strategy_services.NotDraft:
                raise PermissionDenied from None
            else:
                request.has_saved = True
        return request.has_saved


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


def _consequences(revision):
    """Return what publishing a draft will do, in numbers."""
    wordings = strategy_queries.wordings(revision)
    newest = strategy_queries.published_revisions(revision.strategy_id).first()
    before = strategy_queries.wordings(newest) if newest else []
    kept = {wording.element_id for wording in wordings}
    removed = [wording for wording in before if wording.element_id not in kept]
    tally = Counter(wording.modification for wording in wordings)
    material = [
        wording.element_id
        for wording in wordings
        if wording.modification in Wording.ASKS_TO_REREAD
    ]
    open_rows = Alignment.objects.open()
    return {
        "newest": newest,
        "count": len(wordings),
        "alignable": sum(wording.is_alignable for wording in wordings),
        "tally": [(kind.label, tally[kind.value]) for kind in Wording.Modification],
        "removed": removed,
        "to_review": open_rows.filter(element__in=material).count(),
        "left_over": open_rows.filter(
            element__in=[wording.element_id for wording in removed]
        ).count(),
    }
