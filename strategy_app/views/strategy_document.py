"""A draft from the document of a strategy: read, looked over, kept."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from strategy_app.forms.strategy_document import DocumentForm
from strategy_app.importers import document, strategy_document
from strategy_app.views.workshop import draft_of, for_admins


@require_http_methods(["GET", "HEAD", "POST"])
@for_admins
def upload(request, strategy):
    """Ask for the document; by POST make a draft of it and tell what was not understood."""
    has_draft = draft_of(strategy) is not None
    if has_draft and request.method == "POST":
        messages.warning(request, _("This strategy already has a draft."))
        return redirect("draft", strategy.code)
    form, status = DocumentForm(), 200
    if request.method == "POST":
        form, status = DocumentForm(request.POST, request.FILES), 400
        draft = _understood(form) if form.is_valid() else None
        if draft is not None:
            try:
                strategy_document.load(
                    draft, strategy=strategy, by=request.user, source="page",
                    name=form.cleaned_data["name"],
                )  # fmt: skip
            except ValidationError as refusal:
                form.add_error("file", refusal)
            else:
                context = {"strategy": strategy, "document": draft}
                return render(request, "strategy_app/workshop/understood.html", context)
    context = {"strategy": strategy, "form": form, "has_draft": has_draft}
    return render(request, "strategy_app/workshop/document.html", context, status=status)


def _understood(form):
    """Return the draft of the files; None where one cannot be read, which the form says."""
    draft = _read(form, "file", None)
    if draft is None or not form.cleaned_data["other"]:
        return draft
    other = _read(form, "other", "ja" if draft.language == "en" else "en")
    return other and document.match(draft, other)


def _read(form, name, language):
    sent = form.cleaned_data[name]
    try:
        blocks = document.read(sent.read(), name=sent.name)
        return document.outline(blocks, language=language)
    except ValidationError as refusal:
        form.add_error(name, refusal)
        return None
