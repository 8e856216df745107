"""People, their passwords and one-time codes, and their API tokens."""

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from strategy_app.admin.base import (
    ADMIN,
    KeptAdmin,
    NeverDeletedMixin,
    ReadOnlyAdmin,
    YesNoFilter,
)
from strategy_app.admin.forms import VersionedForm
from strategy_app.models import ApiToken, Change, Department, User
from strategy_app.models.change import current_change
from strategy_app.queries.history import Value
from strategy_app.services import people, reference
from strategy_app.services.change import discard, recording


class PersonForm(VersionedForm):
    """Someone's account; nobody takes the administration from themselves."""

    editor_id = None

    def check(self):
        if self.instance.pk == self.editor_id and not self.instance.is_staff:
            raise ValidationError(
                _("You cannot take the administration from yourself: ask another admin.")
            )


# Django's own words for these are not in Japanese.
_WITHOUT_PASSWORD = gettext_lazy(
    "Whoever has no password can only use single sign-on, where there is one."
)
_PASSWORD_IS_LOST = gettext_lazy("The present password will be lost.")


class NewPersonForm(AdminUserCreationForm):
    usable_password = AdminUserCreationForm.create_usable_password_field(
        help_text=_WITHOUT_PASSWORD
    )

    class Meta(AdminUserCreationForm.Meta):
        model = User


class PasswordForm(AdminPasswordChangeForm):
    usable_password = AdminPasswordChangeForm.create_usable_password_field(
        help_text=format_lazy(
            '{}<ul id="id_unusable_warning" class="messagelist">'
            '<li class="warning">{}</li></ul>',
            _WITHOUT_PASSWORD,
            _PASSWORD_IS_LOST,
        )
    )

    def save(self, commit=True):
        person = super().save(commit=False)
        return reference.save(person, by=current_change().by, source=ADMIN)


@admin.register(User)
class PersonAdmin(NeverDeletedMixin, KeptAdmin, UserAdmin):
    form = PersonForm
    add_form = NewPersonForm
    add_form_template = "admin/strategy_app/user/add_form.html"
    change_password_form = PasswordForm
    action = Change.Action.EDIT_PERSON
    actions = ["remove_one_time_codes"]
    list_display = ["username", "name", "role", "email", "is_active"]
    list_display_links = ["username", "name"]
    list_filter = ["role", "is_active", "departments"]
    search_fields = ["username", "name", "email"]
    filter_horizontal = ["departments"]
    fieldsets = [
        (None, {"fields": ["username", "name", "email", "language"]}),
        (gettext_lazy("Rights"), {"fields": ["role", "departments", "is_active"]}),
        (gettext_lazy("Dates"), {"fields": ["created_at", "last_login"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "name", "email", "language"]}),
        (gettext_lazy("Rights"), {"fields": ["role", "departments"]}),
        (
            gettext_lazy("Password"),
            {"fields": ["usable_password", "password1", "password2"]},
        ),
    ]
    readonly_fields = ["created_at", "last_login"]

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields if obj is not None else []

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.editor_id = request.user.pk  # the class is made anew for each request
        return form

    def tools(self, request, person):
        label = _("Change password") if person.has_usable_password() else _("Set password")
        return [(label, "../password/")]

    def edits(self, person):
        """Return the edits with the departments, which other histories have none of."""
        found = super().edits(person)
        names = Department.objects.in_bulk()
        rows = person.history.order_by("-history_id")
        held = [
            ", ".join(
                sorted(
                    str(names.get(tie.department_id, f"#{tie.department_id}"))
                    for tie in row.departments.all()
                )
            )
            for row in rows
        ]
        label = str(self.opts.get_field("departments").verbose_name)
        for edit, after, before in zip(found, held, [*held[1:], ""], strict=False):
            if before != after:
                edit.values.append(Value(label, before, after))
        return found

    def user_change_password(self, request, id, form_url=""):  # noqa: A002 Django's name
        if request.method != "POST":
            return super().user_change_password(request, id, form_url)
        with recording(
            self.action, by=request.user, source=ADMIN, reason=_("Password set")
        ) as change:
            response = super().user_change_password(request, id, form_url)
            if not User.history.filter(change=change).exists():
                discard(change)
        return response

    @admin.action(description=gettext_lazy("Remove one-time codes (lost phone)"))
    def remove_one_time_codes(self, request, queryset):
        removed = [
            person
            for person in queryset
            if people.remove_one_time_codes(user=person, by=request.user, source=ADMIN)
        ]
        messages.success(
            request,
            ngettext(
                "%(count)d person now signs in without one-time codes.",
                "%(count)d people now sign in without one-time codes.",
                len(removed),
            )
            % {"count": len(removed)},
        )


class UsableFilter(YesNoFilter):
    title = gettext_lazy("revoked")
    parameter_name = "revoked"
    yes, no = gettext_lazy("Revoked"), gettext_lazy("Not revoked")
    condition = Q(revoked_at__isnull=False)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    actions = ["revoke"]
    list_display = ["name", "user", "is_read_only", "expires_at", "revoked_at", "usable"]
    list_filter = [UsableFilter, "is_read_only", "expires_at"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username", "user__name"]
    ordering = ["-id"]
    fields = ["name", "user", "is_read_only", "expires_at", "revoked_at"]

    @admin.display(description=gettext_lazy("usable"), boolean=True)
    def usable(self, token):
        return token.is_usable

    @admin.action(description=gettext_lazy("Revoke the chosen tokens"))
    def revoke(self, request, queryset):
        with recording(Change.Action.EDIT_TOKEN, by=request.user, source=ADMIN) as change:
            tokens = list(queryset.filter(revoked_at=None))
            for token in tokens:
                people.revoke_token(token=token, by=request.user, source=ADMIN)
            if not tokens:
                discard(change)
        messages.success(
            request,
            ngettext(
                "%(count)d token was revoked.", "%(count)d tokens were revoked.",
                len(tokens),
            )
            % {"count": len(tokens)},
        )  # fmt: skip
