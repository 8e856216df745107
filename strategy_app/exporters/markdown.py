"""Markdown of the strategy's texts as a small tree, for what is not a page."""

import re
from urllib.parse import urljoin, urlsplit

from markdown_it.tree import SyntaxTreeNode

from strategy_app.templatetags.strategy import MARKDOWN

# Lists and quotations within one another, as deep as a narrow column can show them.
_DEEPEST = 5
_SCHEMES = {"http", "https", "mailto", "tel"}
_LONGEST_ADDRESS = 2_000
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_MARKS = {"strong": "strong", "em": "emphasis"}


def blocks(text: str, *, base: str) -> list[dict]:
    """Return a text as blocks, all of them plain data; HTML in it stays text.

    A block has a ``kind``: paragraph, heading, list (``items``, each of blocks; ``start``,
    None without numbers), quote (``blocks``), code (``text``), table (``rows`` of cells,
    the first its head) or rule. Paragraphs, headings and cells are ``spans``: pieces of
    text, each with ``marks`` among strong, emphasis and code, and perhaps a ``link``.
    base: the address that relative links start from.
    """
    root = SyntaxTreeNode(MARKDOWN.parse(text))
    return _blocks(root.children, base, 0)


def _blocks(nodes, base, depth):
    found = []
    for node in nodes:
        found += _block(node, base, depth)
    return found


def _block(node, base, depth):
    kind = node.type
    if kind in ("paragraph", "heading"):
        spans = _spans(node, base)
        # A heading without a word is nothing to read, and no standard lets it pass.
        is_left_out = kind == "heading" and not any(span["text"].strip() for span in spans)
        return [] if is_left_out else [{"kind": kind, "spans": spans}]
    if kind in ("bullet_list", "ordered_list"):
        return _list(node, base, depth)
    if kind == "blockquote":
        inner = _blocks(node.children, base, depth + 1)
        return [{"kind": "quote", "blocks": inner}] if depth < _DEEPEST else inner
    if kind in ("fence", "code_block"):
        return [{"kind": "code", "text": node.content.rstrip("\n")}]
    if kind == "table":
        return [{"kind": "table", "rows": _rows(node, base)}]
    return [{"kind": "rule"}] if kind == "hr" else []


def _list(node, base, depth):
    items = [_blocks(item.children, base, depth + 1) for item in node.children]
    if depth >= _DEEPEST:
        return [block for item in items for block in item]
    start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    return [{"kind": "list", "start": start, "items": items}]


def _rows(table, base):
    return [
        [_spans(cell, base) for cell in row.children]
        for part in table.children
        for row in part.children
    ]


def _spans(node, base):
    """Return what stands in a paragraph, heading or cell, piece by piece."""
    found = []
    for inline in node.children:
        _collect(inline.children, base, frozenset(), None, found)
    return _joined(found)


def _collect(nodes, base, marks, link, found):
    for node in nodes:
        if node.type in _MARKS:
            _collect(node.children, base, marks | {_MARKS[node.type]}, link, found)
        elif node.type == "link":
            address = _address(str(node.attrs.get("href", "")), base)
            _collect(node.children, base, marks, address, found)
        elif node.type == "image":  # ours are the only pictures shown; its words stay
            _collect(node.children, base, marks, link, found)
        elif node.type == "code_inline":
            found.append((node.content, marks | {"code"}, link))
        else:
            text = {"softbreak": "\r", "hardbreak": "\n"}.get(node.type, node.content)
            if text:
                found.append((text, marks, link))


def _joined(found):
    """Return spans; a line of the source ends in a space, but not between Japanese."""
    spans = []
    for number, (text, marks, link) in enumerate(found):
        shown = text
        if text == "\r":
            before = found[number - 1][0][-1:] if number else ""
            after = found[number + 1][0][:1] if number + 1 < len(found) else ""
            shown = "" if _WIDE.match(before) and _WIDE.match(after) else " "
        if shown:
            span = {"text": shown, "marks": sorted(marks)}
            spans.append(span | {"link": link} if link else span)
    return spans


def _address(address, base):
    """Return where a link leads, None where that is nowhere for a reader on paper."""
    try:
        whole = urljoin(base, address)
        scheme = urlsplit(whole).scheme
    except ValueError:
        return None
    is_good = scheme in _SCHEMES and len(whole) <= _LONGEST_ADDRESS
    return whole if is_good else None
