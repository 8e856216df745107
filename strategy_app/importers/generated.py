"""Make up data of any size, to measure and to try things with; the same for one seed."""

import datetime
import random

from strategy_app.models import (
    Alignment,
    Budget,
    Category,
    Change,
    Department,
    Element,
    Programme,
    Strategy,
    Wording,
)
from strategy_app.models.dates import today
from strategy_app.services import bulk, reference
from strategy_app.services import strategy as strategy_services
from strategy_app.services.change import recording

# Programmes of each size; about ten rows of the ledger for each of them.
SIZES = {"small": 100, "medium": 5_000, "large": 100_000}

CODE = "GEN"
_TOP, _BELOW = 5, 7
_CATEGORIES, _DEPARTMENTS = 12, 40
_COUNTRIES = ["BR", "CN", "DE", "FR", "GB", "ID", "IN", "KE", "LA", "MY", "TH", "US", "VN"]
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
        wordings = _strategy()
        programmes = _programmes(pick, SIZES[size], change)
        rows = bulk.append_rows(_ledger(pick, programmes, wordings, change))
        return len(programmes), rows


def _strategy():
    """Make a strategy of 40 elements in a tree, in force for ten years."""
    strategy = reference.save(
        Strategy(code=CODE, name_en="Generated strategy", name_ja="生成された戦略"),
        by=None,
        source=_COMMAND,
    )
    draft = strategy_services.create_draft(
        strategy=strategy, by=None, source=_COMMAND, name_en="Generated", name_ja="生成"
    )
    codes = [
        code
        for top in range(1, _TOP + 1)
        for code in [f"G-{top}", *(f"G-{top}.{below}" for below in range(1, _BELOW + 1))]
    ]
    elements: dict[str, Element] = {}
    for position, code in enumerate(codes):
        elements[code] = strategy_services.save_element(
            strategy=strategy, code=code, by=None, source=_COMMAND
        )
        strategy_services.save_wording(
            by=None,
            source=_COMMAND,
            wording=Wording(
                revision=draft,
                element=elements[code],
                parent=elements.get(code.partition(".")[0]) if "." in code else None,
                position=position,
                kind=Wording.Kind.SUB_POINT if "." in code else Wording.Kind.KEY_POINT,
                title_en=f"Generated element {code}",
                title_ja=f"生成された要素{code}",
                body_en=f"What {code} would say.",
                body_ja=f"{code}の本文。",
            ),
        )
    strategy_services.publish(
        revision=draft,
        in_force_from=_years_ago(10),
        by=None,
        source=_COMMAND,
    )
    return list(Wording.objects.filter(revision=draft).select_related("element"))


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


def _ledger(pick, programmes, wordings, change):
    """Yield rows: each programme judged against six elements, some of it several times."""
    for programme in programmes:
        for wording in pick.sample(wordings, 6):
            # The days on which the judgement changed, over the last ten years.
            days = sorted(pick.sample(range(20, 3600), pick.choice([1, 1, 2, 2, 3])))
            starts = [today() - datetime.timedelta(days=day) for day in reversed(days)]
            for begins, ends in zip(starts, [*starts[1:], None], strict=True):
                yield Alignment(
                    programme=programme,
                    element=wording.element,
                    level=pick.choice([0, 1, 1, 2]),
                    rationale="Generated, not judged.",
                    wording=wording,
                    valid_from=begins,
                    valid_until=ends,
                    opened_in=change,
                    closed_in=change if ends else None,
                )


def _years_ago(number):
    day = today()
    return day.replace(year=day.year - number, day=min(day.day, 28))
