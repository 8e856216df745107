"""State for tests, built through the services only, so tests reach what users can.

``Aiko`` records for department A, ``Ben`` only reads, ``Chie`` is strategy admin, ``Dai``
manages. Every function names what it makes by codes and returns it.
"""

import datetime

from strategy_app.importers import document
from strategy_app.importers.alignments import read_lines, rows_seen
from strategy_app.importers.document.rows import rows_of, source_of
from strategy_app.importers.table import read_table
from strategy_app.models import (
    Alignment,
    Budget,
    Category,
    Correspondence,
    Department,
    Element,
    ElementType,
    Programme,
    Revision,
    Strategy,
    Target,
    User,
    Wording,
)
from strategy_app.models.change import Change
from strategy_app.services import (
    ledger,
    pending_document,
    pending_table,
    people,
    reference,
)
from strategy_app.services import strategy as strategy_services

PASSWORD = "correct horse battery staple"


def make_person(username, *, role="viewer", departments=(), **fields):
    """Make someone who can sign in with PASSWORD."""
    return people.create_person(
        username=username, by=None, password=PASSWORD, role=role,
        departments=departments, **fields,
    )  # fmt: skip


def make_department(code="DEP-A", **fields):
    """Make a department."""
    fields = {"name_en": f"Department {code}", "name_ja": f"{code}部"} | fields
    return reference.save(Department(code=code, **fields), by=None)


def make_category(code="CAT-A", **fields):
    """Make a category."""
    fields = {"name_en": f"Category {code}", "name_ja": f"{code}区分"} | fields
    return reference.save(Category(code=code, **fields), by=None)


def make_programme(code="PRG-1", *, category=None, department=None, **fields):
    """Make a programme; its category is made when there is none."""
    if category is None:
        category = Category.objects.filter(code="CAT-A").first() or make_category()
    fields = {"name_en": f"Programme {code}", "name_ja": f"{code}事業"} | fields
    return reference.save(
        Programme(code=code, category=category, department=department, **fields), by=None
    )


def make_budget(programme, fiscal_year, amount):
    """Give a programme a budget for one fiscal year."""
    return reference.save(
        Budget(programme=programme, fiscal_year=fiscal_year, amount=amount), by=None
    )


def make_strategy(code="STR", elements=("A", "A.1", "A.2", "B"), *, day="2017-08-01",
                  context=(), publish=True):  # fmt: skip
    """Make a strategy whose revision is in force from ``day``.

    A code with a dot stands below the code before its last dot ("A.1" below "A").
    ``context`` names the elements that nothing can be aligned with.
    """
    strategy = reference.save(
        Strategy(code=code, name_en=f"Strategy {code}", name_ja=f"{code}戦略"), by=None
    )
    make_types(strategy)
    draft = strategy_services.create_draft(strategy=strategy, by=None, name_en="First")
    add_elements(draft, elements, context=context)
    if publish:
        strategy_services.publish(
            revision=draft,
            in_force_from=datetime.date.fromisoformat(day),
            by=None,
            despite_warnings=True,
        )
    return strategy


TYPES = {
    "aim": ("Aim", "目標(めざすもの)", True), "key_point": ("Key point", "重点", True),
    "driver": ("Driver", "推進要因", True), "mission": ("Mission", "使命", False),
    "claim": ("Statement", "基本認識", False),
}  # fmt: skip


def make_types(strategy, codes=tuple(TYPES)):
    """Give a strategy types of elements."""
    types = [
        ElementType(code=code, name_en=name_en, name_ja=name_ja, is_alignable=is_alignable)
        for code in codes
        for name_en, name_ja, is_alignable in [TYPES[code]]
    ]
    return strategy_services.save_types(strategy=strategy, types=types, by=None)


def type_of(strategy="STR", code="aim"):
    """Return one of the types of elements of a strategy, which may be named by its code."""
    return ElementType.objects.get(strategy__code=getattr(strategy, "code", strategy),
                                   code=code)  # fmt: skip


def add_elements(draft, codes, *, context=()):
    """Add elements to a draft, in this order."""
    strategy = draft.strategy
    aim = type_of(strategy)
    taken = Wording.objects.filter(revision=draft).count()
    for position, code in enumerate(codes, start=taken + 1):
        element = strategy_services.save_element(strategy=strategy, code=code, by=None)
        above = code.rpartition(".")[0]
        strategy_services.save_wording(
            by=None,
            wording=Wording(
                revision=draft,
                element=element,
                parent=Element.objects.get(strategy=strategy, code=above)
                if above
                else None,
                position=position,
                type=aim,
                is_alignable=code not in context,
                title_en=f"Element {code}",
                title_ja=f"要素{code}",
                body_en=f"What {code} is about.",
                body_ja=f"{code}の説明。",
            ),
        )


def get_element(code, strategy="STR"):
    """Return an element by its code."""
    return Element.objects.get(strategy__code=strategy, code=code)


def a_source(**fields):
    """Return a piece of evidence."""
    return ledger.Source(
        **{
            "title": "Annual report",
            "url": "https://example.org/report",
            "dated_on": datetime.date(2026, 3, 31),
        }
        | fields
    )


def align(programme, element, level=1, *, by=None, rationale="It says so.", evidence=None):
    """Record a judgement in place of whatever is in force, as ``by`` or some manager."""
    if isinstance(element, str):
        element = get_element(element)
    if by is None:
        by = User.objects.filter(role="manager").first() or make_person(
            "some-manager", role="manager"
        )
    current = Alignment.objects.open().filter(programme=programme, element=element).first()
    return ledger.align(
        programme=programme,
        element=element,
        level=level,
        rationale=rationale,
        evidence=[a_source()] if evidence is None else evidence,
        replaces=current.pk if current else None,
        by=by,
    )


