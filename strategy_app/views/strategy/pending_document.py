"""What a strategy's document proposes: looked over beside its source, then kept or not."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from strategy_app.forms.draft import LONGEST_TEXT
from strategy_app.forms.strategy_document import RowForm, problems_of
from strategy_app.importers import strategy_document
from strategy_app.importers.document.rows import elements_in, is_empty, parent_of
from strategy_app.models import PendingDocument
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import pending_document
from strategy_app.services.pending_document import KeptAlready, Overtaken
from strategy_app.views.given_back import gives_back
from strategy_app.views.scoping import only_post
from strategy_app.views.strategy.document_rows import (
    differences,
    is_doubtful,
    places_with_names,
    shown_rows,
    takers_with_names,
    types_with_names,
)
from strategy_app.views.strategy.strategy_document import has_draft
from strategy_app.views.strategy.workshop import for_admins

PAGE_SIZE = 100
_MOST_BYTES = 12 * 1024 * 1024


def on_document(view):
    """Give the view one's own document of the strategy; lead on when it was kept."""

    @wraps(view)
    def inner(request, strategy, number, *args, **kwargs):
        document = PendingDocument.objects.filter(
            pk=number, owner=request.user, strategy=strategy
        ).first()
        if document is None:
            raise Http404
        document.strategy = strategy
        try:
            if document.kept_in_id is None:
                return view(request, document, *args, **kwargs)
        except KeptAlready:
            pass
        except PendingDocument.DoesNotExist:
            raise Http404 from None
        messages.info(request, _("This document has become a draft already."))
        return redirect("draft", strategy.code)

    return for_admins(inner)


@require_http_methods(["GET", "HEAD"])
@on_document
def rows(request, document):
    """Show the rows beside their source; the one that is asked for is open."""
    return _show(request, document, opened=_number(request.GET.get("row"), document))


def _refuse_size(request):
    """Show the row as it is: nothing of what was sent has been read."""
    return _too_large(request, **request.resolver_match.kwargs)


