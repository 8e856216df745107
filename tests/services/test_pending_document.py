"""Documents that are looked over: their owner's, corrected row by row, kept once."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from strategy_app.importers import strategy_document
from strategy_app.models import Change, PendingDocument, Revision
from strategy_app.services import pending_document
from strategy_app.services.pending import KEPT_FOR
from strategy_app.services.pending_document import KeptAlready, Overtaken
from tests import factories


def correct(document, number, by, **values):
    return pending_document.correct(
        document=document, number=number, values=values, by=by,
        replaces=pending_document.state_of(document, number),
    )  # fmt: skip


TEXT = "# Aims\n\n- Open up\n- Reach out\n"


@pytest.fixture
def document(db, chie):
    factories.make_strategy()
    return factories.make_document(TEXT, chie)


def test_corrections_of_other_rows_stay(document, chie):
    """Two windows, each with the rows as they were."""
    other = PendingDocument.objects.get()
    for window, number, title in ((document, 2, "First"), (other, 3, "Second")):
        correct(window, number, chie, title_en=title)
    rows = PendingDocument.objects.get().rows
    assert [row["title_en"] for row in rows[1:]] == ["Aims", "First", "Second"]
    assert [row["is_seen"] for row in rows] == [False, False, True, True]


def test_a_correction_names_the_row_as_it_was_read(document, chie):
    read = pending_document.state_of(document, 2)
    correct(document, 2, chie, title_en="First")
    before = PendingDocument.objects.values().get()
    with pytest.raises(Overtaken):
        pending_document.correct(
            document=document, number=2, values={"title_en": "Second"}, replaces=read,
            by=chie,
        )  # fmt: skip
    assert PendingDocument.objects.values().get() == before


def test_a_text_is_laid_only_where_there_is_none(document, chie):
    before = PendingDocument.objects.values().get()
    for number, to in ((2, 3), (2, 2), (2, 0), (0, 2), (2, 99)):
        with pytest.raises(LookupError):
            pending_document.move_text(
                document=document, number=number, to=to, language="en", by=chie
            )
    assert PendingDocument.objects.values().get() == before


def test_nobody_else_touches_it(document, dai):
    before = PendingDocument.objects.values().get()
    with pytest.raises(PermissionDenied):
        correct(document, 1, dai, code="X")
    with pytest.raises(PermissionDenied):
        pending_document.throw_away(document=document, by=dai)
    with pytest.raises(PermissionDenied):
        strategy_document.keep(document=document, by=dai)
    assert PendingDocument.objects.values().get() == before
    assert not Revision.objects.filter(published_in=None).exists()


def test_what_was_kept_is_closed(document, chie):
    other = PendingDocument.objects.get()
    revision = strategy_document.keep(document=document, by=chie)
    change = Change.objects.latest("id")
    for act in (
        lambda: correct(other, 1, chie),
        lambda: pending_document.throw_away(document=other, by=chie),
        lambda: strategy_document.keep(document=other, by=chie),
    ):
        with pytest.raises(KeptAlready) as refused:
            act()
        assert refused.value.change == change
    assert list(Revision.objects.filter(published_in=None)) == [revision]
    assert Change.objects.latest("id") == change


def test_what_is_old_is_removed_when_another_one_comes(document, chie, dai):
    old = timezone.now() - KEPT_FOR - datetime.timedelta(minutes=1)
    PendingDocument.objects.update(made_at=old)
    new = factories.make_document(TEXT, dai)
    assert list(PendingDocument.objects.all()) == [new]


def test_what_was_corrected_lately_is_not_old(document, chie, dai):
    PendingDocument.objects.update(made_at=timezone.now() - KEPT_FOR)
    correct(document, 2, chie, title_en="First")
    new = factories.make_document(TEXT, dai)
    assert list(PendingDocument.objects.order_by("id")) == [document, new]