def load_history(programme, element, level, valid_from, valid_until=None, **fields):
    """Append a row whose period lies in the past, as last year's spreadsheet would."""
    if isinstance(element, str):
        element = get_element(element)
    rows = [
        ledger.Load(
            programme,
            element,
            level,
            fields.pop("rationale", "As recorded then."),
            datetime.date.fromisoformat(valid_from),
            valid_until and datetime.date.fromisoformat(valid_until),
            fields.pop("evidence", []),
        )
    ]
    plan = ledger.plan(rows, by=None)
    ledger.carry_out(plan, action=Change.Action.LOAD)
    return plan.steps[0].opens


def draft_of(strategy):
    """Return the draft of a strategy."""
    return Revision.objects.get(strategy=strategy, published_in__isnull=True)


def revise(strategy, tree, *, day):
    """Publish a revision made of ``tree``: (code, code of the parent, alignable) each.

    Parents come before their children; the order is the order in the document.
    """
    draft = strategy_services.create_draft(strategy=strategy, by=None, name_en=f"Of {day}")
    left = list(Wording.objects.filter(revision=draft).select_related("revision"))
    while left:
        parents = {wording.parent_id for wording in left}
        for wording in [row for row in left if row.element_id not in parents]:
            left.remove(wording)
            strategy_services.delete_wording(wording=wording, by=None)
    elements = {
        code: strategy_services.save_element(strategy=strategy, code=code, by=None)
        for code, _parent, _alignable in tree
    }
    for position, (code, parent, alignable) in enumerate(tree, start=1):
        strategy_services.save_wording(
            by=None,
            wording=Wording(
                revision=draft, element=elements[code], parent=elements.get(parent),
                position=position, type=type_of(strategy), is_alignable=alignable,
                title_en=f"Element {code}", title_ja=f"要素{code}",
            ),
        )  # fmt: skip
    return strategy_services.publish(
        revision=draft,
        in_force_from=datetime.date.fromisoformat(day),
        by=None,
        despite_warnings=True,
    )


def revise_as(strategy, modifications, *, day):
    """Publish a copy of the newest revision; by code, how some of its wordings changed."""
    draft = strategy_services.create_draft(strategy=strategy, by=None, name_en=f"Of {day}")
    for wording in Wording.objects.filter(revision=draft).select_related("element"):
        if modification := modifications.get(wording.element.code):
            wording.modification = modification
            wording.title_en += " anew"
            strategy_services.save_wording(wording=wording, by=None)
    return strategy_services.publish(
        revision=draft,
        in_force_from=datetime.date.fromisoformat(day),
        by=None,
        despite_warnings=True,
    )


def split(strategy, *parts, day, origin="A", without=()):
    """Publish a revision with parts that are split from an element, others taken out."""
    draft = strategy_services.create_draft(strategy=strategy, by=None, name_en=f"Of {day}")
    for wording in draft.wordings.filter(element__code__in=without):
        strategy_services.delete_wording(wording=wording, by=None)
    for code in parts:
        part = strategy_services.add(
            revision=draft, code=code, parent=None, by=None, type=type_of(strategy),
            title_en=f"Part {code}", title_ja=f"{code}の部分",
        )  # fmt: skip
        strategy_services.set_origins(
            wording=part, kind="split", origins=[get_element(origin, strategy.code)],
            by=None,
        )  # fmt: skip
    return strategy_services.publish(
        revision=draft,
        in_force_from=datetime.date.fromisoformat(day),
        by=None,
        despite_warnings=True,
    )


def make_target(element, value=2, *, day="2020-04-01", **fields):
    """Say how much support an element should have from a day on."""
    fields = {"measure": Target.Measure.SUPPORTED} | fields
    return reference.save(
        Target(
            element=element,
            value=value,
            valid_from=datetime.date.fromisoformat(day),
            **fields,
        ),
        by=None,
    )


def make_token(user, **fields):
    """Make an API token of someone; return it and its key."""
    return people.create_token(user=user, by=user, name="For tests", **fields)


def make_table(text, owner, *, strategy="STR", name=""):
    """Let somebody look through a table, as the page does."""
    strategy = Strategy.objects.get(code=strategy)
    lines = read_lines(read_table(text), strategy=strategy, by=owner)
    return pending_table.keep(
        owner=owner, name=name, strategy=strategy, text=text, seen=rows_seen(lines)
    )


def make_document(text, owner, *, other="", strategy="STR", name=""):
    """Let somebody look a document over, as the page does; other: in the other language."""
    read = [document.read(each.encode()) for each in (text, other) if each]
    blocks = {document.language_of(each): each for each in read}
    return pending_document.keep(
        owner=owner,
        strategy=Strategy.objects.get(code=strategy),
        name=name,
        languages=list(blocks),
        source={language: source_of(each) for language, each in blocks.items()},
        rows=rows_of(blocks),
    )


def make_correspondence(code, other, *, strategy="STR", others_strategy="OTH"):
    """Say that two elements speak of the same, as an illustration."""
    return reference.save(
        Correspondence(
            element=get_element(code, strategy),
            other=get_element(other, others_strategy),
            is_illustrative=True,
        ),
        by=None,
    )
