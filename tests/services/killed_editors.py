"""Write a strategy in processes that are killed; prints what is left (``test_killed.py``).

    python -m tests.services.killed_editors (guarded|unguarded) VERB=KILLS…

It runs on the product's own settings, on the empty database in DATABASE_URL. The draft has
a hundred elements, forty of them reworded and ten of them split from others.
"""

import datetime
import json
import os
import sys

import django
from django.core.management import call_command

from tests import killing

ELEMENTS, REWORDED, PARTS = 100, 40, 10


def main(mode, *asked):
    """Kill writers of each verb asked for; print what became of them, by verb."""
    from tests import factories

    call_command("migrate", verbosity=0)
    factories.make_strategy(elements=[f"E{number}" for number in range(ELEMENTS)])
    for username in ("chie", "dai"):
        factories.make_person(username, role="admin")
    found = {}
    for verb, _is, kills in (words.partition("=") for words in asked):
        found[verb] = killed(verb, int(kills), mode)
    print(json.dumps(found))  # noqa: T201


def killed(verb, kills, mode):
    """Return what the verb writes, and [moment, exit code, what it wrote] of each kill."""
    written(verb, "guarded")  # the first time nothing is warm
    prepare(verb)
    before = state()
    seconds = killing.seconds_of(write, verb, "guarded")
    whole = since(before)

    outcomes = []
    for number, part in enumerate(killing.parts(kills)):
        moment = seconds * part
        code, wrote = written(verb, mode, after=moment)
        seconds = killing.needed(seconds, moment, code)
        killing.use(f"{verb.upper()}-{number}")
        outcomes.append([round(moment, 3), code, wrote])
        if wrote not in ({}, whole):
            break  # there is nothing to go on from
    return {"seconds": seconds, "whole": whole, "outcomes": outcomes}


def written(verb, mode, after=None):
    """Write in a process that is killed; return its exit code and what it wrote."""
    prepare(verb)
    before = state()
    code = killing.killed(write, verb, mode, after=after)
    return code, since(before)


def state():
    """Return how many rows there are of all that the verbs write."""
    from strategy_app.models import Change, Element, Origin, Revision, Wording

    kept = [Revision, Wording, Element, Origin]
    rows = {model.__name__: model.objects.count() for model in [Change, *kept]}
    histories = {f"{model.__name__} histories": model.history.count() for model in kept}
    return rows | histories | {
        "published": Revision.objects.exclude(published_in=None).count(),
        "approved": Revision.objects.filter(published_in=None)
        .exclude(approved_in=None).count(),
        "decided": Wording.objects.exclude(decided_by=None).count(),
    }  # fmt: skip


def since(before):
    """Return of what there is more now, or less."""
    after = state()
    return {
        name: after[name] - before[name] for name in after if after[name] != before[name]
    }


def write(verb, mode):
    """Do it once, as its page does."""
    from strategy_app.models import User
    from strategy_app.services import strategy as services

    if mode == "unguarded":
        killing.without_transactions()
    chie, draft = User.objects.get(username="chie"), the_draft()
    if verb == "publish":
        services.publish(
            revision=draft, in_force_from=next_day(), by=chie, despite_warnings=True
        )
    elif verb == "start":
        services.create_draft(strategy=the_strategy(), by=chie, name_en="Next")
    elif verb == "discard":
        services.discard_draft(revision=draft, by=chie)
    elif verb == "edit":
        row = draft.wordings.get(element__code="E0")
        text = f"After edit {row.edited_in_id}."
        services.edit(wording=row, replaces=row.edited_in_id, by=chie, body_en=text)


def prepare(verb):
    """Let there be what the verb writes on: a whole draft, or none where one is started."""
    from strategy_app.models import User
    from strategy_app.services import strategy as services

    chie, dai = (User.objects.get(username=name) for name in ("chie", "dai"))
    draft = the_draft()
    if verb == "start":
        if draft is not None:
            services.discard_draft(revision=draft, by=chie)
        return
    if draft is None:
        draft = a_draft(chie)
    if verb == "edit" and draft.approved_in_id is None:
        services.approve(revision=draft, by=dai)


def a_draft(by):
    """Start a draft with all that may be in one."""
    from strategy_app.services import strategy as services
    from strategy_app.services.change import recording

    with recording("edit_strategy", by=by):
        draft = services.create_draft(strategy=the_strategy(), by=by, name_en="Next")
        rows = list(draft.wordings.select_related("element").order_by("position"))
        for row in rows[:REWORDED]:
            text = f"Wording of {draft.pk}."
            services.edit(wording=row, replaces=row.edited_in_id, by=by, body_en=text)
        for row in rows[-PARTS:]:
            services.delete_wording(wording=row, by=by)
        for number in range(PARTS):
            part = services.add(
                revision=draft, code=f"P{draft.pk}-{number}", parent=None, by=by,
                type=rows[0].type, title_en="Part", title_ja="部分",
            )  # fmt: skip
            whole = rows[-PARTS + number // 2].element
            services.set_origins(wording=part, kind="split", origins=[whole], by=by)
    return draft


def the_strategy():
    from strategy_app.models import Strategy

    return Strategy.objects.get()


def the_draft():
    from strategy_app.models import Revision

    return Revision.objects.filter(published_in=None).first()


def next_day():
    """Return the first day on which another revision can take force."""
    from strategy_app.models import Revision

    newest = Revision.objects.exclude(published_in=None).latest("in_force_from")
    return newest.in_force_from + datetime.timedelta(days=1)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    main(*sys.argv[1:])
