"""Where everything in the API is, and its description."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from strategy_app.api.base import BAD_PARAMETER, Reading
from strategy_app.api.serializers import RootSerializer

_ADDRESSES = {
    "strategies": "api-strategies-list",
    "elements": "api-elements-list",
    "programmes": "api-programmes-list",
    "alignments": "api-alignments-list",
    "changes": "api-changes-list",
    "coverage": "api-coverage",
    "matrix": "api-coverage-matrix",
    "gaps": "api-coverage-gaps",
    "timeline": "api-coverage-timeline",
    "compare": "api-coverage-compare",
}


class RootView(Reading, APIView):
    """The addresses of the API."""

    @extend_schema(
        summary="The addresses of the API",
        responses=BAD_PARAMETER | {200: RootSerializer},
    )
    def get(self, request):
        return Response(
            {
                name: reverse(address, request=request)
                for name, address in _ADDRESSES.items()
            }
        )


class NothingHere(APIView):
    """Answers in the API's own shape where it has no address."""

    @extend_schema(exclude=True)
    def get(self, request, rest):
        raise Http404

    post = put = patch = delete = get


SchemaView = SpectacularAPIView.as_view()
DocsView = SpectacularSwaggerSplitView.as_view(url_name="api-schema")
