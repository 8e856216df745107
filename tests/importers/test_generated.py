"""Made-up data: as much as was asked for, and such as people could have recorded."""

from strategy_app.importers import generated
from strategy_app.models import Alignment, Origin, Programme, Revision, Wording


def test_revisions_reword_and_split_and_rows_judge_the_words_of_their_day(db, monkeypatch):
    size = generated.Size(20, top=2, below=4, revisions=3)
    monkeypatch.setitem(generated.SIZES, "few", size)
    programmes, rows = generated.generate("few", seed=1)
    assert (programmes, rows) == (Programme.objects.count(), Alignment.objects.count())
    assert programmes == 20

    revisions = list(Revision.objects.order_by("in_force_from"))
    assert [row.is_draft for row in revisions] == [False] * 3
    assert [row.wordings.count() for row in revisions] == [10, 11, 12]
    assert [Origin.objects.filter(revision=row).count() for row in revisions] == [0, 2, 2]
    changed = Wording.objects.filter(modification__in=["editorial", "material"])
    assert {row.revision for row in changed} == {*revisions[1:]}

    for row in Alignment.objects.select_related("wording__revision"):
        worded = Wording.objects.filter(
            element=row.element, revision__in_force_from__lte=row.valid_from
        )
        assert row.wording == worded.latest("revision__in_force_from")
