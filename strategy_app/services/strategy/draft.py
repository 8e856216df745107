"""Start, edit and give up the draft of a strategy's next revision."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy_app.models import Change, Element, Origin, Revision, Strategy, User, Wording
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services.change import discard, recording
from strategy_app.services.strategy.crosswalk import suggested
from strategy_app.services.strategy.languages import TEXTS, behind

FIELDS = (*TEXTS["en"], *TEXTS["ja"], "type", "is_alignable", "source")


class NotDraft(Exception):
    """A published revision was to be edited."""


class Overtaken(Exception):
    """Somebody else has edited the wording, or the head of the draft, since it was read.

    current: as it is now, None where a wording was taken out of the draft.
    """

    def __init__(self, current: Wording | Revision | None):
        super().__init__()
        self.current = current


def create_draft(
    *, strategy: Strategy, by: User | None, source: str = Change.Source.ADMIN, **fields
) -> Revision:
    """Start a draft and return it; it copies the wordings of the newest revision.

    ``fields`` are the names and prefaces of the revision; prefaces that are not given are
    copied too. Raises ValidationError when the strategy has a draft already.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source):
        newest = strategy_queries.published_revisions(strategy.pk).first()
        if newest is not None:
            kept = {"preface_en": newest.preface_en, "preface_ja": newest.preface_ja}
            fields = kept | fields
        draft = Revision(strategy=strategy, **fields)
        draft.full_clean()
        draft.save()
        if newest is not None:
            for wording in strategy_queries.wordings(newest):
                wording.pk = None
                wording.revision = draft
                wording.modification = Wording.Modification.UNCHANGED
                wording.decided_by, wording.decision_reason = None, ""
                wording._state.adding = True
                wording.save()
        return draft


def save_draft(
    *,
    revision: Revision,
    replaces: int,
    by: User,
    source: str = Change.Source.PAGE,
    **fields,
) -> Revision:
    """Change names or prefaces of a draft and return it.

    replaces: the newest change to it when they were read. It has to be approved again, for
    readers see them. Nothing is recorded where nothing differs. Raises Overtaken by another
    edit of them, NotDraft, and ValidationError by field.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source) as change:
        current = require_draft(revision.pk)
        read = strategy_queries.version_at(current, replaces)
        if read is None or any(
            getattr(read, name) != getattr(current, name) for name in fields
        ):
            raise Overtaken(current)
        if all(getattr(current, name) == value for name, value in fields.items()):
            discard(change)
            return current
        for name, value in fields.items():
            setattr(current, name, value)
        current.approved_in = None
        current.full_clean()
        current.save()
        return current


def discard_draft(
    *, revision: Revision, by: User | None, source: str = Change.Source.PAGE
) -> None:
    """Give a draft up; what it said stays in the histories.

    Raises NotDraft for a published revision.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source):
        draft = require_draft(revision.pk)
        for row in [*draft.origins.all(), *draft.wordings.all(), draft]:
            row.delete()


def save_wording(
    *,
    wording: Wording,
    by: User | None,
    decides: bool = False,
    source: str = Change.Source.ADMIN,
) -> Wording:
    """Save one wording of a draft as it is given and return it.

    decides: whether ``by`` has said how it changed, rather than a file or a rule. Raises
    NotDraft for a published revision, ValidationError by field.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source) as change:
        require_draft(wording.revision_id)
        check_place(wording)
        before = Wording.objects.filter(pk=wording.pk).first()
        if decides and before and before.modification != wording.modification:
            wording.decided_by = by
        return write(wording, change)


def edit(
    *,
    wording: Wording,
    replaces: int | None,
    by: User,
    via: str = Change.Source.PAGE,
    **fields,
) -> Wording:
    """Change fields of a draft's wording (any of FIELDS) and return it.

    replaces: the ``edited_in_id`` that was read with it. via: the source of the change,
    for the wording has a source of its own. Which language is behind is said anew, by the
    rule of ``languages``. How it changed is suggested anew, and whoever had decided it has
    to look again. Nothing is recorded where nothing differs. Raises Overtaken, NotDraft,
    and ValidationError by field.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=via) as change:
        current = current_of(wording, replaces)
        changed = {
            name for name, value in fields.items() if getattr(current, name) != value
        }
        if not changed:
            discard(change)
            return current
        for name in changed:
            setattr(current, name, fields[name])
        languages = {code for code, names in TEXTS.items() if changed & {*names}}
        if languages:
            current.behind = behind(previous_of(current), current, languages)
            suggest(current)
        return write(current, change)


