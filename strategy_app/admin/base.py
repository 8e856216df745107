"""What all pages of the administration share: one change a submit, histories, filters."""

from contextlib import contextmanager

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from strategy_app.admin.forms import VersionedForm, edits_of_page
from strategy_app.models import Change
from strategy_app.services import reference
from strategy_app.services.change import discard, recording

ADMIN = Change.Source.ADMIN


@contextmanager
def one_change(request, action, reason=""):
    """Make whatever a request saves one change, and no change where it saves nothing.

    It is open before the form is checked, so that two submits take turns and the second
    one is checked against what the first one has saved.
    """
    request.has_saved = False
    with recording(action, by=request.user, source=ADMIN, reason=reason) as change:
        yield change
        if not request.has_saved:
            discard(change)


class HistoryMixin:
    """A History page of our own, from our histories, and none of Django's log."""

    object_history_template = "admin/object_history.html"
    has_history = True

    def log_addition(self, request, obj, message):
        """Write nothing: the Change is the log."""

    def log_change(self, request, obj, message):
        """Write nothing: the Change is the log."""

    def log_deletions(self, request, queryset):
        """Write nothing: the Change is the log."""

    def edits(self, obj):
        """Return the edits that the History page shows, the newest first."""
        return edits_of_page(obj, getattr(self.form, "parts", ()))

    def history_view(self, request, object_id, extra_context=None):
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        edits = self.edits(obj)
        changes = Change.objects.select_related("by").in_bulk(
            {edit.change_id for edit in edits}
        )
        context = self.admin_site.each_context(request) | {
            "title": _("History: %(name)s") % {"name": obj},
            "object": obj,
            "opts": self.opts,
            "module_name": self.opts.verbose_name_plural,
            "entries": [(changes[edit.change_id], edit) for edit in edits],
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.object_history_template, context)

    def tools(self, request, obj):
        """Return the buttons above a form, besides History: (label, address)."""
        return []

    def render_change_form(self, request, context, **kwargs):
        obj = kwargs.get("obj")
        context["tools"] = self.tools(request, obj) if obj else []
        context["has_history"] = self.has_history
        return super().render_change_form(request, context, **kwargs)


class KeptAdmin(HistoryMixin, admin.ModelAdmin):
    """Rows that are kept by ``services.reference``, one change for each submit."""

    form = VersionedForm
    action = Change.Action.EDIT_REFERENCE
    list_per_page = 100
    show_full_result_count = False

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with one_change(request, self.action):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        if request.method != "POST":
            return super().delete_view(request, object_id, extra_context)
        with one_change(request, self.action):
            return super().delete_view(request, object_id, extra_context)

    def save_model(self, request, obj, form, change):
        if not change or form.has_changed():
            self.keep(request, obj, form)
            request.has_saved = True

    def keep(self, request, obj, form):
        """Save one row through the service that keeps it."""
        many = {
            field.name: form.cleaned_data[field.name]
            for field in self.opts.many_to_many
            if field.name in form.changed_data
        }
        reference.save(obj, by=request.user, source=ADMIN, many=many)

    def save_related(self, request, form, formsets, change):
        for formset in formsets:
            self.save_formset(request, form, formset, change)

    def save_formset(self, request, form, formset, change):
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            reference.delete(row, by=request.user, source=ADMIN)
        for row in rows:
            reference.save(row, by=request.user, source=ADMIN)
        request.has_saved |= bool(rows or formset.deleted_objects)

    def delete_model(self, request, obj):
        reference.delete(obj, by=request.user, source=ADMIN)
        request.has_saved = True

    def delete_queryset(self, request, queryset):
        with one_change(request, self.action):
            for obj in queryset:
                self.delete_model(request, obj)

    def response_change(self, request, obj):
        if request.has_saved:
            return super().response_change(request, obj)
        messages.info(request, _("Nothing was changed."))
        if "_continue" in request.POST:
            return HttpResponseRedirect(request.path)
        return self.response_post_save_change(request, obj)


class NeverDeletedMixin:
    """Rows that are closed, ended or deactivated, but never deleted."""

    def has_delete_permission(self, request, obj=None):
        return False


class ReadOnlyAdmin(NeverDeletedMixin, HistoryMixin, admin.ModelAdmin):
    """Rows that are read here and written elsewhere."""

    list_per_page = 100
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class TextFilter(admin.SimpleListFilter):
    """A filter that is typed, for columns with too many values to list."""

    template = "admin/text_filter.html"
    lookup = ""

    def lookups(self, request, model_admin):
        return [("", "")]  # an empty list would hide the filter

    def queryset(self, request, queryset):
        value = (self.value() or "").strip()
        return queryset.filter(**{self.lookup: value}) if value else queryset

    def choices(self, changelist):
        others = {
            name: value
            for name, value in changelist.params.items()
            if name != self.parameter_name
        }
        yield {"name": self.parameter_name, "value": self.value() or "", "others": others}


class YesNoFilter(admin.SimpleListFilter):
    """A filter with two sides; ``yes`` and ``no`` name them, ``condition`` divides them."""

    yes = no = ""
    condition = None

    def lookups(self, request, model_admin):
        return [("yes", self.yes), ("no", self.no)]

    def queryset(self, request, queryset):
        if self.value() == "yes":
            return queryset.filter(self.condition)
        return queryset.exclude(self.condition) if self.value() == "no" else queryset
