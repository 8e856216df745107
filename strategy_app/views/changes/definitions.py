"""What every figure means."""

from django.shortcuts import render

from strategy_app.coverage import definitions as coverage_definitions
from strategy_app.queries.strategy import level_definitions
from strategy_app.views.scoping import frame_of, reading, scoped


@reading
@scoped()
def definitions(request):
    """Show every figure and formula in words, with the thresholds in force."""
    levels = {
        level: (str(definition.name), str(definition.use_when))
        for level, definition in level_definitions().items()
    }
    thresholds = frame_of(request).thresholds
    context = {"sections": coverage_definitions.sections(thresholds, levels)}
    return render(request, "strategy_app/changes/definitions.html", context)
