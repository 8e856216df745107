"""Write what a plan says: the one place where rows of the ledger are written."""

from collections import defaultdict

from strategy_app.models import Alignment, Change, Deferral, Dismissal, Evidence, Return
from strategy_app.services.change import discard, recording
from strategy_app.services.ledger.facts import batches
from strategy_app.services.ledger.plan import Plan, Refused, again
from strategy_app.services.ledger.step import begins_on

_INSERTED_AT_ONCE = 500
# Of what stands beside the ledger, the field that points to the change.
_WRITTEN_IN = {
    Return: "returned_in",
    Deferral: "deferred_in",
    Dismissal: "dismissed_in",
}


def carry_out(
    plan: Plan,
    *,
    action: str | None = None,
    source: str = Change.Source.PAGE,
    reason: str = "",
) -> Change | None:
    """Write just what ``plan`` says in one change, or raise Refused and write nothing.

    It is made again when its turn to write has come: where another row is in force by
    then, or another text or proposals than the plan was made with, that is a refusal. The
    plan then holds the rows that were written. Returns the change, None where there was
    nothing to do. action: by default that of what is asked.
    """
    if plan.refused:
        raise Refused(plan)
    with recording(
        action or plan.action, by=plan.by, source=source, reason=reason
    ) as change:
        now = again(plan)
        if now.refused:
            raise Refused(now)
        plan.steps = now.steps
        if not plan.to_do:
            discard(change)
            return None
        _close([step.current for step in plan.steps if step.closes], change)
        _open([step for step in plan.steps if step.opens is not None], change)
        _confirm([step.row for step in plan.steps if step.confirms], change)
        for step in plan.steps:
            if step.beside is not None:
                setattr(step.beside, _WRITTEN_IN[type(step.beside)], change)
                step.beside.save()
        return change


def _close(rows, change):
    """Close rows in force, each on the day on which its successor begins."""
    by_day = defaultdict(list)
    for row in rows:
        row.valid_until, row.closed_in = begins_on(row), change
        by_day[row.valid_until].append(row.pk)
    for day, ids in by_day.items():
        for some in batches(ids):
            Alignment.objects.filter(pk__in=some).update(valid_until=day, closed_in=change)


def _open(steps, change):
    """Append rows, and record the evidence that they rest on."""
    for step in steps:
        step.opens.opened_in = change
        if step.opens.valid_until is not None:
            step.opens.closed_in = change  # history that has ended
    Alignment.objects.bulk_create(
        [step.opens for step in steps], batch_size=_INSERTED_AT_ONCE
    )
    Evidence.objects.bulk_create(
        [
            Evidence(
                alignment=step.opens,
                title=item.title,
                url=item.url,
                file=item.file,
                dated_on=item.dated_on,
            )
            for step in steps
            for item in step.sources
        ],
        batch_size=_INSERTED_AT_ONCE,
    )


def _confirm(rows, change):
    for row in rows:
        row.confirmed_in = change
    for some in batches(row.pk for row in rows):
        Alignment.objects.filter(pk__in=some).update(confirmed_in=change)
