"""Store the draft that a document proposed as the draft revision of a strategy."""

import re
import unicodedata
from contextlib import contextmanager
from copy import copy

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from strategy_app.forms.draft import validate_markdown
from strategy_app.importers.document import Draft, kinds
from strategy_app.importers.document.rows import draft_of
from strategy_app.importers.document.words import shortened
from strategy_app.models import (
    Change,
    PendingDocument,
    Revision,
    Strategy,
    User,
    Wording,
)
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import pending_document
from strategy_app.services import strategy as strategy_services
from strategy_app.services.change import recording
from strategy_app.services.strategy import behind

MOST_ELEMENTS = 1_000

_MOST_NAME, _MOST_SOURCE = 100, 200
_LANGUAGES = ("en", "ja")
_TEXTS = ("title_en", "title_ja", "body_en", "body_ja")
_WORD = re.compile(r"[^\W_]")
_NO_LETTER = re.compile(r"[\W_]+")


def load(
    draft: Draft,
    *,
    strategy: Strategy,
    by: User | None,
    source: str = Change.Source.COMMAND,
    name: str = "",
) -> Revision:
    """Make a draft revision that holds exactly the elements of ``draft``; return it.

    One change. A kind that is no type of the strategy becomes one. An element whose code
    the strategy has already, or had before it was withdrawn, keeps its identity, and the
    texts of a language that the document lacks; its wording is unchanged, editorial when
    only signs and blanks differ from the last one, otherwise material. name: what the
    revision is called, the document's title when it is empty. Raises ValidationError when
    the strategy has a draft already, when an element cannot be as it is, or when there are
    too many or none.
    """
    check(draft)
    with recording(
        Change.Action.EDIT_STRATEGY, by=by, source=source, reason=draft.title[:_MOST_NAME]
    ):
        revision = strategy_services.create_draft(
            strategy=strategy, by=by, source=source, **_revision_fields(draft, name)
        )
        copied = {
            wording.element.code: wording for wording in strategy_queries.wordings(revision)
        }
        types = strategy_services.save_types(
            strategy=strategy, types=_proposed_types(draft), by=by, source=source
        )
        elements = strategy_services.save_elements(
            strategy=strategy, codes=[element.code for element in draft.elements], by=by,
            source=source,
        )  # fmt: skip
        last = strategy_queries.last_wordings(strategy.pk)
        kept, new = [], []
        for position, element in enumerate(draft.elements, start=1):
            wording = copied.pop(element.code, None)
            if wording is None:
                known = elements[element.code]
                wording = last.pop(known.pk, None) or Wording(element=known)
                new.append(_as_new(wording))
            else:
                kept.append(wording)
            wording.type = types[element.kind]
            _set(wording, draft, element, elements, position)
        # What is new comes first: it may stand above what is not.
        strategy_services.add_all(revision=revision, wordings=new, by=by, source=source)
        for wording in kept:
            with _naming(wording.element.code):
                strategy_services.save_wording(wording=wording, by=by, source=source)
        _delete(copied, by, source)
        return revision


def keep(*, document: PendingDocument, by: User) -> Revision:
    """Make the draft of a document that was looked over, once; return it.

    One change. Raises what ``load`` raises, and then the document stays as it is;
    KeptAlready; PermissionDenied when it is somebody else's.
    """
    reason = document.rows[0][f"title_{document.languages[0]}"] if document.rows else ""
    with recording(
        Change.Action.EDIT_STRATEGY, by=by, reason=shortened(reason, _MOST_NAME)
    ) as change:
        rows = pending_document.close(document=document, change=change, by=by)
        return load(
            draft_of(rows, document.languages),
            strategy=document.strategy, by=by, source=Change.Source.PAGE,
        )  # fmt: skip


