"""What is said of a workbook that is not read."""

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _


def too_many(most: int) -> ValidationError:
    """Return what is said of a table of too many rows."""
    return ValidationError(
        _("A table may have at most %(most)s rows: split it.")
        % {"most": number_format(most, force_grouping=True)}
    )


def too_far_down(number: int) -> ValidationError:
    """Return what is said of a table that begins, or goes on, far below."""
    return ValidationError(
        _("Row %(row)d is too far down: leave out the empty rows above it.")
        % {"row": number}
    )


def too_far_right(number: int) -> ValidationError:
    """Return what is said of a table with far too many columns."""
    return ValidationError(
        _("Row %(row)d has too many columns: leave out what is not part of the table.")
        % {"row": number}
    )


def damaged() -> ValidationError:
    """Return what is said of a file that is not what it seems."""
    return ValidationError(_("This file is not an XLSX workbook, or it is damaged."))


def too_large_unpacked() -> ValidationError:
    """Return what is said of a file that grows too large; its code tells it from others."""
    return ValidationError(
        _("This workbook is too large once it is unpacked."), code="unpacked"
    )
