"""Every address of the product but sign-in and the administration's own."""

import datetime

from django.urls import include, path, register_converter

from strategy_app.views import health
from strategy_app.views.account import account, saved_view
from strategy_app.views.changes import change, definitions
from strategy_app.views.explore import compare, matrix, timeline
from strategy_app.views.gaps import gaps
from strategy_app.views.overview import overview
from strategy_app.views.programmes import programme
from strategy_app.views.strategy import (
    feed,
    pending_document,
    publish,
    revision,
    strategy,
    strategy_document,
    strategy_pdf,
    target,
    workshop,
    workshop_element,
)
from strategy_app.views.tagging import batch, cell, grid, paste, queue, review


class CodeConverter:
    """A code as it stands in an address."""

    regex = r"[A-Z0-9]+(?:[.-][A-Z0-9]+)*"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


class NumberConverter(CodeConverter):
    """An id: no more digits than the databases hold."""

    regex = r"[0-9]{1,18}"

    def to_python(self, value):
        return int(value)


class DayConverter:
    """A day as 2026-03-31."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value):
        return datetime.date.fromisoformat(value)

    def to_url(self, value):
        return str(value)


register_converter(CodeConverter, "code")
register_converter(NumberConverter, "number")
register_converter(DayConverter, "day")

_DRAFT = "strategy/<code:code>/draft/"
_DRAFTED = f"{_DRAFT}<code:element_code>/"
_DOCUMENT = f"{_DRAFT}document/<number:number>/"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("matrix/", matrix.matrix, name="matrix"),
    path("gaps/", gaps.gaps, name="gaps"),
    path("timeline/", timeline.timeline_page, name="timeline"),
    path("timeline/chart.svg", timeline.timeline_svg, name="timeline-svg"),
    path("timeline/chart.png", timeline.timeline_png, name="timeline-png"),
    path("compare/", compare.compare, name="compare"),
    path("strategy/", strategy.strategy_list, name="strategy-list"),
    path("strategy/<code:code>/", strategy.strategy, name="strategy"),
    path(
        "strategy/<code:code>/document.pdf", strategy_pdf.strategy_pdf, name="strategy-pdf"
    ),
    path("strategy/<code:code>/draft/publish/", publish.publish, name="draft-publish"),
    path(f"{_DRAFT}document/", strategy_document.upload, name="draft-document"),
    path(_DOCUMENT, pending_document.rows, name="draft-document-rows"),
    path(f"{_DOCUMENT}<number:row>/", pending_document.correct, name="draft-document-row"),
    path(f"{_DOCUMENT}keep/", pending_document.keep, name="draft-document-keep"),
    path(
        f"{_DOCUMENT}throw-away/",
        pending_document.throw_away,
        name="draft-document-away",
    ),
    path(
        "strategy/<code:code>/revisions/<day:day>/",
        revision.revision,
        name="strategy-revision",
    ),
    path(
        "strategy/<code:code>/revisions/<day:day>/document.pdf",
        strategy_pdf.revision_pdf,
        name="strategy-revision-pdf",
    ),
    path("strategy/<code:code>/compare/", revision.compare, name="strategy-compare"),
    path("strategy/<code:code>/feed/", feed.feed, name="strategy-feed"),
    path("strategy/<code:code>/<code:element_code>/", strategy.element, name="element"),
    path(
        "strategy/<code:code>/<code:element_code>/targets/", target.add, name="target-add"
    ),
    path(_DRAFT, workshop.draft, name="draft"),
    path(f"{_DRAFT}name/", workshop.name, name="draft-name"),
    path(f"{_DRAFT}add/", workshop.add, name="draft-add"),
    path(f"{_DRAFT}discard/", workshop.discard, name="draft-discard"),
    path(_DRAFTED, workshop_element.element, name="draft-element"),
    path(f"{_DRAFTED}move/", workshop.move, name="draft-move"),
    path(f"{_DRAFTED}withdraw/", workshop.withdraw, name="draft-withdraw"),
    path(f"{_DRAFTED}restore/", workshop.restore, name="draft-restore"),
    path(f"{_DRAFTED}current/", workshop_element.current, name="draft-current"),
    path(f"{_DRAFTED}decide/", workshop_element.decide, name="draft-decide"),
    path(f"{_DRAFTED}origins/", workshop_element.origins, name="draft-origins"),
    path(f"{_DRAFTED}place/", workshop_element.place, name="draft-place"),
    path(f"{_DRAFTED}code/", workshop_element.recode, name="draft-code"),
    path("targets/<number:number>/", target.revise, name="target"),
    path("targets/<number:number>/remove/", target.remove, name="target-remove"),
    path("definitions/", definitions.definitions, name="definitions"),
    path("programmes/", programme.programme_list, name="programme-list"),
    path("programmes/<code:code>/", programme.programme, name="programme"),
    path(
        "programmes/<code:code>/align/<code:strategy>/<code:element_code>/",
        cell.cell,
        name="align",
    ),
    path("review/", review.review, name="review"),
    path("tagging/queue/", queue.queue, name="queue"),
    path("tagging/", grid.grid, name="tagging"),
    path("tagging/cells/", grid.cells, name="tagging-cells"),
    path("tagging/names/", grid.names, name="tagging-names"),
    path("tagging/write/", batch.write, name="tagging-write"),
    path("tagging/preview/", batch.preview, name="tagging-preview"),
    path("tagging/paste/", paste.paste, name="paste"),
    path("tagging/paste/template.csv", paste.template_csv, name="paste-csv"),
    path("tagging/paste/template.xlsx", paste.template_xlsx, name="paste-xlsx"),
    path("tagging/paste/<number:number>/", paste.paste_table, name="paste-table"),
    path("tagging/paste/<number:number>/apply/", paste.paste_apply, name="paste-apply"),
    path("changes/", change.change_list, name="change-list"),
    path("changes/<number:number>/", change.change, name="change"),
    path("changes/<number:number>/revert/", change.revert, name="revert"),
    path("evidence/<number:number>/", change.evidence_file, name="evidence-file"),
    path("account/", account.account, name="account"),
    path(
        "account/tokens/<number:number>/revoke/", account.revoke_token, name="revoke-token"
    ),
    path("views/", saved_view.view_list, name="view-list"),
    path("views/save/", saved_view.save_view, name="save-view"),
    path("views/<number:number>/delete/", saved_view.delete_view, name="delete-view"),
    path("views/<number:number>/start/", saved_view.start_with, name="start-view"),
    path("language/", account.set_language, name="set-language"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/", include("strategy_app.api.urls")),
]