def check(draft: Draft) -> None:
    """Raise ValidationError for what no revision can hold: nothing, too much, no tree.

    Nor what the workshop would refuse in a text.
    """
    if not draft.elements:
        raise ValidationError(_("There is no heading and no statement in this document."))
    if len(draft.elements) > MOST_ELEMENTS:
        raise ValidationError(
            _("A strategy may have at most %(most)s elements: this one has %(number)s.")
            % {
                "most": number_format(MOST_ELEMENTS, force_grouping=True),
                "number": number_format(len(draft.elements), force_grouping=True),
            }
        )
    seen = set()
    for element in draft.elements:
        if element.code in seen:
            raise ValidationError(
                _("The code %(code)s is there twice.") % {"code": element.code}
            )
        if element.parent is not None and element.parent not in seen:
            raise ValidationError(
                _("%(code)s stands below %(parent)s, which is not above it in the draft.")
                % {"code": element.code, "parent": element.parent}
            )
        seen.add(element.code)
        with _naming(element.code):
            for text in (element.body, element.other_body):
                validate_markdown(text)
    for text in (draft.preface, draft.other_preface):
        validate_markdown(text)


@contextmanager
def _naming(code):
    """Say in a refusal which element is meant."""
    try:
        yield
    except ValidationError as refused:
        raise ValidationError(f"{code}: {' '.join(refused.messages)}") from refused


def _revision_fields(draft, name):
    """Return names and prefaces by language; English, which must be there, last resorts."""
    fields = {
        f"name_{draft.language}": shortened(name or draft.title, _MOST_NAME),
        f"preface_{draft.language}": draft.preface,
    }
    if draft.other_language:
        fields[f"name_{draft.other_language}"] = shortened(draft.other_title, _MOST_NAME)
        fields[f"preface_{draft.other_language}"] = draft.other_preface
    if not fields.get("name_en"):
        fields["name_en"] = fields.get("name_ja") or _("Imported document")
    return fields


def _proposed_types(draft):
    """Return a type for each kind of the draft, in the order in which it has them."""
    return [
        kinds.new_type(kind)
        for kind in dict.fromkeys(element.kind for element in draft.elements)
    ]


def _as_new(wording):
    """Return a wording as one that is not stored yet: one of an older revision stays."""
    wording.pk, wording._state.adding = None, True
    wording.decided_by, wording.decision_reason = None, ""
    return wording


def _set(wording, draft, element, elements, position):
    """Give a wording the texts and the place of the draft's element."""
    last, before = copy(wording), [getattr(wording, text) for text in _TEXTS]
    wording.parent = elements[element.parent] if element.parent else None
    wording.position = position
    wording.is_alignable = element.is_alignable
    if source := _source(element):
        wording.source = shortened(source, _MOST_SOURCE)
    texts = {draft.language: (element.title, element.body)}
    if draft.other_language:
        texts[draft.other_language] = (element.other_title, element.other_body)
    for language in _LANGUAGES:
        title, body = texts.get(language, ("", ""))
        if title:
            setattr(wording, f"title_{language}", title)
            setattr(wording, f"body_{language}", body)
    if not wording.title_en:
        # The model asks for one; until it is translated, it shows what there is.
        wording.title_en = wording.title_ja
    if any(before):
        after = [getattr(wording, text) for text in _TEXTS]
        wording.modification = _modification(before, after)
        wording.behind = behind(last, wording, set())


def _source(element):
    """Return the numbers that documents give an element, one where both are the same."""
    signs = {
        unicodedata.normalize("NFKC", sign): sign
        for sign in (element.other_marker, element.marker) if _WORD.search(sign)
    }  # fmt: skip
    return " / ".join(reversed(signs.values()))


def _modification(before, after):
    if before == after:
        return Wording.Modification.UNCHANGED
    if [_NO_LETTER.sub("", text) for text in before] == [
        _NO_LETTER.sub("", text) for text in after
    ]:
        return Wording.Modification.EDITORIAL
    return Wording.Modification.MATERIAL


def _delete(wordings, by, source):
    """Take out what the document does not have, parts before what they are parts of."""
    left = {wording.element_id: wording for wording in wordings.values()}
    while left:
        parents = {wording.parent_id for wording in left.values()}
        for element_id in [each for each in left if each not in parents]:
            strategy_services.delete_wording(
                wording=left.pop(element_id), by=by, source=source
            )
