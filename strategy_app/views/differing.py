"""In what two sides of a comparison differ, as pages say it."""

from django.urls import reverse

from strategy_app.coverage.compare import Kind, Pair, definition_of

# Kinds in which coverage grew; the others say that it shrank. Told by shape.
UPWARDS = {Kind.ADDED, Kind.RAISED, Kind.BEGUN}


def other_side(pair: Pair) -> dict:
    """Return the parameter that names the other side."""
    name = "with" if pair.by == "day" else f"with_{pair.by}"
    return {name: getattr(pair.other.scope, pair.by)}


def kinds_of(by, numbers, address):
    """Return each kind: what it is called and means, how many there are, where they are.

    by: in what both sides differ. numbers: how many, by kind.
    """
    return [
        {
            "kind": kind,
            "definition": definition_of(kind, by),
            "number": number,
            "is_upwards": kind in UPWARDS,
            "address": address(kind.value),
        }
        for kind, number in numbers.items()
    ]


def since(pair: Pair) -> dict:
    """Return what the overview says of the changes since another day."""
    kept = other_side(pair)
    address = f"{reverse('compare')}?{pair.own.scope.query(**kept)}"
    return {
        "before": pair.before.scope.day,
        "after": pair.after.scope.day,
        "other": pair.other.scope.day,
        "kept": pair.own.scope.parameters().items(),
        "address": address,
        "kinds": kinds_of(
            pair.by, pair.by_kind(), lambda kind: f"{address}&kind={kind}#changes"
        ),
    }
