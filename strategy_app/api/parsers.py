"""Read what is sent to the API."""

import json

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """JSON of a reasonable depth, in text that can be stored."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            body = super().parse(stream, media_type, parser_context)
            # Half of a surrogate pair is legal in JSON and can be stored nowhere.
            json.dumps(body, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError(_("This is nested too deeply.")) from None
        except UnicodeEncodeError:
            raise ParseError(_("This text has characters that do not exist.")) from None
        return body
