"""Load the data files of ``fixtures/``: what is there already stays as it is."""

import csv
import datetime
from pathlib import Path

from django.conf import settings

from strategy_app.models import (
    Alignment,
    Category,
    Change,
    Correspondence,
    Department,
    Element,
    ElementType,
    LevelDefinition,
    Programme,
    Revision,
    Strategy,
    User,
    Wording,
)
from strategy_app.services import ledger, people, reference
from strategy_app.services import strategy as strategy_services
from strategy_app.services.change import discard, recording

FOLDER = settings.BASE_DIR / "fixtures"
_COMMAND = Change.Source.COMMAND


def load_facts(folder: Path = FOLDER) -> int:
    """Load strategies, programmes and code lists; return how many rows were new.

    One change, or none when nothing is new.
    """
    with recording(
        Change.Action.LOAD, by=None, source=_COMMAND, reason="Facts from fixtures/"
    ) as change:
        new = (
            _load_named(LevelDefinition, "level", _levels(folder))
            + _load_named(Category, "code", _rows(folder, "categories"))
            + _load_named(Department, "code", _rows(folder, "departments"))
            + _load_named(Strategy, "code", _rows(folder, "strategies"))
            + sum(_load_types(folder, strategy) for strategy in Strategy.objects.all())
            + _load_named(Programme, "code", _programmes(folder))
            + sum(_load_revision(folder, row) for row in _rows(folder, "revisions"))
        )
        if not new:
            discard(change)
    return new


def load_illustrations(folder: Path = FOLDER) -> int:
    """Load what is illustrative; return how many rows were new.

    End dates, alignments, and which elements of two strategies correspond.

    They come in once: what people have since changed or withdrawn stays so.
    """
    known = Change.objects.filter(action=Change.Action.LOAD, illustrative=True)
    if known.exists():
        return 0
    with recording(
        Change.Action.LOAD, by=None, source=_COMMAND, illustrative=True,
        reason="Illustrative data from fixtures/",
    ):  # fmt: skip
        return (
            _load_end_dates(folder)
            + _load_alignments(folder)
            + _load_correspondences(folder)
        )


def load_people(password: str, folder: Path = FOLDER) -> list[User]:
    """Make the demo accounts that are not there yet; return them."""
    made = []
    for row in _rows(folder, "people"):
        if not User.objects.filter(username=row["username"]).exists():
            codes = row.pop("departments").split()
            made.append(
                people.create_person(
                    by=None,
                    password=password,
                    departments=Department.objects.filter(code__in=codes),
                    **row,
                )
            )
    return made


def _rows(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _levels(folder):
    rows = _rows(folder, "levels")
    return [row | {"level": int(row["level"]) if row["level"] else None} for row in rows]


def _programmes(folder):
    for row in _rows(folder, "programmes"):
        yield row | {
            "category": Category.objects.get(code=row["category"]),
            "department": Department.objects.get(code=row["department"])
            if row["department"]
            else None,
            "partner_countries": row["partner_countries"].replace(";", ","),
        }


def _load_named(model, key, rows):
    new = 0
    for row in rows:
        if not model.objects.filter(**{key: row[key]}).exists():
            reference.save(model(**row), by=None, source=_COMMAND)
            new += 1
    return new


def _load_types(folder, strategy):
    """Give a strategy the types of its elements; return how many were new."""
    before = strategy.types.count()
    types = [
        ElementType(
            code=row["code"],
            name_en=row["name_en"],
            name_ja=row["name_ja"],
            is_alignable=row["alignable"] == "yes",
        )
        for row in _rows(folder, "types")
        if row["strategy"] == strategy.code
    ]
    found = strategy_services.save_types(
        strategy=strategy, types=types, by=None, source=_COMMAND
    )
    return len(found) - before


def _load_revision(folder, row):
    """Make a revision with its elements, published; return how many rows were new."""
    strategy = Strategy.objects.get(code=row["strategy"])
    day = datetime.date.fromisoformat(row["in_force_from"])
    if Revision.objects.filter(strategy=strategy, in_force_from=day).exists():
        return 0
    draft = strategy_services.create_draft(
        strategy=strategy,
        by=None,
        source=_COMMAND,
        **{name: row[name] for name in row if name.startswith(("name", "preface"))},
    )
    elements = _rows(folder, row["elements"].removesuffix(".csv"))
    types = {each.code: each for each in strategy.types.all()}
    made = {}
    for element in elements:
        made[element["code"]] = strategy_services.save_element(
            strategy=strategy, code=element["code"], by=None, source=_COMMAND
        )
    for element in elements:
        strategy_services.save_wording(
            wording=_wording(draft, made, types, element), by=None, source=_COMMAND
        )
    strategy_services.publish(
        revision=draft, in_force_from=day, by=None, source=_COMMAND, despite_warnings=True
    )
    return 1 + len(elements)


def _wording(draft, elements, types, row):
    return Wording(
        revision=draft,
        element=elements[row["code"]],
        parent=elements[row["parent_code"]] if row["parent_code"] else None,
        position=int(row["sort"]),
        type=types[row["element_type"]],
        is_alignable=row["alignable"] == "yes",
        title_en=row["title_en"],
        title_ja=row["title_ja"],
        body_en=row["summary_en"],
        body_ja=row["summary_ja"],
        source=row["source_ref"],
    )


def _load_end_dates(folder):
    """Set the end dates of the file; a programme that has one keeps its own."""
    new = 0
    for row in _rows(folder, "end_dates"):
        programme = Programme.objects.get(code=row["programme"])
        if programme.ends_on:
            continue
        programme.ends_on = row["ends_on"]
        programme.end_is_illustrative = True
        reference.save(programme, by=None, source=_COMMAND)
        new += 1
    return new


def _load_alignments(folder):
    """Append the rows of the file; a cell that has a judgement of its own is left out."""
    programmes = {programme.code: programme for programme in Programme.objects.all()}
    elements = {
        (element.strategy.code, element.code): element
        for element in Element.objects.select_related("strategy")
    }
    judged = set(Alignment.objects.values_list("programme__code", "element__code"))
    rows = []
    for row in sorted(_rows(folder, "alignments"), key=lambda row: row["valid_from"]):
        if (row["programme"], row["element"]) in judged:
            continue
        rows.append(
            ledger.Load(
                programmes[row["programme"]],
                elements[row["strategy"], row["element"]],
                int(row["level"]),
                row["rationale"],
                _day(row["valid_from"]),
                _day(row["valid_until"]),
                _sources(row["evidence_url"]),
            )
        )
    plan = ledger.plan(rows, by=None)
    ledger.carry_out(plan)
    return len(plan.to_do)


def _load_correspondences(folder):
    elements = {
        (element.strategy.code, element.code): element
        for element in Element.objects.select_related("strategy")
    }
    rows = _rows(folder, "correspondences")
    for row in rows:
        reference.save(
            Correspondence(
                element=elements[row["strategy"], row["element"]],
                other=elements[row["other_strategy"], row["other"]],
                is_illustrative=True,
            ),
            by=None,
            source=_COMMAND,
        )
    return len(rows)


def _sources(url):
    """Return the address as evidence; its date was not recorded, so it has none."""
    if not url:
        return []
    title = url.removeprefix("https://").removeprefix("http://").rstrip("/")
    return [ledger.Source(title=title[:300], url=url)]


def _day(text):
    return datetime.date.fromisoformat(text) if text else None
