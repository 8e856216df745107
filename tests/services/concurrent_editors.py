"""Two strategy admins at once: prints what became of it (``test_concurrent_editors.py``).

    python -m tests.services.concurrent_editors ROUNDS (guarded|unguarded) ONE+OTHER…

They run on the product's own settings, on the empty database in DATABASE_URL, each in a
process. Both have read the draft before a barrier lets them write.
"""

import datetime
import json
import multiprocessing
import os
import sys
from importlib import import_module

import django
from django.core.management import call_command
from django.db import connections

ELEMENTS = [f"E{number}" for number in range(40)]


def main(rounds, mode, *pairs):
    """Let each pair meet so many times; print [both outcomes, what was, what is]."""
    from tests import factories

    call_command("migrate", verbosity=0)
    factories.make_strategy(elements=ELEMENTS)
    for username in ("chie", "eri"):
        factories.make_person(username, role="admin")
    print(  # noqa: T201
        json.dumps(
            {
                pair: [
                    meet(*pair.split("+"), mode, number) for number in range(int(rounds))
                ]
                for pair in pairs
            }
        )
    )


def meet(one, other, mode, number):
    """Let two write at once; return what became of either, what was, and what is."""
    prepare(one)
    before = state()
    context = multiprocessing.get_context("fork")
    gate, said = context.Barrier(2), context.SimpleQueue()
    verbs = [(one, "chie"), (other, "eri")]
    if number % 2:  # whoever is started first is ahead a little
        verbs.reverse()
    connections.close_all()  # none may be shared with the processes
    writers = [
        context.Process(target=act, args=(verb, username, mode, gate, said))
        for verb, username in verbs
    ]
    for writer in writers:
        writer.start()
    outcomes = dict(said.get() for _writer in writers)
    for writer in writers:
        writer.join()
    return [outcomes["chie"], outcomes["eri"], before, state()]


def act(verb, username, mode, gate, said):
    """Read, wait for the other one, write; say what became of it."""
    from strategy_app.models import User

    if mode == "unguarded":
        # The twin: whoever has read the draft takes it for what it is now.
        module = import_module("strategy_app.services.strategy.publish")
        module._as_read = lambda revision, _version: revision
    outcome = "done"
    try:
        write = VERBS[verb](User.objects.get(username=username))
        gate.wait(30)
        write()
    except Exception as error:
        outcome = type(error).__name__
    said.put((username, outcome))
    connections.close_all()


# --- what they do: read at once, and return the function that writes ---


def publishing(by):
    from strategy_app.services import strategy as services

    draft, version, day = the_draft(), the_version(), next_day()
    return lambda: services.publish(
        revision=draft, in_force_from=day, by=by, version=version, despite_warnings=True
    )


def approving(by):
    from strategy_app.services import strategy as services

    draft, version = the_draft(), the_version()
    return lambda: services.approve(revision=draft, by=by, version=version)


def starting(by):
    from strategy_app.models import Strategy
    from strategy_app.services import strategy as services

    strategy = Strategy.objects.get()
    return lambda: services.create_draft(strategy=strategy, by=by, name_en="Next")


def editing(by):
    from strategy_app.services import strategy as services

    row = the_draft().wordings.select_related("element").get(element__code="E0")
    words = f"Written by {by.username} after {row.edited_in_id}."
    return lambda: services.edit(
        wording=row, replaces=row.edited_in_id, by=by, body_en=words
    )


def discarding(by):
    from strategy_app.services import strategy as services

    draft = the_draft()
    return lambda: services.discard_draft(revision=draft, by=by)


VERBS = {
    "publish": publishing, "approve": approving, "start": starting, "edit": editing,
    "discard": discarding,
}  # fmt: skip


# --- what there is ---


def prepare(verb):
    """Let there be a draft, or none where one is started."""
    from strategy_app.models import Strategy, User
    from strategy_app.services import strategy as services

    by, draft = User.objects.get(username="chie"), the_draft()
    if verb == "start" and draft is not None:
        services.discard_draft(revision=draft, by=by)
    elif verb != "start" and draft is None:
        services.create_draft(strategy=Strategy.objects.get(), by=by, name_en="Next")


def state():
    """Return what the strategy is now: texts of its draft and of its newest revision."""
    from strategy_app.models import Revision

    draft, newest = the_draft(), the_newest()
    return {
        "drafts": Revision.objects.filter(published_in=None).count(),
        "is_approved": bool(draft and draft.approved_in_id),
        "draft": texts(draft) if draft else None,
        "newest": newest.pk,
        "published": texts(newest),
    }


def texts(revision):
    return dict(revision.wordings.values_list("element__code", "body_en"))


def the_draft():
    from strategy_app.models import Revision

    return Revision.objects.filter(published_in=None).first()


def the_version():
    from strategy_app.queries.strategy import version_of

    return version_of(the_draft())


def the_newest():
    from strategy_app.models import Revision

    return Revision.objects.exclude(published_in=None).latest("in_force_from")


def next_day():
    """Return the first day on which another revision can take force."""
    return the_newest().in_force_from + datetime.timedelta(days=1)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    main(*sys.argv[1:])
