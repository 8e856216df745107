"""The administration at /admin/: every save goes through ``strategy_app.services``."""

from strategy_app.admin import (
    ledger,
    people,
    programme,
    reference,
    strategy,
)

__all__ = ["ledger", "people", "programme", "reference", "strategy"]
