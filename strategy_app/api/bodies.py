"""Check the shape of a JSON body, before a form reads what it says."""

from django import forms
from django.utils.translation import gettext_lazy as _

from strategy_app.api import errors
from strategy_app.forms.alignment import AlignmentForm
from strategy_app.forms.fields import PlainTextField
from strategy_app.forms.parameters import unknown
from strategy_app.forms.queue import NoteForm
from strategy_app.models import Element, Programme, Strategy
from strategy_app.models.strategy import validate_code

_LARGEST_ID = 2**63 - 1

_REQUIRED = _("This field is required.")
_NO_SUCH = _("There is no “%(value)s” here.")


class WithdrawalForm(forms.Form):
    """Why a row is withdrawn."""

    reason = PlainTextField(max_length=1000, required=False)


def _is_text(value):
    return isinstance(value, str)


def _is_number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text_or_null(value):
    return value is None or _is_text(value)


def _is_id_or_null(value):
    return value is None or (_is_number(value) and 0 < value <= _LARGEST_ID)


def _is_list(value):
    return isinstance(value, list)


# Each field: what it must be, and how that is said.
_TEXT = (_is_text, _("Give text."))
_TEXT_OR_NULL = (_is_text_or_null, _("Give text."))
_JUDGEMENT = {
    "strategy": _TEXT,
    "programme": _TEXT,
    "element": _TEXT,
    "level": (_is_number, _("Choose a level: 0, 1 or 2.")),
    "rationale": _TEXT,
    "evidence": (_is_list, _("Give a list of sources.")),
    "replaces": (_is_id_or_null, _("Give the id of the row in force, or null.")),
}
_MUST_BE_GIVEN = ("strategy", "programme", "element", "level", "replaces")
_SOURCE = {"title": _TEXT_OR_NULL, "url": _TEXT_OR_NULL, "dated_on": _TEXT_OR_NULL}


def judgement(body) -> dict:
    """Return a judgement's body in which every field is of the right type, or refuse it."""
    problems = list(_mistakes(body, _JUDGEMENT, _MUST_BE_GIVEN))
    if not problems:
        for number, source in enumerate(body.get("evidence", [])):
            prefix = f"evidence.{number}"
            found = list(_mistakes(source, _SOURCE, prefix=prefix))
            if not found and not any((text or "").strip() for text in source.values()):
                found = [(f"{prefix}.title", _("Give the source a title."), "required")]
            problems += found
    if problems:
        raise errors.refusal(problems)
    return body


def reason(body) -> str:
    """Return the reason for a withdrawal, or refuse the body."""
    problems = list(_mistakes(body, {"reason": _TEXT}))
    if not problems:
        form = WithdrawalForm(body)
        if form.is_valid():
            return form.cleaned_data["reason"]
        problems = errors.problems_of(form)
    raise errors.refusal(problems)


def revision_read(body) -> int | None:
    """Return the id of the revision that was read, None for none, or refuse the body."""
    named = (_is_id_or_null, _("Give the id of the revision, or null."))
    if problems := list(_mistakes(body, {"revision": named})):
        raise errors.refusal(problems)
    return body.get("revision")


def note(body) -> str:
    """Return the note with which a record is returned, or refuse the body."""
    problems = list(_mistakes(body, {"note": _TEXT}, ("note",)))
    if not problems:
        form = NoteForm(body)
        if form.is_valid():
            return form.cleaned_data["note"]
        problems = errors.problems_of(form)
    raise errors.refusal(problems)


def nothing(body) -> None:
    """Refuse a body that says anything."""
    if problems := list(_mistakes(body, {})):
        raise errors.refusal(problems)


def cell(body: dict) -> tuple[Programme, Element]:
    """Return the programme and the element that a judgement is about, or refuse it."""
    programme = _coded(Programme.objects, body["programme"])
    strategy = _coded(Strategy.objects, body["strategy"])
    element = _coded(Element.objects.filter(strategy=strategy), body["element"])
    problems = []
    if programme is None:
        problems.append(_there_is_no("programme", body))
    if strategy is None:
        problems.append(_there_is_no("strategy", body))
    elif element is None:
        problems.append(_there_is_no("element", body))
    if problems:
        raise errors.refusal(problems)
    return programme, element


def problems_of_judgement(form: AlignmentForm):
    """Yield what the form refuses, each under the body's name for it."""
    yield from errors.problems_of(form)
    for name, messages in form.refused.items():
        if name not in form.fields:
            for message in messages:
                yield name, message, "invalid"
    for number, source in enumerate(form.evidence.forms):
        yield from errors.problems_of(source, prefix=f"evidence.{number}.")
    for error in form.evidence.non_form_errors().as_data():
        for message in error.messages:
            yield "evidence", message, error.code or "invalid"


def _mistakes(body, fields, required=(), prefix=""):
    """Yield what is wrong with the shape of an object."""
    within = f"{prefix}." if prefix else ""
    if not isinstance(body, dict):
        yield prefix or "non_field_errors", _("Give an object of named fields."), "invalid"
        return
    for name in body:
        if name not in fields:
            yield unknown(within + name)
    for name, (is_right, message) in fields.items():
        if name not in body:
            if name in required:
                yield within + name, _REQUIRED, "required"
        elif not is_right(body[name]):
            yield within + name, message, "invalid"


def _coded(rows, code):
    """Return the row of this code; what could be no code never reaches the database."""
    return rows.filter(code=code).first() if validate_code.regex.match(code) else None


def _there_is_no(name, body):
    return name, _NO_SUCH % {"value": body[name][:32]}, "invalid_choice"
