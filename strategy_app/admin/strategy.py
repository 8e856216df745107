"""Strategies and the types of their elements; their texts are read here.

They are written in the workshop, to which these pages lead.
"""

from django.contrib import admin
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from strategy_app.admin.base import KeptAdmin, NeverDeletedMixin, ReadOnlyAdmin
from strategy_app.models import Change, Element, ElementType, Revision, Strategy, Wording
from strategy_app.queries import strategy as strategy_queries


@admin.register(Strategy)
class StrategyAdmin(NeverDeletedMixin, KeptAdmin):
    action = Change.Action.EDIT_STRATEGY
    list_display = ["code", "name_en", "name_ja"]
    list_display_links = ["code", "name_en"]
    search_fields = ["code", "name_en", "name_ja"]
    ordering = ["code"]
    fields = ["code", "name_en", "name_ja"]

    def tools(self, request, strategy):
        has_draft = strategy_queries.draft_of(strategy.pk) is not None
        label = _("Edit in the workshop") if has_draft else _("Start a draft")
        return [
            (label, reverse("draft", args=[strategy.code])),
            (_("Types of elements"), _list(ElementType, strategy=strategy)),
            (_("Revisions"), _list(Revision, strategy=strategy)),
        ]


@admin.register(ElementType)
class ElementTypeAdmin(KeptAdmin):
    action = Change.Action.EDIT_STRATEGY
    list_display = ["code", "name_en", "name_ja", "is_alignable", "order", "strategy"]
    list_display_links = ["code", "name_en"]
    list_filter = ["strategy"]
    list_select_related = ["strategy"]
    search_fields = ["code", "name_en", "name_ja"]
    ordering = ["strategy__code", "order", "code"]
    fields = ["strategy", "code", "name_en", "name_ja", "is_alignable", "order"]

    def get_readonly_fields(self, request, obj=None):
        return ["strategy", "code"] if obj is not None else []

    def get_deleted_objects(self, objs, request):
        """Refuse while elements are of the type, and where its history has to name it."""
        refused = []
        for each in objs:
            if number := strategy_queries.uses_of(each):
                text = ngettext(
                    "%(number)s wording that is, or was, of the type “%(name)s”",
                    "%(number)s wordings that are, or were, of the type “%(name)s”",
                    number,
                )
                refused.append(text % {"number": number, "name": each})
        return list(objs), {}, set(), refused


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ["localized_name", "strategy", "is_published", "in_force_from", "size"]
    list_filter = ["strategy"]
    list_select_related = ["strategy"]
    search_fields = ["name_en", "name_ja", "strategy__code"]
    ordering = ["strategy__code", "-in_force_from", "-id"]
    fields = [
        "strategy", "name_en", "name_ja", "preface_en", "preface_ja", "in_force_from",
        "published_in",
    ]  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(size=Count("wordings"))

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
        found = [(_("All wordings"), _list(Wording, revision=revision))]
        if revision.is_draft:
            workshop = reverse("draft", args=[revision.strategy.code])
            found.append((_("Edit in the workshop"), workshop))
        return found


@admin.register(Wording)
class WordingAdmin(ReadOnlyAdmin):
    list_display = ["code", "localized_title", "type", "is_alignable", "modification"]
    list_display_links = ["code", "localized_title"]
    list_filter = ["revision", "is_alignable", "modification"]
    list_select_related = ["element", "type"]
    search_fields = ["element__code", "title_en", "title_ja", "body_en", "body_ja"]
    ordering = ["revision__strategy__code", "-revision_id", "position"]
    list_per_page = 200
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "revision", "element", "parent", "position", "type", "is_alignable",
                    "modification",
                ]
            },
        ),
        (gettext_lazy("English"), {"fields": ["title_en", "body_en"]}),
        (gettext_lazy("Japanese"), {"fields": ["title_ja", "body_ja"]}),
        (None, {"fields": ["source"]}),
    ]  # fmt: skip

    @admin.display(description=gettext_lazy("code"), ordering="element__code")
    def code(self, wording):
        return wording.element.code

    @admin.display(description=gettext_lazy("title"), ordering="title_en")
    def localized_title(self, wording):
        return str(wording.title)

    def tools(self, request, wording):
        revision = wording.revision
        address = reverse("admin:strategy_app_revision_change", args=[revision.pk])
        found = [(_("Its revision"), address)]
        if revision.is_draft:
            here = [revision.strategy.code, wording.element.code]
            found.append((_("Edit in the workshop"), reverse("draft-element", args=here)))
        return found


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


def _list(model, **of):
    """Return the address of the rows of a model that belong to one of another."""
    ((name, row),) = of.items()
    address = reverse(f"admin:strategy_app_{model._meta.model_name}_changelist")
    return f"{address}?{name}__id__exact={row.pk}"
