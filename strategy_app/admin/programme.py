"""Programmes: facts, budgets, and the tagging panel below them."""

from django.contrib import admin
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.utils.translation import gettext_lazy as _

from strategy_app.admin import tagging
from strategy_app.admin.base import KeptAdmin, NeverDeletedMixin
from strategy_app.admin.forms import VersionedForm
from strategy_app.forms.fields import AddressField
from strategy_app.models import Budget, Change, Programme


class ProgrammeForm(VersionedForm):
    parts = ((Budget, "programme"),)


class BudgetInline(admin.TabularInline):
    model = Budget
    extra = 1
    ordering = ["fiscal_year"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("programme")


@admin.register(Programme)
class ProgrammeAdmin(NeverDeletedMixin, KeptAdmin):
    form = ProgrammeForm
    action = Change.Action.EDIT_PROGRAMME
    list_display = [
        "code", "localized_name", "category", "department", "status", "starts_on",
        "ends_on",
    ]  # fmt: skip
    list_display_links = ["code", "localized_name"]
    list_filter = ["category", "department", "status", "end_is_illustrative"]
    list_select_related = ["category", "department"]
    search_fields = ["code", "name_en", "name_ja", "summary_en", "summary_ja"]
    search_help_text = _("Code, name or summary, in either language.")
    ordering = ["code"]
    inlines = [BudgetInline]
    fieldsets = [
        (None, {"fields": ["code", "name_en", "name_ja", "category", "department"]}),
        (
            _("Period"),
            {"fields": ["status", "starts_on", "ends_on", "end_is_illustrative"]},
        ),
        (_("Summary"), {"fields": ["summary_en", "summary_ja"]}),
        (_("More"), {"fields": ["partner_countries", "url", "source"]}),
    ]

    @admin.display(description=_("name"), ordering="name_en")
    def localized_name(self, programme):
        return str(programme.name)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "partner_countries":
            kwargs["widget"] = FilteredSelectMultiple(db_field.verbose_name, False)
        if db_field.name == "url":
            kwargs["form_class"] = AddressField
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def tools(self, request, programme):
        return [(_("Tagging"), "#tagging")]

    def render_change_form(self, request, context, **kwargs):
        if kwargs.get("obj") is not None:
            code = request.GET.get("strategy")
            context["panel"] = tagging.panel(request, kwargs["obj"], code)
        return super().render_change_form(request, context, **kwargs)
