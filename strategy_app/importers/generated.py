"""Make up data of any size, to measure and to try things with; the same for one seed."""

import datetime
import random
from dataclasses import dataclass

from strategy_app.models import (
    Alignment,
    Budget,
    Category,
    Change,
    Department,
    Element,
    ElementType,
    Origin,
    Programme,
    Revision,
    Strategy,
    User,
    Wording,
)
from strategy_app.models.dates import today
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import bulk, reference
from strategy_app.services import strategy as strategy_services
from strategy_app.services.change import recording


@dataclass(frozen=True)
class Size:
    """How much is made: about ten rows of the ledger for each programme.

    top, below: elements at the top, and below each of them. revisions: evenly spread over
    the ten years up to today.
    """

    programmes: int
    top: int = 5
    below: int = 7
    revisions: int = 1


SIZES = {
    "small": Size(100),
    "medium": Size(5_000),
    "large": Size(100_000),
    "revisions": Size(100_000, top=20, below=14, revisions=5),
}

CODE = "GEN"
_YEARS = 10
_CATEGORIES, _DEPARTMENTS = 12, 40
_COUNTRIES = ["BR", "CN", "DE", "FR", "GB", "ID", "IN", "KE", "LA", "MY", "TH", "US", "VN"]
# What its texts are made of, and how long they are.
_SENTENCES = 4
_WORDS = [
    ("research", "研究"), ("support", "支援"), ("joint", "共同"), ("partners", "相手国"),
    ("people", "人材"), ("exchange", "交流"), ("science", "科学"), ("with", "との"),
    ("society", "社会"), ("results", "成果"), ("technology", "技術"), ("and", "及び"),
    ("for", "のための"), ("in", "における"), ("strategic", "戦略的な"), ("health", "健康"),
    ("climate", "気候"), ("open", "開かれた"), ("networks", "ネットワーク"),
]  # fmt: skip
_COMMAND = Change.Source.COMMAND


def generate(size: str, seed: int) -> tuple[int, int]:
    """Fill the database with made-up data; return how many programmes and ledger rows.

    size: one of SIZES. All of it is marked as illustrative and written in one change.
    """
    pick = random.Random(seed)  # noqa: S311 -- not a secret
    with recording(
        Change.Action.LOAD, by=None, source=_COMMAND, illustrative=True,
        reason=f"Generated data: {size}, seed {seed}",
    ) as change:  # fmt: skip
        # Drawn apart, so that a strategy of another size leaves the programmes as they are.
        revisions = _strategy(random.Random(seed), SIZES[size])  # noqa: S311
        programmes = _programmes(pick, SIZES[size].programmes, change)
        rows = bulk.append_rows(_ledger(pick, programmes, revisions, change))
        return len(programmes), rows