def mark_current(
    *, wording: Wording, replaces: int | None, by: User, source: str = Change.Source.PAGE
) -> Wording:
    """Say that both languages of a wording agree again; return it. Raises as ``edit``."""
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source) as change:
        current = current_of(wording, replaces)
        current.behind = ""
        return write(current, change)


def add(
    *,
    revision: Revision,
    code: str,
    parent: Element | None,
    by: User,
    via: str = Change.Source.PAGE,
    **fields,
) -> Wording:
    """Add an element to a draft, last below its parent; return its wording.

    A code that the strategy has had before brings that element back. Whether programmes
    can be aligned with it is as its type says unless the fields say it. Which language is
    behind is said by the rule of ``languages`` unless the fields say it. Raises NotDraft,
    and ValidationError by field, as when the code is in the draft already.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=via) as change:
        draft = require_draft(revision.pk)
        element = save_element(strategy=draft.strategy, code=code, by=by, source=via)
        if draft.wordings.filter(element=element).exists():
            raise ValidationError({"code": _("This code is in the draft already.")})
        last = draft.wordings.order_by("-position").first()
        usual = {"is_alignable": fields["type"].is_alignable}
        wording = Wording(
            revision=draft,
            element=element,
            parent=parent,
            position=last.position + 1 if last else 1,
            **usual | fields,
        )
        suggest(wording)
        if "behind" not in fields:
            wording.behind = behind(previous_of(wording), wording, set())
        check_place(wording)
        return write(wording, change)


def delete_wording(
    *, wording: Wording, by: User | None, source: str = Change.Source.ADMIN
) -> None:
    """Take an element out of a draft; published revisions keep theirs.

    Where it comes from goes with it; ``bring_back`` undoes both. Raises NotDraft for a
    published revision, ValidationError while it has children.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source):
        draft = require_draft(wording.revision_id)
        if draft.wordings.filter(parent_id=wording.element_id).exists():
            raise ValidationError(_("Move or remove the elements below it first."))
        for origin in draft.origins.filter(element_id=wording.element_id):
            origin.delete()
        wording.delete()
        unapprove(draft)


def bring_back(
    *, revision: Revision, code: str, by: User, source: str = Change.Source.PAGE
) -> Wording | None:
    """Bring an element back as it was when it was taken out of the draft; return it.

    With its texts, whether one of them is behind, and where it came from; last below what
    it stood below, or at the top where that is gone. None where no element of that code has
    been taken out. Raises as ``add``.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source) as change:
        draft = require_draft(revision.pk)
        version = (
            Wording.history.filter(revision_id=draft.pk, element__code=code)
            .filter(history_type="-")
            .exclude(element__wordings__revision=draft)
            .order_by("-history_id")
            .first()
        )
        if version is None:
            discard(change)
            return None
        parent = Element.objects.filter(pk=version.parent_id, wordings__revision=draft)
        fields = {name: getattr(version, name) for name in (*FIELDS, "behind")}
        wording = add(
            revision=draft, code=code, parent=parent.first(), by=by, via=source, **fields
        )
        _bring_origins_back(version)
        return wording


def _bring_origins_back(version):
    """Say again where an element came from when it was taken out of the draft."""
    for gone in Origin.history.filter(
        revision_id=version.revision_id,
        element_id=version.element_id,
        change_id=version.change_id,
        history_type="-",
    ):
        Origin(
            revision_id=gone.revision_id,
            element_id=gone.element_id,
            origin_id=gone.origin_id,
            kind=gone.kind,
        ).save()


def recode(
    *, wording: Wording, code: str, by: User, source: str = Change.Source.PAGE
) -> Element:
    """Give an element that was never published another code; return it.

    Raises NotDraft, and ValidationError by field: for a code that the strategy has used
    already, or once the element has been published, for then its code stays.
    """
    with recording(Change.Action.EDIT_STRATEGY, by=by, source=source):
        draft = require_draft(wording.revision_id)
        element = Element.objects.get(pk=wording.element_id)
        if element.wordings.exclude(revision=draft).exists():
            raise ValidationError({"code": _("The code of a published element stays.")})
        taken = Element.objects.filter(strategy_id=draft.strategy_id, code=code)
        if taken.exclude(pk=element.pk).exists():
            raise ValidationError({"code": _("This code is used already.")})
        element.code = code
        element.full_clean()
        element.save()
        unapprove(draft)
        return element


def save_element(
    *, strategy: Strategy, code: str, by: User | None, source: str = Change.Source.ADMIN
) -> Element:
    """Return the strategy's element of that code, making it when there is none."""
    element = Element.objects.filter(strategy=strategy, code=code).first()
    if element is None:
        with recording(Change.Action.EDIT_STRATEGY, by=by, source=source):
            element = Element(strategy=strategy, code=code)
            element.full_clean()
            element.save()
    return element


