"""Read our pages in tests: what stands in them, as a reader would see it."""

import re
from html.parser import HTMLParser


class _Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts, self.links = [], []
        self._href = self._named = None

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self._href = dict(attrs).get("href")
            self._named = dict(attrs).get("aria-label")
            self.links.append([self._href, self._named or ""])

    def handle_endtag(self, tag):
        if tag == "a":
            self._href = None

    def handle_data(self, data):
        self.parts.append(data)
        if self._href is not None and not self._named:
            self.links[-1][1] += data


def _read(response):
    parser = _Text()
    parser.feed(response.content.decode())
    return parser


def text_of(response):
    """Return the text of a page, white space folded."""
    return re.sub(r"\s+", " ", " ".join(_read(response).parts))


def links_of(response):
    """Return (address, label) of every link of a page, white space folded."""
    return [
        (href, re.sub(r"\s+", " ", label).strip()) for href, label in _read(response).links
    ]


def link(response, label):
    """Return where the link with exactly this label leads."""
    found = [href for href, text in links_of(response) if text == label]
    assert found, f"no link {label!r} among {[text for _href, text in links_of(response)]}"
    return found[0]


class _Parts(HTMLParser):
    def __init__(self, tag):
        super().__init__()
        self.tag, self.found, self._depth = tag, [], 0

    def handle_starttag(self, tag, attrs):
        if tag == self.tag:
            self._depth += 1
            if self._depth == 1:
                self.found.append((dict(attrs), []))

    def handle_endtag(self, tag):
        self._depth -= tag == self.tag

    def handle_data(self, data):
        if self._depth:
            self.found[-1][1].append(data)


def parts_of(response, tag, css=""):
    """Return (id, text) of the outermost elements of a kind, white space folded.

    css: only those of this class.
    """
    parser = _Parts(tag)
    parser.feed(response.content.decode())
    return [
        (attrs.get("id", ""), re.sub(r"\s+", " ", " ".join(texts)).strip())
        for attrs, texts in parser.found
        if not css or css in (attrs.get("class") or "").split()
    ]