def _strategy(pick, size):
    """Make a strategy of two levels; return the wordings of its revisions, oldest first."""
    strategy = reference.save(
        Strategy(code=CODE, name_en="Generated strategy", name_ja="生成された戦略"),
        by=None,
        source=_COMMAND,
    )
    strategy_services.save_types(
        strategy=strategy,
        types=[
            ElementType(code="key_point", name_en="Key point", name_ja="重点"),
            ElementType(code="sub_point", name_en="Sub-point", name_ja="小項目"),
        ],
        by=None,
        source=_COMMAND,
    )
    revisions = []
    for number in range(size.revisions):
        draft = strategy_services.create_draft(
            strategy=strategy, by=None, source=_COMMAND, name_en="Generated", name_ja="生成"
        )
        if number:
            reword(pick, draft, by=None)
            _split(pick, draft, number)
        else:
            _fill(pick, draft, size)
        strategy_services.publish(
            revision=draft,
            in_force_from=_years_ago(_YEARS - number * _YEARS // size.revisions),
            by=None,
            source=_COMMAND,
            despite_warnings=True,
        )
        revisions.append(strategy_queries.wordings(draft))
    return revisions


def _fill(pick, draft, size):
    """Give the first draft its elements."""
    codes = [
        code
        for top in range(1, size.top + 1)
        for code in [f"G-{top}", *(f"G-{top}.{low}" for low in range(1, size.below + 1))]
    ]
    types = {each.code: each for each in draft.strategy.types.all()}
    elements: dict[str, Element] = {}
    for position, code in enumerate(codes, 1):
        elements[code] = strategy_services.save_element(
            strategy=draft.strategy, code=code, by=None, source=_COMMAND
        )
        sentences = [_sentence(pick) for _number in range(_SENTENCES)]
        strategy_services.save_wording(
            by=None,
            source=_COMMAND,
            wording=Wording(
                revision=draft,
                element=elements[code],
                parent=elements.get(code.partition(".")[0]) if "." in code else None,
                position=position,
                type=types["sub_point" if "." in code else "key_point"],
                title_en=f"Generated element {code}",
                title_ja=f"生成された要素{code}",
                body_en=" ".join(english for english, _japanese in sentences),
                body_ja="".join(japanese for _english, japanese in sentences),
            ),
        )


def _sentence(pick):
    """Return a sentence of twelve words in both languages."""
    drawn = pick.choices(_WORDS, k=12)
    english = " ".join(word for word, _japanese in drawn)
    return f"{english.capitalize()}.", "".join(word for _english, word in drawn) + "。"


def reword(pick: random.Random, draft: Revision, *, by: User | None) -> None:
    """Add a sentence to every tenth element of a draft, and a comma to another tenth."""
    wordings = strategy_queries.wordings(draft)
    chosen = pick.sample(wordings, len(wordings) // 5)
    for number, wording in enumerate(chosen):
        english, japanese = ", and so on", "、など"
        wording.modification = Wording.Modification.EDITORIAL
        if number % 2:
            english, japanese = _sentence(pick)
            wording.modification = Wording.Modification.MATERIAL
        wording.body_en = f"{wording.body_en} {english}"
        wording.body_ja = f"{wording.body_ja}{japanese}"
        strategy_services.save_wording(wording=wording, by=by, source=_COMMAND)


def _split(pick, draft, number):
    """Make two elements of one that has nothing below it."""
    wordings = strategy_queries.wordings(draft)
    old = pick.choice([wording for wording in wordings if wording.parent_id])
    strategy_services.delete_wording(wording=old, by=None, source=_COMMAND)
    texts = {name: getattr(old, name) for name in strategy_services.FIELDS}
    for part in ("A", "B"):
        new = strategy_services.add(
            revision=draft, code=f"{old.element.code}-{number}{part}", parent=old.parent,
            by=None, via=_COMMAND, **texts,
        )  # fmt: skip
        strategy_services.set_origins(
            wording=new, kind=Origin.Kind.SPLIT, origins=[old.element], by=None,
            source=_COMMAND,
        )  # fmt: skip


def _programmes(pick, number, change):
    categories = [
        reference.save(
            Category(code=f"G-CAT-{n}", name_en=f"Category {n}", name_ja=f"区分{n}"),
            by=None,
            source=_COMMAND,
        )
        for n in range(1, _CATEGORIES + 1)
    ]
    departments = [
        reference.save(
            Department(code=f"G-DEP-{n}", name_en=f"Department {n}", name_ja=f"{n}部"),
            by=None,
            source=_COMMAND,
        )
        for n in range(1, _DEPARTMENTS + 1)
    ]
    programmes = bulk.append_tracked(
        [_programme(pick, n, categories, departments) for n in range(1, number + 1)],
        change=change,
    )
    year = today().year
    bulk.append_tracked(
        [
            Budget(
                programme=programme, fiscal_year=year, amount=pick.randint(1, 900) * 10**6
            )
            for programme in programmes
            if pick.random() < 0.8
        ],
        change=change,
    )
    return programmes


def _programme(pick, number, categories, departments):
    started = today().year - pick.randint(0, 12)
    ends = "" if pick.random() < 0.6 else f"{today().year + pick.randint(0, 8)}-03-31"
    countries = pick.sample(_COUNTRIES, pick.choice([0, 0, 0, 1, 2, 3]))
    return Programme(
        code=f"G-{number:06d}",
        name_en=f"Generated programme {number}",
        name_ja=f"生成された事業{number}",
        category=pick.choice(categories),
        department=pick.choice(departments) if pick.random() < 0.9 else None,
        starts_on=str(started),
        ends_on=ends,
        end_is_illustrative=bool(ends),
        partner_countries=countries,
        summary_en=f"What programme {number} would do.",
        summary_ja=f"事業{number}の概要。",
    )


def _ledger(pick, programmes, revisions, change):
    """Yield rows: each programme judged against six elements, some of it several times.

    The elements are those of the first revision, by the words in force when each row began.
    """
    published = [
        (wordings[0].revision.in_force_from, {row.element_id: row for row in wordings})
        for wordings in revisions
    ]
    for programme in programmes:
        for first in pick.sample(revisions[0], 6):
            # The days on which the judgement changed, over the last ten years.
            days = sorted(pick.sample(range(20, 3600), pick.choice([1, 1, 2, 2, 3])))
            starts = [today() - datetime.timedelta(days=day) for day in reversed(days)]
            for begins, ends in zip(starts, [*starts[1:], None], strict=True):
                yield Alignment(
                    programme=programme,
                    element=first.element,
                    level=pick.choice([0, 1, 1, 2]),
                    rationale="Generated, not judged.",
                    wording=_judged(first.element_id, published, begins),
                    valid_from=begins,
                    valid_until=ends,
                    opened_in=change,
                    closed_in=change if ends else None,
                )


def _judged(element_id, published, day):
    """Return the newest words that an element had on a day."""
    return [
        wordings[element_id]
        for in_force_from, wordings in published
        if in_force_from <= day and element_id in wordings
    ][-1]


def _years_ago(number):
    day = today()
    return day.replace(year=day.year - number, day=min(day.day, 28))
