"""How lists of the API are cut into pages."""

from rest_framework.pagination import PageNumberPagination


class Pagination(PageNumberPagination):
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000
    # "page=last" would be a second way of saying what "next" and "count" say.
    last_page_strings = ()
