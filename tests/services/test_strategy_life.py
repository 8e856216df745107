"""A strategy's life under any sequence of edits, publications and judgements."""

import datetime
import itertools
from contextlib import suppress

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from strategy_app.coverage import counts, frame, standing
from strategy_app.coverage.scope import Scope
from strategy_app.models import Alignment, Element, Origin, Revision, Wording
from strategy_app.models.dates import today
from strategy_app.queries import strategy as strategy_queries
from strategy_app.services import ledger
from strategy_app.services import strategy as strategy_services
from tests import factories
from tests.coverage import worlds
from tests.lengths import runs

CODES = ["A", "B", "C", "D"]
TITLES = ["Openness to the world", "Openness to all the world", "Quite another aim", "開放"]


class Life(RuleBasedStateMachine):
    """One admin revises while a manager judges and the days go by."""

    def __init__(self):
        super().__init__()
        self.run = transaction.atomic()
        self.run.__enter__()
        self.clock = time_machine.travel("2026-04-01T03:00:00+00:00", tick=False)
        self.traveller = self.clock.start()
        self.chie = factories.make_person("chie", role="admin")
        self.dai = factories.make_person("dai", role="manager")
        self.strategy = factories.make_strategy(elements=("A", "B"))
        self.programmes = [factories.make_programme(f"PRG-{n}") for n in range(2)]
        # What was printed of a day that has passed, by that day.
        self.printed = {}
        self.accepted = set()

    def teardown(self):
        self.clock.stop()
        transaction.set_rollback(True)
        self.run.__exit__(None, None, None)
        frame.forget()

    @property
    def draft(self):
        return strategy_queries.draft_of(self.strategy.pk)

    def numbers(self, day):
        coverage = counts.elements(frame.current(), Scope("STR", day))
        return coverage.tree.codes, coverage.counts.tolist()

    @rule(days=st.integers(1, 20))
    def the_days_go_by(self, days):
        self.printed[today()] = self.numbers(today())
        self.traveller.shift(datetime.timedelta(days=days))

    @precondition(lambda self: self.draft is None)
    @rule()
    def start(self):
        strategy_services.create_draft(
            strategy=self.strategy, by=self.chie, name_en=f"Of {today()}"
        )

    @precondition(lambda self: self.draft is not None)
    @rule(data=st.data(), title=st.sampled_from(TITLES), both=st.booleans())
    def reword(self, data, title, both):
        row = data.draw(st.sampled_from(strategy_queries.wordings(self.draft)))
        fields = {"title_en": title} | ({"title_ja": title} if both else {})
        strategy_services.edit(
            wording=row, replaces=row.edited_in_id, by=self.chie, **fields
        )
        with pytest.raises(strategy_services.Overtaken):
            strategy_services.edit(
                wording=row, replaces=(row.edited_in_id or 0) - 1, by=self.chie,
                title_en="Too late",
            )  # fmt: skip

    @precondition(lambda self: self.draft is not None)
    @rule(
        code=st.sampled_from(CODES), origin=st.sampled_from(CODES),
        title=st.sampled_from(TITLES),
    )  # fmt: skip
    def add(self, code, origin, title):
        """Add an element, or bring one back that was taken out in some revision before."""
        origins = Element.objects.filter(strategy=self.strategy, code=origin)
        with suppress(ValidationError):  # it is in the draft already, or was not before
            part = strategy_services.add(
                revision=self.draft, code=code, parent=None, by=self.chie,
                type=factories.type_of(self.strategy), title_en=title, title_ja=title,
            )  # fmt: skip
            strategy_services.set_origins(
                wording=part, kind="split", origins=list(origins), by=self.chie
            )

    @precondition(lambda self: self.draft is not None)
    @rule(data=st.data())
    def withdraw_element(self, data):
        row = data.draw(st.sampled_from(strategy_queries.wordings(self.draft)))
        if self.draft.wordings.count() > 1:
            strategy_services.delete_wording(wording=row, by=self.chie)

    @precondition(lambda self: self.draft is not None)
    @rule(ahead=st.integers(0, 10))
    def publish(self, ahead):
        rows = list(Alignment.objects.order_by("pk").values())
        day = today() + datetime.timedelta(days=ahead)
        try:
            strategy_services.publish(
                revision=self.draft, in_force_from=day, by=self.chie, despite_warnings=True
            )
        except ValidationError:
            assert self.draft is not None
        # Publishing rewrites no judgement.
        assert list(Alignment.objects.order_by("pk").values()) == rows

    @precondition(lambda self: self.draft is None)
    @rule(code=st.sampled_from(CODES), title=st.sampled_from(TITLES))
    def a_code_is_used_again(self, code, title):
        """Publish a revision that leaves an element out, and one that has it again."""
        self.start()
        for row in strategy_queries.wordings(self.draft):
            if row.element.code == code and self.draft.wordings.count() > 1:
                strategy_services.delete_wording(wording=row, by=self.chie)
        self.publish_and_wait_for_it()
        self.start()
        with suppress(ValidationError):  # it was the only element, and stayed
            strategy_services.add(
                revision=self.draft, code=code, parent=None, by=self.chie,
                type=factories.type_of(self.strategy), title_en=title, title_ja=title,
            )  # fmt: skip
        self.publish_and_wait_for_it()

    def publish_and_wait_for_it(self):
        newest = strategy_queries.published_revisions(self.strategy.pk).first()
        day = max(today(), newest.in_force_from + datetime.timedelta(days=1))
        strategy_services.publish(
            revision=self.draft, in_force_from=day, by=self.chie, despite_warnings=True
        )
        if day > today():
            self.the_days_go_by((day - today()).days)

    @rule(data=st.data(), number=st.integers(0, 1), level=st.integers(0, 2))
    def judge(self, data, number, level):
        self.traveller.shift(1)
        codes = frame.current().tree("STR", today()).codes
        code = data.draw(st.sampled_from(codes))
        row = factories.align(self.programmes[number], code, level, by=self.dai)
        self.accepted.add(row.pk)

    @rule(data=st.data())
    def reaffirm(self, data):
        self.traveller.shift(1)
        tree = frame.current().tree("STR", today())
        rows = list(
            Alignment.objects.open().filter(element__in=tree.element_ids.tolist())
            .select_related("programme", "element").order_by("pk")
        )  # fmt: skip
        if rows:
            row = data.draw(st.sampled_from(rows))
            new = ledger.reaffirm(
                programme=row.programme, element=row.element, replaces=row.pk, by=self.dai
            )
            self.accepted.add(new.pk)

    @invariant()
    def one_revision_is_in_force_on_each_day(self):
        days = Revision.objects.filter(published_in__isnull=False).values_list(
            "in_force_from", flat=True
        )
        assert len(days) == len(set(days))
        assert frame.current().tree("STR", today()) is not None

    @invariant()
    def what_was_printed_stays_true(self):
        for day, numbers in self.printed.items():
            assert self.numbers(day) == numbers

    @invariant()
    def every_record_is_of_the_wording_in_force_or_flagged(self):
        columns, day = frame.current(), today()
        tree = columns.tree("STR", day)
        stands = standing.standing(columns, tree, day)
        counted = standing.has(stands, standing.COUNTS)
        reworded = standing.has(stands[counted], standing.REWORDED)
        flagged = dict(zip(columns.ledger.ids[counted].tolist(), reworded, strict=True))
        for row in Alignment.objects.open().select_related("wording__revision"):
            if row.pk not in flagged:
                assert row.element_id not in tree.element_ids.tolist()
                continue
            assert flagged[row.pk] == self.says_something_else(row, day)

    def says_something_else(self, row, day):
        """Compare each text since the one judged with the last before it, gaps or not."""
        since = row.wording.revision.in_force_from
        texts = Wording.objects.filter(
            element=row.element_id, revision__published_in__isnull=False,
            revision__in_force_from__gte=since, revision__in_force_from__lte=day,
        ).order_by("revision__in_force_from")  # fmt: skip
        return any(
            (old.title_en, old.title_ja) != (new.title_en, new.title_ja)
            and new.modification != Wording.Modification.EDITORIAL
            for old, new in itertools.pairwise(texts)
        )

    @invariant()
    def no_record_is_lost(self):
        assert set(Alignment.objects.values_list("pk", flat=True)) == self.accepted

    @invariant()
    def the_crosswalk_is_closed(self):
        for revision in Revision.objects.all():
            here = set(revision.wordings.values_list("element", flat=True))
            before = (
                strategy_queries.published_revisions(self.strategy.pk)
                .filter(in_force_from__lt=revision.in_force_from or datetime.date.max)
                .exclude(pk=revision.pk)
            )
            known = set(
                Wording.objects.filter(revision__in=before).values_list(
                    "element", flat=True
                )
            )
            for origin in Origin.objects.filter(revision=revision):
                assert origin.element_id in here
                assert origin.origin_id in known


STEPS = 25
RUNS = runs("steps of a strategy's life, in two parts") // 2 // STEPS


@pytest.mark.parametrize("part", range(2))
def test_a_strategys_life_keeps_its_promises(db, part):
    run_state_machine_as_test(
        seed(part)(type(f"Life{part}", (Life,), {})),
        settings=settings(worlds.RANDOM, max_examples=RUNS, stateful_step_count=STEPS),
    )
