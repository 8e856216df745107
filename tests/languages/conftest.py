"""A world with something in everything that a page can show."""

import pytest

from strategy_app.models import Programme, Target, User
from strategy_app.models.dates import today
from strategy_app.services import ledger, reference, saved_view
from strategy_app.services import strategy as strategy_services
from tests import databases, factories

# A row of each kind: wrong in every cell, an addition, an update, nothing new, history.
TABLE = """\
Programme\tElement\tLevel\tRationale\tSource\tURL\tDate\tFrom\tUntil
x\ty\tz\t=1\t<b>\tC:\\x\tsoon\tsoon\tsoon
PRG-1\tA\t1\t明記されている。
PRG-1\tA\t1\t明記されている。
PRG-1\tA.1\t1\t明記されている。\t要領\thttps://example.org/\t2026-03-31
PRG-1\tA.2\t0\t明記されていない。
PRG-1\tB\t2
PRG-1\tA.2\t0\t当時の評価。\t\t\t\t2020-04-01\t2021-04-01
PRG-1\tA.1\t0\t当時の評価。\t\t\t\t2020-04-01
"""

# A section, a table, a code of before, a page's number, what has no counterpart.
DOCUMENT = (
    "Before.\n\n# Weather\n\n| a | b |\n\n1. Rain\n1. Snow\n\n- 3 -\n\n# Aims\n\n- A\n"
)
OTHER_DOCUMENT = "# 天気\n\n１．雨\n\n# 目標\n\n・ 甲\n・ 乙\n"


def make_draft(strategy, by):
    """Start a draft: an element changed in one language and decided on, and a new one."""
    draft = strategy_services.create_draft(
        strategy=strategy, by=by, name_en="Second", name_ja="第二版"
    )
    wording = draft.wordings.get(element__code="A.1")
    strategy_services.edit(
        wording=wording, replaces=wording.edited_in_id, by=by, body_ja="別の文言。"
    )
    for kind in ("material", "editorial"):
        wording = draft.wordings.get(element__code="A.1")
        strategy_services.decide(
            wording=wording, modification=kind, reason="語句の修正。", by=by,
            replaces=wording.edited_in_id,
        )  # fmt: skip
    strategy_services.add(
        revision=draft,
        code="C",
        parent=None,
        by=by,
        type=factories.type_of(),
        title_en="C",
        title_ja="丙",
    )
    strategy_services.delete_wording(wording=draft.wordings.get(element__code="B"), by=by)


def make_world():
    """Make a programme with something in everything that a page shows, and a second."""
    department_a = factories.make_department("DEP-A")
    dai = factories.make_person("dai", role="manager")
    chie = factories.make_person("chie", role="admin")
    strategy = factories.make_strategy(context=["B"])
    make_draft(strategy, chie)
    programme = factories.make_programme(
        "PRG-1", department=department_a, starts_on="2009-04", ends_on="2199-03-31",
        end_is_illustrative=True, partner_countries=["TH", "VN"],
        url="https://example.org/", source="https://example.org/",
        summary_en="What it does", summary_ja="事業の概要",
    )  # fmt: skip
    factories.make_programme("PRG-2", status="closed", starts_on="2012-06-28")
    factories.make_programme("PRG-3", category=factories.make_category("CAT-B"))
    factories.make_budget(programme, 2026, 1_234_567)
    factories.load_history(programme, "A.1", 1, "2024-04-01", "2025-04-01")
    row = factories.align(programme, "A.1", 2, rationale="明記されている。")
    ledger.confirm(alignment=row, by=factories.make_person("c", role="admin"))
    factories.align(programme, "A.2", 0, rationale="明記されていない。")
    factories.make_target(factories.get_element("A"), 2)
    programme.end_is_illustrative = False
    reference.save(programme, by=dai)
    factories.make_table(TABLE, chie)
    factories.make_document(DOCUMENT, chie, other=OTHER_DOCUMENT)


def widen_world():
    """Add a second strategy, targets of every time, saved views, a cliff."""
    chie = User.objects.get(username="chie")
    factories.make_strategy("TWO", ("A", "B"), day="2018-08-01")
    factories.make_correspondence("A.1", "A", others_strategy="TWO")
    factories.make_department("DEP-B")
    revised = factories.make_strategy("VER", ("A", "A.1", "A.2", "B"), context=["A.2"])
    factories.revise(
        revised,
        [("A", None, True), ("B", "A", True), ("A.2", "A", True), ("C", None, True)],
        day="2026-04-01",
    )
    strategy_services.create_draft(strategy=revised, by=None, name_en="Next")
    element = factories.get_element("A.1")
    for value, day in [(1, "2018-04-01"), (2, "2024-04-01"), (0, "2197-04-01")]:
        factories.make_target(element, value, day=day)
    factories.make_target(element, 50, measure=Target.Measure.SHARE_ACTIVE)
    ending = factories.make_programme("PRG-4", ends_on=f"{today().year + 3}-03-31")
    factories.load_history(ending, "A.2", 1, "2024-04-01")
    factories.make_target(factories.get_element("A.2"), 1)
    view = {"page": "gaps", "query": "kind=thin", "is_shared": True}
    mine = saved_view.save_view(owner=chie, name="自分の表示", **view)
    saved_view.save_view(owner=factories.make_person("o"), name="共有の表示", **view)
    saved_view.start_with(user=chie, view=mine)


databases.MADE_OF["world_of_languages"] = ("empty", make_world)
databases.MADE_OF["wide_world_of_languages"] = ("world_of_languages", widen_world)


@pytest.fixture
def world_of_languages(db):
    """Let the test begin with that template."""


@pytest.fixture
def wide_world_of_languages(db):
    """Let the test begin with that template."""


@pytest.fixture
def world(world_of_languages):
    """Begin with a programme that has something in everything that a page can show."""
    return Programme.objects.get(code="PRG-1")


@pytest.fixture
def wide_world(wide_world_of_languages, world):
    """Begin with the same, a second strategy, targets of every time, saved views."""
    return world


@pytest.fixture
def chie(db):
    """A strategy admin, who is in the world already."""
    there = User.objects.filter(username="chie").first()
    return there or factories.make_person("chie", role="admin")
