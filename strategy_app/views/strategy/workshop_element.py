"""One element of a draft in its editor: its texts, how and whence it changed, its place."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from strategy_app.forms.draft import (
    CodeForm,
    DecisionForm,
    OriginsForm,
    PlaceForm,
    WordingForm,
    kind_by_number,
)
from strategy_app.queries import draft as draft_queries
from strategy_app.queries.text import difference
from strategy_app.services import strategy as strategy_services
from strategy_app.services.strategy import Overtaken
from strategy_app.views.given_back import gives_back
from strategy_app.views.scoping import number_in, only_post
from strategy_app.views.strategy.workshop import (
    missing,
    moved,
    on_draft,
    outline_context,
    outline_of,
    taken_out,
    wants_parts,
)

_MOST_BYTES = 11 * 1024 * 1024
# Several forms on one page: their fields are told apart.
_DECIDE, _ORIGIN = "decide-%s", "origin-%s"


def _too_large(request):
    return HttpResponse(_("This is too long to be sent."), status=413)


def on_element(view):
    """Give the view the draft and the row of the element that the address names."""

    def inner(request, draft, element_code):
        row = draft.row(element_code)
        if row is None:
            return missing(request, draft, element_code)
        return view(request, draft, row)

    return on_draft(inner)


def _here(draft, row):
    return redirect("draft-element", draft.revision.strategy.code, row.code)


# --- what is shown ---


def _state(request, draft, row, **forms):
    """Return what stands below the texts: what changed, whence it comes, its place."""
    wording, origins = row.wording, draft.origins_of(row.wording)
    replaces = wording.edited_in_id
    decisions = draft_queries.decisions_of(wording)
    holds = 1 if wording.decided_by_id else 0
    return outline_context(draft, row.code) | {
        "row": row,
        "wording": wording,
        "changes": draft_queries.changes_of(row),
        "decided": decisions[:holds],
        "decided_before": decisions[holds:],
        "decision": forms.get("decision")
        or DecisionForm(
            initial={
                "modification": wording.modification,
                "reason": wording.decision_reason,
                "replaces": replaces,
            },
            auto_id=_DECIDE,
        ),
        "origins": origins,
        "origins_form": forms.get("origins_form")
        or OriginsForm(
            draft=draft,
            wording=wording,
            initial={
                "kind": origins[0].kind if _is_said(origins) else "",
                "origins": [origin.origin.code for origin in origins],
            },
            auto_id=_ORIGIN,
        ),
        "place": forms.get("place") or PlaceForm(draft=draft, row=row),
        "recode": forms.get("recode") or CodeForm(initial={"code": row.code}),
    }


def _is_said(origins):
    """Whether how it comes from them is other than their number says."""
    return bool(origins) and origins[0].kind != kind_by_number(origins)


def _show(request, draft, row, *, status=200, form=None, theirs=None, **forms):
    context = _state(request, draft, row, **forms) | {
        "form": form or WordingForm(wording=row.wording),
        "theirs": theirs,
    }
    return render(request, "strategy_app/strategy/workshop.html", context, status=status)


def _parts(request, draft, row):
    """Return the parts of the page that may have changed, for the script."""
    state = _state(request, draft, row)
    form = WordingForm(wording=row.wording)
    edit = row.edit
    answer = JsonResponse(
        {
            "replaces": row.wording.edited_in_id,
            "values": {
                name: (form[name].value() or "").replace("\r\n", "\n")
                for name in form.fields
                if name != "replaces"
            },
            "title": str(row.wording.title),
            "by": str(edit.by) if edit and edit.by else "",
            "state": render_to_string(
                "strategy_app/strategy/_workshop_state.html", state, request
            ),
            "outline": outline_of(request, draft, row.code),
        }
    )
    patch_vary_headers(answer, ["Accept"])
    return answer


# --- its texts ---


@gives_back(_MOST_BYTES, _too_large)
@require_http_methods(["GET", "POST"])
@on_element
def element(request, draft, row):
    """Show an element in its editor, and save what is typed there."""
    if request.method == "GET":
        return (_parts if wants_parts(request) else _show)(request, draft, row)
    form = WordingForm(request.POST, wording=row.wording)
    if form.is_valid():
        typed = dict(form.cleaned_data)
        try:
            theirs = _save(request, row, typed, typed.pop("replaces"))
        except ValidationError as refusal:
            form.refuse(refusal)
        except Overtaken:
            return taken_out(request, draft, row.code)
        else:
            if theirs is None:
                return _saved(request, draft, row)
            return _overtaken(request, draft, row, typed, theirs)
    if wants_parts(request):
        return JsonResponse({"errors": form.errors}, status=400)
    return _show(request, draft, row, form=form, status=400)


def _save(request, row, typed, replaces):
    """Save it; return the fields that somebody else has changed as well, or None.

    Edits of other fields by others are kept beside what was typed. Raises Overtaken when
    somebody has taken the element out of the draft.
    """
    wording, read = row.wording, replaces
    while True:
        try:
            strategy_services.edit(
                wording=wording, replaces=replaces, by=request.user, **typed
            )
        except Overtaken as overtaken:
            if overtaken.current is None:
                raise
            base = draft_queries.version_of(wording, read)
            values, both = draft_queries.merged(base, overtaken.current, typed)
            typed |= values
            if both:
                return both
            read, replaces = overtaken.current.edited_in_id, overtaken.current.edited_in_id
        else:
            return None


def _fresh(draft, row):
    """Return the draft and the row as they are now."""
    draft = draft_queries.Draft(draft.revision)
    return draft, draft.row(row.code)


def _saved(request, draft, row):
    if wants_parts(request):
        return _parts(request, *_fresh(draft, row))
    messages.success(request, _("The draft is saved."))
    return _here(draft, row)


def _overtaken(request, draft, row, typed, both):
    """Show both versions and ask which one to keep; nothing was saved."""
    draft, fresh = _fresh(draft, row)
    if fresh is None:
        return taken_out(request, draft, row.code)
    current = fresh.wording
    data = typed | {
        "type": typed["type"].code,
        "is_alignable": "yes" if typed["is_alignable"] else "no",
        "replaces": current.edited_in_id or "",
    }
    form = WordingForm(data, wording=current)
    form.is_valid()
    labels = {name: (form.fields[name].label, name[-2:]) for name in both}
    theirs = [
        (
            *labels[name],
            difference(_shown(form, name, getattr(current, name)),
                       _shown(form, name, typed[name])),
        )
        for name in both
    ]  # fmt: skip
    if wants_parts(request):
        context = {"theirs": theirs, "row": fresh, "strategy": draft.revision.strategy}
        notice = render_to_string(
            "strategy_app/strategy/_workshop_overtaken.html", context, request
        )
        parts = {"notice": notice, "replaces": current.edited_in_id}
        parts["values"] = {name: data[name] for name in typed}
        return JsonResponse(parts, status=409)
    return _show(request, draft, fresh, form=form, theirs=theirs, status=409)


def _shown(form, name, value):
    """Return a value in the words of the form."""
    if name == "is_alignable":
        value = "yes" if value else "no"
    return str(dict(getattr(form.fields[name], "choices", {})).get(value, value))


@only_post
@on_element
def current(request, draft, row):
    """Note that both languages say the same again."""
    sent = request.POST.get("replaces")
    try:
        strategy_services.mark_current(
            wording=row.wording, replaces=number_in(sent) if sent else None, by=request.user
        )
    except Overtaken:
        messages.warning(request, _("Somebody has edited it meanwhile. Look at it again."))
    return _here(draft, row)


# --- how it changed, whence it comes, where it stands ---


@only_post
@on_element
def decide(request, draft, row):
    """Keep a decision whether a change is editorial or material."""
    form = DecisionForm(request.POST, auto_id=_DECIDE)
    status = 400
    if form.is_valid():
        try:
            strategy_services.decide(
                wording=row.wording, by=request.user, **form.cleaned_data
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        except Overtaken:
            draft, row = _fresh(draft, row)
            if row is None:
                return taken_out(
                    request, draft, request.resolver_match.kwargs["element_code"]
                )
            data = request.POST.copy()
            data["replaces"] = row.wording.edited_in_id or ""
            form, status = DecisionForm(data, auto_id=_DECIDE), 409
            form.add_error(
                None, _("Somebody has edited it meanwhile. Read it again, then decide.")
            )
        else:
            messages.success(request, _("The decision is kept."))
            return _here(draft, row)
    return _show(request, draft, row, decision=form, status=status)


@only_post
@on_element
def origins(request, draft, row):
    """Keep which elements of the revision before it comes from."""
    form = OriginsForm(request.POST, draft=draft, wording=row.wording, auto_id=_ORIGIN)
    if form.is_valid():
        try:
            strategy_services.set_origins(
                wording=row.wording, by=request.user, **form.cleaned_data
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Where it comes from is kept."))
            return _here(draft, row)
    return _show(request, draft, row, origins_form=form, status=400)


@only_post
@on_element
def place(request, draft, row):
    """Put an element below another one, and before one there."""
    form = PlaceForm(request.POST, draft=draft, row=row)
    if form.is_valid():
        try:
            strategy_services.put_below(
                wording=row.wording,
                parent=form.cleaned_data["below"],
                before=form.cleaned_data["before"],
                stood=form.cleaned_data["stood"],
                by=request.user,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        except Overtaken:
            told = _("%(code)s or what stands next to it was moved meanwhile. Look again.")
            form.add_error("below", told % {"code": row.code})
        else:
            return moved(request, draft, row.code)
    if wants_parts(request):
        refusals = [str(error) for errors in form.errors.values() for error in errors]
        return moved(request, draft, row.code, " ".join(refusals))
    return _show(request, draft, row, place=form, status=400)


@only_post
@on_element
def recode(request, draft, row):
    """Give a new element another code."""
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            element = strategy_services.recode(
                wording=row.wording, code=form.cleaned_data["code"], by=request.user
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            return redirect("draft-element", draft.revision.strategy.code, element.code)
    return _show(request, draft, row, recode=form, status=400)
