"""The workshop: the draft of a strategy's next revision, its outline beside its editor."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from strategy_app.forms.draft import AddForm, NameForm, StartForm
from strategy_app.models import Revision, Strategy
from strategy_app.permissions import can_administer
from strategy_app.queries import draft as draft_queries
from strategy_app.queries import strategy as strategy_queries
from strategy_app.queries.text import difference
from strategy_app.services import strategy as strategy_services
from strategy_app.services.strategy import NotDraft, Overtaken
from strategy_app.views.scoping import only_post, signed_in

# The field that says which version was read.
_READ = "replaces"
_TYPED = ("title_", "body_", "name_", "preface_", "reason", "source")


def for_admins(view):
    """Let in strategy admins, and give the view the strategy of the address."""

    @wraps(view)
    def inner(request, code, *args, **kwargs):
        if not can_administer(request.user):
            raise PermissionDenied
        strategy = get_object_or_404(Strategy, code=code)
        return view(request, strategy, *args, **kwargs)

    return signed_in(inner)


def on_draft(view):
    """Give the view the draft of the strategy; without one, lead to where it starts."""

    @wraps(view)
    def inner(request, strategy, *args, **kwargs):
        draft = draft_of(strategy)
        if draft is None:
            return gone(request, strategy)
        try:
            return view(request, draft, *args, **kwargs)
        except NotDraft:
            return gone(request, strategy)

    return for_admins(inner)


def draft_of(strategy):
    """Return the strategy's draft as it is worked on, None while there is none."""
    revision = (
        Revision.objects.filter(strategy=strategy, published_in=None)
        .select_related("strategy")
        .first()
    )
    return revision and draft_queries.Draft(revision)


def gone(request, strategy, notice=None):
    """Say that what was edited is not there any more, and give back what was typed."""
    notice = notice or _("There is no draft any more: it was published or given up.")
    if wants_parts(request):
        return JsonResponse({"gone": notice}, status=409)
    typed = [
        value for name, value in request.POST.items() if name.startswith(_TYPED) and value
    ]
    if not typed:
        messages.warning(request, notice)
        return redirect("draft", strategy.code)
    context = {"strategy": strategy, "notice": notice, "typed": typed}
    return render(request, "strategy_app/strategy/workshop_gone.html", context, status=409)


def wants_parts(request) -> bool:
    """Whether the script asks, which puts parts of the page in place of others."""
    return request.headers.get("Accept") == "application/json"


def outline_of(request, draft, at=None, refusal="") -> str:
    """Return the outline as HTML; ``at`` is the code of the element that is open."""
    context = outline_context(draft, at, refusal)
    return render_to_string(
        "strategy_app/strategy/_workshop_outline.html", context, request
    )


def outline_context(draft, at=None, refusal="") -> dict:
    """Return what the outline shows."""
    return {
        "draft": draft,
        "strategy": draft.revision.strategy,
        "at": at,
        "refusal": refusal,
    }


