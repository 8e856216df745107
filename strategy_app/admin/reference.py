"""Departments, categories, definitions of levels, targets, thresholds."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from strategy_app.admin.base import ADMIN, KeptAdmin, NeverDeletedMixin
from strategy_app.admin.forms import ElementChoiceField, VersionedForm
from strategy_app.forms.fields import DayField
from strategy_app.forms.target import AmountField
from strategy_app.models import (
    Category,
    Change,
    Department,
    Element,
    LevelDefinition,
    Target,
    Thresholds,
)
from strategy_app.services import target as target_services


class NamedAdmin(KeptAdmin):
    """What has a code and a name in two languages."""

    list_display = ["code", "name_en", "name_ja"]
    list_display_links = ["code", "name_en"]
    search_fields = ["code", "name_en", "name_ja"]
    ordering = ["code"]
    fields = ["code", "name_en", "name_ja"]


@admin.register(Category)
class CategoryAdmin(NamedAdmin):
    pass


@admin.register(Department)
class DepartmentAdmin(NamedAdmin):
    def get_deleted_objects(self, objs, request):
        """Refuse while people belong to it: they would lose it without a trace."""
        found, counts, perms, protected = super().get_deleted_objects(objs, request)
        people = {person for department in objs for person in department.people.all()}
        names = sorted(str(person) for person in people)
        return found, counts, perms, protected + names


@admin.register(LevelDefinition)
class LevelDefinitionAdmin(NeverDeletedMixin, KeptAdmin):
    list_display = ["localized_name", "level", "use_when_en"]
    ordering = ["-level"]
    fieldsets = [
        (None, {"fields": ["level", "name_en", "name_ja"]}),
        (_("Use when"), {"fields": ["use_when_en", "use_when_ja"]}),
        (_("Evidence rule"), {"fields": ["evidence_rule_en", "evidence_rule_ja"]}),
    ]

    @admin.display(description=_("name"))
    def localized_name(self, definition):
        return str(definition.name)


class TargetForm(VersionedForm):
    def validate_constraints(self):
        """Leave them to ``check``, which says the same next to the fields."""

    def check(self):
        target_services.check(self.instance)


@admin.register(Target)
class TargetAdmin(KeptAdmin):
    form = TargetForm
    action = Change.Action.EDIT_TARGET
    list_display = ["element", "measure", "value", "valid_from", "category", "department"]
    list_filter = ["measure", "element__strategy", "category", "department"]
    list_select_related = ["element", "category", "department"]
    search_fields = ["element__code"]
    ordering = ["element__strategy__code", "element__code", "measure", "-valid_from"]
    fields = ["element", "measure", "value", "valid_from", "category", "department"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "valid_from":
            return DayField(label=_("Valid from"))
        if db_field.name == "value":
            return AmountField(label=_("Value"))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "element":
            elements = Element.objects.order_by("strategy__code", "code")
            return ElementChoiceField(elements, label=_("Element"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def keep(self, request, obj, form):
        target_services.save(target=obj, by=request.user, source=ADMIN)


@admin.register(Thresholds)
class ThresholdsAdmin(NeverDeletedMixin, KeptAdmin):
    """One row: made by the first save, then only edited."""

    fields = ["unknown_below_percent", "fresh_months", "horizon_years"]

    def has_add_permission(self, request):
        return False

    def get_object(self, request, object_id, from_field=None):
        """Return the row; before anybody has saved it, the defaults that hold."""
        found = super().get_object(request, object_id, from_field)
        return found or (Thresholds() if object_id == "1" else None)

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(
            reverse("admin:strategy_app_thresholds_change", args=[1])
        )
