"""The views that people keep."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy_app.forms.fields import PlainTextField
from strategy_app.models import SavedView
from strategy_app.queries.saved_view import visible_to
from strategy_app.services import saved_view as services
from strategy_app.views.scoping import only_post, problems_at, signed_in
from strategy_app.views.start_page import address_of, start_of


class _ViewForm(forms.Form):
    name = PlainTextField(label=gettext_lazy("Name"), max_length=100)
    page = forms.ChoiceField(choices=SavedView.Page.choices, widget=forms.HiddenInput)
    query = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)
    is_shared = forms.BooleanField(
        label=gettext_lazy("Share with everybody"), required=False
    )
    # The view that the name was seen to have already, and that is to give way.
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_query(self):
        """Keep the parameters in a form that can only be a query string."""
        return QueryDict(self.cleaned_data["query"]).urlencode()


@signed_in
def view_list(request, form=None, taken=None, status=200):
    """List one's own views and the shared ones, and what is wrong with any of them.

    A form that was refused stands above them, with the view whose name it has ``taken``.
    """
    views = [
        {
            "view": view,
            "address": address_of(view),
            "problems": problems_at(request, view.page, view.query),
        }
        for view in visible_to(request.user)
    ]
    context = {"views": views, "form": form, "taken": taken, "start": start_of(request)}
    return render(
        request, "strategy_app/account/saved_view_list.html", context, status=status
    )


@only_post
@signed_in
def save_view(request):
    """Save what a page shows; a view of the same name is replaced only when told to."""
    form, taken = _ViewForm(request.POST), None
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            view = services.save_view(owner=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            taken = SavedView.objects.filter(owner=request.user, name=name).first()
        else:
            said = (
                _("The view “%(name)s” is saved and shared with everybody.")
                if view.is_shared
                else _("The view “%(name)s” is saved; only you see it.")
            )
            messages.success(request, said % {"name": view})
            return redirect(address_of(view))
    return view_list(request, form=form, taken=taken, status=400)


def _view(request, number):
    view = visible_to(request.user).filter(pk=number).first()
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
