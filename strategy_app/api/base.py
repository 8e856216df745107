"""What every answer of the API has in common."""

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework.exceptions import ParseError
from rest_framework.permissions import SAFE_METHODS

from strategy_app.api import parameters
from strategy_app.api.errors import INVALID

# What a GET answers to a parameter or a value that there is not.
BAD_PARAMETER = {400: OpenApiResponse(INVALID, "An unknown parameter or value.")}

_MOST_BYTES = 2_621_440  # Django's own default


class Reading:
    """A view whose query string is read, and refused, before anything else happens.

    list_parameters: the form of a list; detail_parameters: of everything else.
    """

    list_parameters = parameters.PageParameters
    detail_parameters = parameters.NoParameters

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        # The site's own limit leaves room for a table of 5,000 rows; nothing here needs it.
        if int(request.META.get("CONTENT_LENGTH") or 0) > _MOST_BYTES:
            raise RequestDataTooBig
        if request.method in SAFE_METHODS:
            is_list = getattr(self, "action", "") == "list"
            form_class = self.list_parameters if is_list else self.detail_parameters
            self.form = parameters.read(form_class, request)

    def handle_exception(self, exc):
        # Django's own limits, on sizes and numbers of fields, are no fault of ours.
        if isinstance(exc, SuspiciousOperation):
            exc = ParseError(_("This is more than can be sent at once."))
        return super().handle_exception(exc)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Accept-Language", "Authorization", "Cookie"])
        return response
