"""Addresses of the API."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from strategy_app.api import alignments, coverage, lists, revisions, root

router = SimpleRouter(use_regex_path=False)
router.register("strategies", lists.StrategyViewSet, "api-strategies")
router.register("elements", lists.ElementViewSet, "api-elements")
router.register("programmes", lists.ProgrammeViewSet, "api-programmes")
router.register("alignments", alignments.AlignmentViewSet, "api-alignments")
router.register("changes", lists.ChangeViewSet, "api-changes")

version_1 = [
    path("", root.RootView.as_view(), name="api-root"),
    path("coverage/", coverage.CoverageView.as_view(), name="api-coverage"),
    path("coverage/matrix/", coverage.MatrixView.as_view(), name="api-coverage-matrix"),
    path("coverage/gaps/", coverage.GapsView.as_view(), name="api-coverage-gaps"),
    path(
        "coverage/timeline/",
        coverage.TimelineView.as_view(),
        name="api-coverage-timeline",
    ),
    path(
        "coverage/compare/",
        coverage.CompareView.as_view(),
        name="api-coverage-compare",
    ),
    *router.urls,
    path(
        "strategies/<str:code>/revisions/",
        revisions.RevisionViewSet.as_view({"get": "list"}),
        name="api-revisions-list",
    ),
    path(
        "strategies/<str:code>/revisions/<str:day>/",
        revisions.RevisionViewSet.as_view({"get": "retrieve"}),
        name="api-revisions-detail",
    ),
    path(
        "strategies/<str:code>/diff/",
        revisions.RevisionDiffView.as_view({"get": "retrieve"}),
        name="api-revisions-diff",
    ),
    path(
        "strategies/<str:code>/correspondences/",
        revisions.CorrespondenceViewSet.as_view({"get": "list"}),
        name="api-correspondences-list",
    ),
    # With its slash only, so that Django can still add one that is missing.
    re_path(r"^(?P<rest>.+)/$", root.NothingHere.as_view(), name="api-nothing"),
]

urlpatterns = [
    path("schema/", root.SchemaView, name="api-schema"),
    path("docs/", root.DocsView, name="api-docs"),
    path("v1/", include(version_1)),
]
