"""Read pages in a language, and find the English that is left in them."""

import gettext
import re
from functools import cache
from html.parser import HTMLParser

from django.conf import settings as site
from django.urls import reverse

from strategy_app.models import Change, PendingDocument, PendingTable, Target

CATALOGUE = site.LOCALE_PATHS[0] / "ja" / "LC_MESSAGES" / "django.mo"
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
# Languages are offered by their own names.
OWN_NAMES = {"English"}

# Each page of ours: the name of its address, with its arguments, and a query.
PAGES = {
    "overview": ([], ""),
    "matrix": ([], "?by=country"),
    "gaps": ([], "?by=department"),
    "timeline": ([], ""),
    "compare": ([], ""),
    "definitions": ([], ""),
    "strategy-list": ([], ""),
    "strategy": (["STR"], ""),
    "strategy-revision": (["STR", "2017-08-01"], ""),
    "strategy-compare": (["STR"], ""),
    "element": (["STR", "A"], ""),
    "draft": (["STR"], ""),
    "draft-name": (["STR"], ""),
    "draft-add": (["STR"], "?below=A"),
    "draft-discard": (["STR"], ""),
    "draft-element": (["STR", "A.1"], ""),
    "programme-list": ([], ""),
    "programme": (["PRG-1"], ""),
    "align": (["PRG-1", "STR", "A.1"], ""),
    "tagging": ([], "?open=A"),
    "paste": ([], ""),
    "paste-table": (["a table"], ""),
    "change-list": ([], ""),
    "change": (["newest"], ""),
    "revert": (["a judgement"], ""),
    "queue": ([], "?kind=unconfirmed"),
    "review": ([], ""),
    "account": ([], ""),
    "target-add": (["STR", "A.1"], ""),
    "target": (["a target"], ""),
    "view-list": ([], ""),
    "draft-publish": (["STR"], ""),
    "draft-document": (["STR"], ""),
    "draft-document-rows": (["STR", "a document"], "?row=2"),
}


class _Words(HTMLParser):
    """What a reader sees or is read, but for what is marked as being in English."""

    VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
            "source", "track", "wbr"}  # fmt: skip

    def __init__(self):
        super().__init__()
        self.found, self.open = [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        is_english = attrs.get("lang") == "en" and tag != "html"
        is_hidden = is_english or tag in ("script", "style")
        if self.open and self.open[-1][1]:
            is_hidden = True
        if not is_hidden:
            self.found += [
                attrs.get(name) for name in ("aria-label", "title", "placeholder")
            ]
            # A button shows what it holds, not its value.
            if tag == "input" and attrs.get("type") == "submit":
                self.found.append(attrs.get("value"))
        if tag not in self.VOID:
            self.open.append((tag, is_hidden))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not (self.open and self.open[-1][1]):
            self.found.append(data)


def words_of(response):
    """Return the set of texts of a page, each as one piece of markup holds it."""
    parser = _Words()
    parser.feed(response.content.decode())
    return {re.sub(r"\s+", " ", text).strip(" :") for text in parser.found if text}


@cache
def english():
    """Return what the interface says in English where it has to say it in Japanese."""
    with CATALOGUE.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog
    texts = {key[0] if isinstance(key, tuple) else key for key in catalogue}
    texts = {text.rpartition("\x04")[2].strip() for text in texts}
    return {text for text in texts if len(text) > 3 and "%" not in text} - OWN_NAMES


def title_of(response):
    return re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)[1]


def language_of(response):
    """Return the language that the page says it is in, to people and to programs."""
    lang = re.search(r'<html lang="([\w-]+)"', response.content.decode())[1]
    return lang, response.headers["Content-Language"]


def address(name):
    arguments, query = PAGES[name]
    if arguments == ["newest"]:
        arguments = [Change.objects.order_by("-id").values_list("pk", flat=True)[0]]
    if arguments == ["a judgement"]:
        arguments = [Change.objects.filter(action="align").order_by("id")[0].pk]
    if arguments == ["a table"]:
        arguments = [PendingTable.objects.get().pk]
    if arguments == ["STR", "a document"]:
        arguments = ["STR", PendingDocument.objects.get().pk]
    if arguments == ["a target"]:
        arguments = [Target.objects.order_by("id").values_list("pk", flat=True)[0]]
    return reverse(name, args=arguments) + query


def read(client, path, language="ja"):
    return client.get(path, headers={"Accept-Language": language})