@require_http_methods(["GET", "POST"])
@for_admins
def draft(request, strategy):
    """Show the draft as a whole, or start it."""
    draft = draft_of(strategy)
    if draft is not None and wants_parts(request):
        answer = JsonResponse({"outline": outline_of(request, draft)})
        patch_vary_headers(answer, ["Accept"])
        return answer
    if draft is not None:
        if request.method == "POST":
            messages.warning(request, _("This strategy already has a draft."))
        return show_draft(request, draft)
    if request.method == "GET":
        return _show_start(request, strategy, StartForm())
    form = StartForm(request.POST)
    if form.is_valid():
        try:
            strategy_services.create_draft(
                strategy=strategy, by=request.user, source="page", **form.cleaned_data
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The draft is there. Edit it as you like."))
            return redirect("draft", strategy.code)
    return _show_start(request, strategy, form, 400)


def _show_start(request, strategy, form, status=200):
    newest = strategy_queries.published_revisions(strategy.pk).first()
    context = {
        "strategy": strategy,
        "form": form,
        "newest": newest,
        "count": newest.wordings.count() if newest else 0,
    }
    return render(
        request, "strategy_app/strategy/workshop_start.html", context, status=status
    )


def show_draft(request, draft, *, refusal="", status=200):
    """Show what the draft as a whole says, beside its outline."""
    context = outline_context(draft, None, refusal) | {
        "problems": strategy_services.problems_of(draft.revision)
    }
    return render(request, "strategy_app/strategy/workshop.html", context, status=status)


@require_http_methods(["GET", "POST"])
@on_draft
def name(request, draft):
    """Show what the draft is called and its preface, and save what is typed there."""
    revision = draft.revision
    held = {name: getattr(revision, name) for name in NameForm.base_fields if name != _READ}
    held[_READ] = strategy_queries.newest_change_to(revision)
    form, theirs = NameForm(request.POST or None, initial=held), []
    if request.method == "POST" and form.is_valid():
        typed = dict(form.cleaned_data)
        try:
            strategy_services.save_draft(
                revision=revision, by=request.user, replaces=typed.pop(_READ), **typed
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        except Overtaken as overtaken:
            theirs = _heads_apart(form, overtaken.current, typed)
            form.data = form.data.copy()
            form.data[_READ] = held[_READ]
        else:
            messages.success(request, _("The draft is saved."))
            return redirect("draft", revision.strategy.code)
    context = outline_context(draft) | {"name_form": form, "theirs": theirs}
    status = 409 if theirs else 400 if form.errors else 200
    return render(request, "strategy_app/strategy/workshop.html", context, status=status)


def _heads_apart(form, now, typed):
    """Return (label, language, pieces) of what somebody else has written differently."""
    return [
        (form.fields[name].label, name[-2:], difference(before, value))
        for name, value in typed.items()
        if (before := getattr(now, name)) != value
    ]


@require_http_methods(["GET", "POST"])
@on_draft
def add(request, draft):
    """Show the form of a new element, and add the one it is sent."""
    if request.method == "GET":
        form = AddForm(draft=draft, initial=_as_its_neighbours(draft, request.GET))
        return _show_add(request, draft, form)
    form = AddForm(request.POST, draft=draft)
    if form.is_valid():
        fields = dict(form.cleaned_data)
        try:
            wording = strategy_services.add(
                revision=draft.revision,
                code=fields.pop("code"),
                parent=fields.pop("below"),
                by=request.user,
                **fields,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request,
                _("%(code)s is added. Write its text.") % {"code": wording.element.code},
            )
            return redirect(
                "draft-element", draft.revision.strategy.code, wording.element.code
            )
    return _show_add(request, draft, form, 400)


def _as_its_neighbours(draft, asked):
    """Return what a new element is most likely: what stands already where it goes."""
    row = draft.row(asked.get("below", ""))
    if row is None:
        return {}
    neighbour = draft.row(row.below[-1]) if row.below else row
    return {
        "below": row.code,
        "type": neighbour.wording.type.code,
        "is_alignable": "yes" if neighbour.wording.is_alignable else "no",
    }


def _show_add(request, draft, form, status=200):
    context = outline_context(draft) | {"add_form": form}
    return render(request, "strategy_app/strategy/workshop.html", context, status=status)


@only_post
@on_draft
def move(request, draft, element_code):
    """Move an element one place: up, down, in, out."""
    row = draft.row(element_code)
    if row is None:
        return missing(request, draft, element_code)
    direction = request.POST.get("direction")
    refusal = ""
    if direction not in strategy_services.DIRECTIONS:
        return HttpResponse(status=400)
    try:
        strategy_services.move(wording=row.wording, direction=direction, by=request.user)
    except ValidationError as refused:
        refusal = " ".join(refused.messages)
    return moved(request, draft, element_code, refusal)


def moved(request, draft, code, refusal=""):
    """Answer a move: with the outline as it is by now, for the script; else its page."""
    if wants_parts(request):
        fresh = draft_queries.Draft(draft.revision)
        told = refusal or _("%(code)s is moved.") % {"code": code}
        parts = {"outline": outline_of(request, fresh, request.POST.get("at")), "say": told}
        return JsonResponse(parts, status=400 if refusal else 200)
    if refusal:
        messages.warning(request, refusal)
    return redirect("draft-element", draft.revision.strategy.code, code)


def missing(request, draft, code):
    """Answer for an element that is not in the draft: 404 for a code that never was one."""
    if not draft_queries.was_ever(draft.revision, code):
        raise Http404
    return taken_out(request, draft, code)


def taken_out(request, draft, code):
    """Say that somebody has withdrawn the element, and give back what was typed."""
    notice = _("%(code)s is not in the draft: somebody has withdrawn it.") % {"code": code}
    return gone(request, draft.revision.strategy, notice)


@only_post
@on_draft
def withdraw(request, draft, element_code):
    """Take an element out of the draft; the draft's page brings it back."""
    row = _row_or_404(draft, element_code)
    try:
        strategy_services.delete_wording(
            wording=row.wording, by=request.user, source="page"
        )
    except ValidationError:
        refusal = _("%(code)s is not withdrawn: below it stand %(below)s.") % {
            "code": element_code,
            "below": _(", ").join(row.below),
        } + " " + _("Move or withdraw them first.")  # fmt: skip
        context = outline_context(draft, element_code, refusal)
        context |= {"problems": strategy_services.problems_of(draft.revision)}
        return render(request, "strategy_app/strategy/workshop.html", context, status=400)
    messages.success(
        request, _("%(code)s is withdrawn. You can bring it back.") % {"code": element_code}
    )
    return redirect("draft", draft.revision.strategy.code)


@only_post
@on_draft
def restore(request, draft, element_code):
    """Bring a withdrawn element back, as the draft had it last."""
    strategy = draft.revision.strategy
    try:
        wording = strategy_services.bring_back(
            revision=draft.revision, code=element_code, by=request.user
        )
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("draft", strategy.code)
    if wording is None:
        raise Http404
    return redirect("draft-element", strategy.code, element_code)


@require_http_methods(["GET", "POST"])
@on_draft
def discard(request, draft):
    """Ask whether to give the draft up, and do so."""
    strategy = draft.revision.strategy
    if request.method == "POST":
        strategy_services.discard_draft(revision=draft.revision, by=request.user)
        messages.success(request, _("The draft is given up. Its history is kept."))
        return redirect("draft", strategy.code)
    context = outline_context(draft) | {"asks_to_discard": True}
    return render(request, "strategy_app/strategy/workshop.html", context)


def _row_or_404(draft, code):
    row = draft.row(code)
    if row is None:
        raise Http404
    return row
