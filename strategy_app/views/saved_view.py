"""The views that people keep."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy_app.forms.fields import PlainTextField
from strategy_app.models import SavedView
from strategy_app.services import saved_view as services
from strategy_app.views.scoping import only_post, signed_in


class _ViewForm(forms.Form):
    name = PlainTextField(label=gettext_lazy("Name"), max_length=100)
    page = forms.ChoiceField(choices=SavedView.Page.choices, widget=forms.HiddenInput)
    query = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)
    is_shared = forms.BooleanField(
        label=gettext_lazy("Share with everybody"), required=False
    )

    def clean_query(self):
        """Keep the parameters in a form that can only be a query string."""
        return QueryDict(self.cleaned_data["query"]).urlencode()


def _mine(user):
    """Return the views that someone may open: their own and the shared ones."""
    return (
        SavedView.objects.filter(Q(owner=user) | Q(is_shared=True))
        .select_related("owner")
        .order_by("name", "id")
    )


def address_of(view):
    """Return where a view leads."""
    return reverse(view.page) + (f"?{view.query}" if view.query else "")


@signed_in
def view_list(request, form=None, status=200):
    """List one's own views and the shared ones."""
    views = [{"view": view, "address": address_of(view)} for view in _mine(request.user)]
    context = {"views": views, "form": form}
    return render(request, "strategy_app/saved_view/list.html", context, status=status)


@only_post
@signed_in
def save_view(request):
    """Save what a page shows; a name of one's own view replaces it."""
    form = _ViewForm(request.POST)
    if form.is_valid():
        try:
            view = services.save_view(owner=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": view})
            return redirect(address_of(view))
    return view_list(request, form=form, status=400)


def _view(request, number):
    view = _mine(request.user).filter(pk=number).first()
    if view is None:
        raise Http404
    return view


@only_post
@signed_in
def delete_view(request, number):
    """Delete one of one's own views."""
    view = _view(request, number)
    services.delete_view(view=view, by=request.user)
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return redirect("view-list")


@only_post
@signed_in
def start_with(request, number):
    """Begin with a view from now on; 0 is the overview."""
    services.start_with(user=request.user, view=_view(request, number) if number else None)
    return redirect("view-list")
