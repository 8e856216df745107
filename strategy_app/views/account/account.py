"""What people set for themselves: their language and their API tokens."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from strategy_app.forms.fields import PlainTextField
from strategy_app.models import ApiToken
from strategy_app.services import people
from strategy_app.views.scoping import only_post, readable, signed_in


class _TokenForm(forms.Form):
    name = PlainTextField(label=gettext_lazy("What it is for"), max_length=100)
    days = forms.TypedChoiceField(
        label=gettext_lazy("Expires after"),
        coerce=int,
        initial=90,
        choices=[
            (30, gettext_lazy("30 days")),
            (90, gettext_lazy("90 days")),
            (365, gettext_lazy("1 year")),
        ],
    )
    may_write = forms.BooleanField(
        label=gettext_lazy("May also write, with my rights"), required=False
    )


@require_http_methods(["GET", "POST"])
@signed_in
def account(request):
    """Show one's account; a POST makes an API token, whose key is shown this once."""
    form = _TokenForm(request.POST if request.method == "POST" else None)
    key, status = "", 200
    if request.method == "POST":
        if form.is_valid():
            _token, key = people.create_token(
                user=request.user,
                by=request.user,
                name=form.cleaned_data["name"],
                days=form.cleaned_data["days"],
                is_read_only=not form.cleaned_data["may_write"],
            )
            form = _TokenForm()
        else:
            status = 400
    context = {
        "form": form,
        "key": key,
        "tokens": request.user.tokens.order_by("-id"),
        "departments": request.user.departments.order_by("name_en"),
    }
    return render(request, "strategy_app/account/account.html", context, status=status)


@only_post
@signed_in
def revoke_token(request, number):
    """Revoke one of one's own tokens."""
    token = ApiToken.objects.filter(pk=number, user=request.user).first()
    if token is None:
        raise Http404
    people.revoke_token(token=token, by=request.user)
    messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
    return redirect("account")


@only_post
def set_language(request):
    """Set the language: on the account of who is signed in, else in a cookie."""
    code = request.POST.get("language", "")
    if code not in dict(settings.LANGUAGES):
        raise Http404
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    if request.user.is_authenticated:
        people.set_language(user=request.user, language=code)
    response = redirect(readable(target))
    with translation.override(code):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=365 * 24 * 3600,
            httponly=True,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
    return response
