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
from django.views.decorators.http import require_http_methods, require_POST

from strategy_app.forms.strategy_document import RowForm, problems_of
from strategy_app.importers import strategy_document
from strategy_app.importers.document.rows import elements_in, parent_of
from strategy_app.models import PendingDocument
from strategy_app.services import pending_document
from strategy_app.services.pending_document import KeptAlready
from strategy_app.views.document_rows import is_doubtful, places_with_names, shown_rows
from strategy_app.views.kept_words import keeps_words
from strategy_app.views.strategy_document import has_draft, refuse_size
from strategy_app.views.workshop import for_admins

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


@keeps_words(_MOST_BYTES, refuse_size)
@require_POST
@on_document
def correct(request, document, row):
    """Keep what was typed in a row, right or wrong, and show it in its place."""
    if row >= len(document.rows):
        raise Http404
    form = _form(document, row, request.POST)
    if not form.is_valid():
        return _show(request, document, opened=row, form=form, status=400)
    values = dict(form.cleaned_data)
    if "below" in values:
        below = values.pop("below")
        values["depth"] = document.rows[below]["depth"] + 1 if below else 0
    pending_document.correct(document=document, number=row, values=values, by=request.user)
    after = [number for number in _shown(request, document, problems_of(document.rows))
             if number > row]  # fmt: skip
    if "next" in request.POST and after:
        return _at(request, document, row=after[0])
    return _at(request, document, at=row)


@require_POST
@on_document
def keep(request, document):
    """Make the draft, unless something is wrong with a row or there is a draft already."""
    if has_draft(document.strategy):
        return _show(request, document, status=409)
    problems = problems_of(document.rows)
    if problems:
        message = ngettext(
            "Nothing was kept: %(number)d row has to be corrected first.",
            "Nothing was kept: %(number)d rows have to be corrected first.",
            len(problems),
        ) % {"number": len(problems)}
        return _show(request, document, show="wrong", refusals=[message], status=400)
    try:
        strategy_document.keep(document=document, by=request.user)
    except ValidationError as refusal:
        return _show(request, document, refusals=refusal.messages, status=400)
    messages.success(request, _("The draft is there. Edit it as you like."))
    return redirect("draft", document.strategy.code)


@require_POST
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
        auto_id="id_row_%s",
    )


def _filled(document, number, problems):
    """Return the form of a row with what it holds, and what is wrong with that."""
    below = parent_of(document.rows, number) if number else 0
    form = _form(document, number, {**document.rows[number], "below": below})
    if form.is_valid() and number in problems:
        form.refuse(ValidationError(problems[number]))
    return form


def _shown(request, document, problems, show=None):
    """Return the numbers of the rows that are shown, of those that may be."""
    show = request.GET.get("show") if show is None else show
    if show == "wrong":
        return sorted(problems)
    return [
        number for number, row in enumerate(document.rows)
        if show != "look" or is_doubtful(row)
    ]  # fmt: skip


def _at(request, document, **where):
    """Lead to a row, among those that were shown."""
    if request.GET.get("show") in ("look", "wrong"):
        where = {"show": request.GET["show"]} | where
    address = reverse("draft-document-rows", args=[document.strategy.code, document.pk])
    number = where.get("row", where.get("at"))
    return redirect(f"{address}?{urlencode(where)}#row-{number}")


def _show(request, document, *, opened=None, form=None, show=None, refusals=(), status=200):
    problems = problems_of(document.rows)
    at = _number(request.GET.get("at"), document) if opened is None else opened
    numbers = _shown(request, document, problems, show)
    if at is not None and at not in numbers:
        numbers = sorted([*numbers, at])
    pages = Paginator(numbers, PAGE_SIZE)
    page = pages.get_page(
        request.GET.get("page") if at is None else numbers.index(at) // PAGE_SIZE + 1
    )
    if opened is not None and form is None:
        form = _filled(document, opened, problems)
    show = show or request.GET.get("show", "")
    show = show if show in ("look", "wrong") else ""
    context = {
        "strategy": document.strategy,
        "document": document,
        "has_draft": has_draft(document.strategy),
        "listed": shown_rows(document, page, problems),
        "page": page,
        "query": f"show={show}",
        "show": show,
        "opened": opened,
        "form": form,
        "refusals": refusals,
        "numbers": {
            "all": len(document.rows),
            "elements": sum(1 for _row in elements_in(document.rows)),
            "look": sum(is_doubtful(row) for row in document.rows),
            "wrong": len(problems),
        },
    }
    return render(request, "strategy_app/workshop/rows.html", context, status=status)
