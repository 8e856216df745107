"""How a record stands, read from the rows one by one; beside ``oracle``."""

from strategy_app.coverage import standing
from tests.coverage.oracle import is_active, months_before


def state(oracle, record, scope):
    """Return the State of one record on the scope's day."""
    is_held = oracle.holds(record, scope.day)
    wordings = oracle.wordings_in_force(scope)
    is_alignable = any(
        wording.element_id == record.element_id and wording.is_alignable
        for wording in wordings
    )
    known = [row for row in oracle.programmes if row.id == record.programme_id]
    is_running = any(is_active(programme, scope.day) for programme in known)
    has_lapsed = oracle.is_confirmed(record) and oracle.lapse(record, scope) is not None
    oldest = months_before(scope.day, oracle.thresholds.fresh_months)
    said = {
        standing.IN_FORCE: is_held,
        standing.ALIGNABLE: is_alignable,
        standing.COUNTS: is_held and is_alignable and is_running,
        standing.REWORDED: oracle.needs_review(record, scope),
        standing.STALE: record.judgement.valid_from <= oldest,
        standing.UNEVIDENCED: not any(one.dated_on for one in record.evidence.all()),
        standing.UNCONFIRMED: not oracle.is_confirmed(record) or has_lapsed,
        standing.LAPSED: has_lapsed,
    }
    return standing.State(sum(int(flag) for flag, is_so in said.items() if is_so))