# --- for the other modules of this package, inside their change ---


def require_draft(revision_id: int) -> Revision:
    """Return the revision as it is now; raises NotDraft when it is published or gone."""
    draft = Revision.objects.filter(pk=revision_id, published_in=None).first()
    if draft is None:
        raise NotDraft
    return draft


def current_of(wording: Wording, replaces: int | None) -> Wording:
    """Return the wording as it is now; raises NotDraft, or Overtaken by another edit."""
    require_draft(wording.revision_id)
    current = (
        Wording.objects.filter(pk=wording.pk).select_related("element", "type").first()
    )
    if current is None or current.edited_in_id != replaces:
        raise Overtaken(current)
    return current


def write(wording: Wording, change: Change | None) -> Wording:
    """Save a wording; the draft needs to be approved again.

    change: in which its text was edited, None where only its place is another one, so that
    whoever is writing there is not disturbed.
    """
    if change is not None:
        wording.edited_in = change
    wording.full_clean()
    if wording.type.strategy_id != wording.revision.strategy_id:
        raise ValidationError({"type": _("This type belongs to another strategy.")})
    wording.save()
    unapprove(wording.revision)
    return wording


def suggest(wording: Wording) -> None:
    """Suggest anew how a wording changed; nobody has decided that yet."""
    wording.modification = suggested(previous_of(wording), wording)
    wording.decided_by, wording.decision_reason = None, ""


def previous_of(wording: Wording) -> Wording | None:
    """Return what the element said when it was published last, None if it never was.

    That may be long ago: a code that was withdrawn is compared with its last wording.
    """
    return strategy_queries.published_wordings(wording.element_id).first()


def unapprove(draft: Revision) -> None:
    """Take an approval back: it spoke of what the draft said before."""
    if draft.approved_in_id is not None:
        draft.approved_in = None
        draft.save()


# --- places in the tree ---


def check_place(wording: Wording) -> None:
    """Refuse a place in the tree that there cannot be (ValidationError by field)."""
    _check_same_strategy(wording)
    _check_no_cycle(wording)


def _check_same_strategy(wording):
    strategy_id = wording.revision.strategy_id
    for name in ("element", "parent"):
        element = getattr(wording, name)
        if element is not None and element.strategy_id != strategy_id:
            raise ValidationError({name: _("This element belongs to another strategy.")})


def _check_no_cycle(wording):
    """Refuse a parent that stands below the element, or is not in the draft."""
    parents = dict(
        Wording.objects.filter(revision_id=wording.revision_id)
        .exclude(pk=wording.pk)
        .values_list("element_id", "parent_id")
    )
    parents[wording.element_id] = wording.parent_id
    if not set(parents.values()) <= {*parents, None, wording.parent_id}:
        raise ValidationError({"element": _("Move or remove the elements below it first.")})
    seen, node = {wording.element_id}, wording.parent_id
    while node is not None:
        if node not in parents:
            raise ValidationError({"parent": _("The parent is not in this revision.")})
        if node in seen:
            raise ValidationError({"parent": _("An element cannot stand below itself.")})
        seen.add(node)
        node = parents[node]
