"""The document of a strategy, sent as a file or as text to be looked over."""

from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from strategy_app.forms.strategy_document import DocumentForm
from strategy_app.importers import document, strategy_document
from strategy_app.importers.document.read import MOST_BYTES, MOST_CHARACTERS
from strategy_app.importers.document.rows import draft_of, rows_of, source_of
from strategy_app.models import PendingDocument, Revision
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import pending, pending_document
from strategy_app.views.given_back import gives_back
from strategy_app.views.strategy.workshop import for_admins

# Of all that is sent at once: what is not a file may not be larger (settings).
_MOST_MEGABYTES = 12
_OTHER = {"en": "ja", "ja": "en"}


def refuse_size(request):
    """Say that what was sent is too large; nothing of it has been read."""
    return _refuse_size(request, request.resolver_match.kwargs["code"])


@for_admins
def _refuse_size(request, strategy):
    form = DocumentForm({})
    form.is_valid()
    form.errors.clear()
    form.add_error(
        None,
        _("This is larger than %(limit)d MB: leave out its pictures, or split it.")
        % {"limit": _MOST_MEGABYTES},
    )
    return _show(request, strategy, form, 413)


@gives_back(_MOST_MEGABYTES * 1024 * 1024, refuse_size)
@require_http_methods(["GET", "HEAD", "POST"])
@for_admins
def upload(request, strategy):
    """Ask for the document; by POST lead to what it proposes."""
    if request.method != "POST":
        return _show(request, strategy, DocumentForm())
    form = DocumentForm(request.POST, request.FILES)
    pending = _read(request, strategy, form) if form.is_valid() else None
    if pending is None:
        return _show(request, strategy, form, 400)
    return redirect("draft-document-rows", strategy.code, pending.pk)


def has_draft(strategy) -> bool:
    """Whether the strategy has a draft, so that it cannot have another one."""
    return Revision.objects.filter(strategy=strategy, published_in=None).exists()


def _show(request, strategy, form, status=200):
    waiting = PendingDocument.objects.filter(owner=request.user, kept_in=None)
    most = pending.MOST_KEPT
    context = {
        "strategy": strategy,
        "form": form,
        "had_file": bool(request.FILES),
        "has_draft": has_draft(strategy),
        "most_megabytes": MOST_BYTES // 1024 // 1024,
        "most_characters": MOST_CHARACTERS,
        "waiting": waiting.filter(strategy=strategy)
        .defer("source", "rows")
        .order_by("-made_at", "-id"),
        "most_waiting": most,
        "is_full": waiting.count() >= most,
    }
    return render(
        request, "strategy_app/strategy/workshop_document.html", context, status=status
    )


def _read(request, strategy, form):
    """Keep what the documents propose; None where one cannot be read: the form says why."""
    first, other = _blocks(form, ""), _blocks(form, "other_")
    if form.errors:
        return None
    language = document.language_of(first)
    blocks = {language: first}
    if other is not None:
        if document.language_of(other) == language:
            form.add_error(_sent(form, "other_"), _same_language(language))
            return None
        blocks[_OTHER[language]] = other
    types = list(strategy_queries.types(strategy.pk))
    rows = rows_of(blocks, form.cleaned_data["name"], types)
    try:
        strategy_document.check(draft_of(rows, list(blocks)))
    except ValidationError as refusal:
        form.add_error(_sent(form, ""), refusal)
        return None
    return pending_document.keep(
        owner=request.user,
        strategy=strategy,
        name=_names(form),
        languages=list(blocks),
        source={language: source_of(each) for language, each in blocks.items()},
        rows=rows,
    )


def _sent(form, which):
    """Return the field by which a document was sent."""
    return f"{which}file" if form.cleaned_data.get(f"{which}file") else f"{which}text"


def _blocks(form, which):
    """Return the blocks of a document, None where there is none or the form says why."""
    field = _sent(form, which)
    sent = form.cleaned_data[field]
    is_file = field.endswith("file")
    if not is_file and not sent.strip():
        return None
    try:
        if is_file:
            return document.read(sent.read(), name=sent.name)
        return document.read(sent.encode())
    except ValidationError as refusal:
        form.add_error(field, refusal)
        return None


def _names(form):
    files = (form.cleaned_data[field] for field in ("file", "other_file"))
    return ", ".join(file.name for file in files if file)


def _same_language(language):
    if language == "ja":
        return _(
            "Both documents are in Japanese, as letters tell: send this one in English."
        )
    return _("Both documents are in English, as letters tell: send this one in Japanese.")