@on_document
def _too_large(request, document, row):
    if row >= len(document.rows):
        raise Http404
    form = _filled(document, row, problems_of(document.rows))
    message = _("Nothing was saved: this is larger than %(limit)d MB.")
    form.add_error(None, message % {"limit": _MOST_BYTES // 1024 // 1024})
    return _show(request, document, opened=row, form=form, status=413)


@gives_back(_MOST_BYTES, _refuse_size)
@only_post
@on_document
def correct(request, document, row):
    """Keep what was typed in a row, right or wrong, and show it in its place."""
    if row >= len(document.rows):
        raise Http404
    form = _form(document, row, request.POST)
    if not form.is_valid():
        return _show(request, document, opened=row, form=form, status=400)
    try:
        order, beside = _correct(request, document, row, dict(form.cleaned_data))
    except Overtaken:
        return _overtaken(request, document, row)
    now = order.index(row)
    if beside:
        now = _move(request, document, now, order.index(beside))
        return _lead_to(request, document, now)
    shown = _shown(document, _asked(request), problems_of(document.rows), _known(document))
    after = next((number for number in shown if order[number] > row), None)
    opens = after if "next" in request.POST else None
    return _lead_to(request, document, now, opens)


def _correct(request, document, number, values):
    """Correct a row; return the order of the rows then, and what its text belongs to."""
    beside = values.pop("beside", 0)
    below = values.pop("below", None)
    if below not in (None, parent_of(document.rows, number)):
        values["depth"] = document.rows[below]["depth"] + 1 if below else 0
    order = pending_document.correct(
        document=document, number=number, replaces=values.pop("replaces"), values=values,
        by=request.user,
    )  # fmt: skip
    return order, beside


def _overtaken(request, document, number):
    """Show what was typed, and what stands there now; nothing was saved."""
    number = pending_document.number_now(document, number, request.POST.get("replaces", ""))
    now = _held(document, number)
    form = _form(document, number, {**request.POST.dict(), "replaces": now["replaces"]})
    theirs = differences(form, now)
    return _show(request, document, opened=number, form=form, theirs=theirs, status=409)


def _move(request, document, row, beside):
    """Lay the second language of a row beside another one; return where it is now."""
    try:
        pending_document.move_text(
            document=document, number=row, to=beside, language=document.languages[1],
            by=request.user,
        )  # fmt: skip
    except LookupError:
        messages.warning(request, _("That row has got a text of its own meanwhile."))
        return row
    return beside


@only_post
@on_document
def keep(request, document):
    """Make the draft, unless something is wrong with a row or there is a draft already."""
    problems = problems_of(document.rows)
    if has_draft(document.strategy):
        refusal = _("This strategy already has a draft.")
    elif problems:
        refusal = ngettext(
            "Nothing was kept: %(number)d row has to be corrected first.",
            "Nothing was kept: %(number)d rows have to be corrected first.",
            len(problems),
        ) % {"number": len(problems)}
    else:
        try:
            strategy_document.keep(document=document, by=request.user)
        except ValidationError as refused:
            refusal = " ".join(refused.messages)
        else:
            messages.success(request, _("The draft is there. Edit it as you like."))
            return redirect("draft", document.strategy.code)
    messages.error(request, refusal)
    query = "?show=wrong" if problems else ""
    return redirect(_address(document) + query)


@only_post
@on_document
def throw_away(request, document):
    """Remove the document with all that was corrected in it."""
    pending_document.throw_away(document=document, by=request.user)
    messages.success(request, _("The document is thrown away. No draft was made of it."))
    return redirect("draft-document", document.strategy.code)


def _number(text, document):
    """Return the number of a row, None where there is no such row."""
    is_row = text and text.isascii() and text.isdecimal() and len(text) < 6
    return int(text) if is_row and int(text) < len(document.rows) else None


def _form(document, number, data=None):
    return RowForm(
        data,
        row=document.rows[number],
        languages=document.languages,
        places=places_with_names(document.rows, number),
        takers=takers_with_names(document, number),
        types=types_with_names(document),
        auto_id="id_row_%s",
    )


def _filled(document, number, problems):
    """Return the form of a row with what it holds, and what is wrong with that."""
    form = _form(document, number, _held(document, number))
    if form.is_valid() and number in problems:
        form.refuse(ValidationError(problems[number]))
    return form


def _held(document, number):
    """Return what the form of a row holds."""
    below = parent_of(document.rows, number) if number else 0
    state = pending_document.state_of(document, number)
    return {**document.rows[number], "below": below, "replaces": state}


def _asked(request):
    """Return which rows are asked for: those to look at, those that are wrong, or all."""
    show = request.GET.get("show")
    return show if show in ("look", "wrong") else ""


def _known(document):
    return strategy_queries.newest_titles(document.strategy_id)


def _shown(document, show, problems, known):
    """Return the numbers of the rows that are shown."""
    if show == "wrong":
        return sorted(problems)
    return [
        number for number, row in enumerate(document.rows)
        if (is_doubtful(row, known) if show == "look" else not is_empty(row))
    ]  # fmt: skip


def _address(document):
    return reverse("draft-document-rows", args=[document.strategy.code, document.pk])


def _lead_to(request, document, saved, opens=None):
    """Lead to the row that was saved, or to one that opens, among those that were shown."""
    asked = {"show": _asked(request), "row": opens, "saved": saved}
    given = {name: value for name, value in asked.items() if value not in ("", None)}
    number = saved if opens is None else opens
    return redirect(f"{_address(document)}?{urlencode(given)}#row-{number}")


def _show(request, document, *, opened=None, form=None, theirs=None, status=200):
    problems, show = problems_of(document.rows), _asked(request)
    known = _known(document)
    saved = _number(request.GET.get("saved"), document)
    at = next((number for number in (
        opened, _number(request.GET.get("at"), document), saved
    ) if number is not None), None)  # fmt: skip
    numbers = _shown(document, show, problems, known)
    if at is not None and at not in numbers:
        numbers = sorted([*numbers, at])
    page = Paginator(numbers, PAGE_SIZE).get_page(
        request.GET.get("page") if at is None else numbers.index(at) // PAGE_SIZE + 1
    )
    if opened is not None and form is None:
        form = _filled(document, opened, problems)
    context = {
        "strategy": document.strategy,
        "document": document,
        "here": _address(document),
        "has_draft": has_draft(document.strategy),
        "listed": shown_rows(document, page, problems, known),
        "page": page,
        "query": f"show={show}",
        "show": show,
        "opened": opened,
        "saved": saved,
        "form": form,
        "theirs": theirs,
        "is_typed": status in (400, 409),
        "longest": LONGEST_TEXT,
        "numbers": _numbers(document, problems, known),
    }
    return render(
        request, "strategy_app/strategy/workshop_rows.html", context, status=status
    )


def _numbers(document, problems, known):
    """Return how many rows there are of each kind.

    ``matched`` are in both languages; ``withdrawn`` are elements of the newest published
    revision that the document does not have.
    """
    elements = [row for _number, row in elements_in(document.rows)]
    matched = [
        row for row in elements
        if all(row[f"title_{language}"] for language in document.languages)
    ]  # fmt: skip
    newest = {code for code, titles in known.items() if titles["is_newest"]}
    return {
        "all": sum(not is_empty(row) for row in document.rows),
        "elements": len(elements),
        "matched": len(matched),
        "differs": len(matched) * 2 < len(elements),
        "look": sum(is_doubtful(row, known) for row in document.rows),
        "withdrawn": len(newest - {row["code"] for row in elements}),
        "wrong": len(problems),
    }
