"""The parts of a DOCX as they are stored, read while they stream by."""

import re
from dataclasses import dataclass, field

from strategy_app.importers.document import words
from strategy_app.importers.workbook.parts import Part

_HEADING = re.compile(r"(?:heading|見出し)\s*([1-9])\Z", re.I)
_TITLE = re.compile(r"(?:title|表題)\Z", re.I)
_LIST = re.compile(r"list\s*(?:bullet|number)|箇条書き|段落番号", re.I)
_LEVELS = 9
_NO_NUMBER = "0"


@dataclass
class Paragraph:
    """One paragraph, or one table, of a DOCX."""

    text: str = ""
    style: str = ""
    numbering: str | None = None
    depth: int = 0
    outline: int | None = None
    follows_page_break: bool = False
    ends_page: bool = False
    is_table: bool = False
    note: str = ""
    references: list[tuple[str, str]] = field(default_factory=list)
    # (words, whether they are bold), and after which of them a page break stood.
    runs: list[tuple[str, bool]] = field(default_factory=list)


def _value(attrs, name="val", default=None):
    return attrs.get(f"w:{name}", attrs.get(name, default))


def _is_on(attrs):
    return _value(attrs, default="1") not in ("0", "false", "off", "none")


def _depth(attrs):
    value = _value(attrs, default="0")
    return min(int(value), _LEVELS - 1) if value.isdecimal() else 0


class Body(Part):
    """The paragraphs of the text, those of a table as one."""

    def __init__(self):
        super().__init__()
        self.paragraphs = []
        self.open = []
        self.rows = []
        self.tables = 0
        self.ignored = 0
        self.bold = False
        self.in_run = self.in_style = False
        self.note = ""
        self.reading, self.readings = None, []

    # What stands in two forms and what was deleted are no text.
    def _ignore(self, _attrs=None):
        self.ignored += 1

    def _heed(self):
        self.ignored -= 1

    begin_Fallback = begin_del = begin_moveFrom = _ignore  # noqa: N815
    end_Fallback = end_del = end_moveFrom = _heed  # noqa: N815

    # The reading above a word comes before it, and is kept behind it in brackets.
    def begin_rt(self, _attrs):
        self.reading = []

    def end_rt(self):
        self.readings.append("".join(self.reading))
        self.reading = None

    def end_ruby(self):
        reading = self.readings.pop().strip() if self.readings else ""
        if reading and self.open and self.open[-1].runs:
            # As bold as its word.
            self.open[-1].runs.append((f"（{reading}）", self.open[-1].runs[-1][1]))

    def begin_footnote(self, attrs):
        self.note = _value(attrs, "id", "")

    begin_endnote = begin_comment = begin_footnote

    def begin_p(self, _attrs):
        self.open.append(Paragraph(note=self.note))

    def end_p(self):
        paragraph = self.open.pop()
        paragraph.text = _joined_runs(paragraph.runs)
        if self.tables:
            self.rows[-1][-1].append(paragraph)
        elif self.ignored == 0:
            self.paragraphs.append(paragraph)

    def begin_pPrChange(self, attrs):  # noqa: N802 -- the element's name
        self._ignore(attrs)

    def end_pPrChange(self):  # noqa: N802
        self._heed()

    def begin_pStyle(self, attrs):  # noqa: N802
        if self.open and not self.ignored:
            self.open[-1].style = _value(attrs, default="")

    def begin_outlineLvl(self, attrs):  # noqa: N802
        value = _value(attrs, default="9")
        if self.open and not self.ignored and value.isdecimal() and int(value) < _LEVELS:
            self.open[-1].outline = int(value)

    def begin_numId(self, attrs):  # noqa: N802
        if self.open and not self.ignored:
            self.open[-1].numbering = _value(attrs, default=_NO_NUMBER)

    def begin_ilvl(self, attrs):
        if self.open and not self.ignored:
            self.open[-1].depth = _depth(attrs)

    def begin_pageBreakBefore(self, attrs):  # noqa: N802
        if self.open and not self.ignored:
            self.open[-1].follows_page_break = _is_on(attrs)

    def begin_r(self, _attrs):
        self.bold, self.in_run = False, True

    def end_r(self):
        self.bold = self.in_run = False

    def begin_b(self, attrs):
        if self.in_run:
            self.bold = _is_on(attrs)

    begin_t = Part.begin_text

    def end_t(self):
        self._write(self.end_text())

    def begin_tab(self, _attrs):
        if self.in_run:
            self._write("\t")

    def begin_noBreakHyphen(self, _attrs):  # noqa: N802
        self._write("-")

    def begin_cr(self, _attrs):
        self._write("\n")

    def begin_br(self, attrs):
        if _value(attrs, "type") == "page":
            self.begin_lastRenderedPageBreak()
        else:
            self._write("\n")

    def begin_lastRenderedPageBreak(self, _attrs=None):  # noqa: N802
        if self.open and not self.ignored:
            paragraph = self.open[-1]
            if any(text.strip() for text, _bold in paragraph.runs):
                paragraph.ends_page = True
            else:
                paragraph.follows_page_break = True

    def _refer(self, kind, attrs):
        if self.open and not self.ignored:
            number = _value(attrs, "id", "")
            self.open[-1].references.append((kind, number))
            self._write(f"[{number}]")

    def begin_footnoteReference(self, attrs):  # noqa: N802
        self._refer("footnote", attrs)

    def begin_endnoteReference(self, attrs):  # noqa: N802
        self._refer("endnote", attrs)

    def begin_commentReference(self, attrs):  # noqa: N802
        # No reader of the document sees a sign of it.
        if self.open and not self.ignored:
            self.open[-1].references.append(("comment", _value(attrs, "id", "")))

    def _write(self, text):
        if self.reading is not None:
            if not self.ignored:
                self.reading.append(text)
        elif self.open and not self.ignored and text:
            paragraph = self.open[-1]
            if text.strip() and paragraph.ends_page:
                # The break stood within: what follows it is the same paragraph.
                paragraph.ends_page = False
            paragraph.runs.append((text, self.bold))

    def begin_tbl(self, _attrs):
        self.tables += 1
        if self.tables == 1:
            self.rows = []

    def begin_tr(self, _attrs):
        if self.tables == 1:
            self.rows.append([[]])

    def begin_tc(self, _attrs):
        if self.tables == 1 and self.rows[-1][-1]:
            self.rows[-1].append([])

    def end_tbl(self):
        self.tables -= 1
        if self.tables:
            return
        table = Paragraph(is_table=True, note=self.note)
        cells = [item for row in self.rows for cell in row for item in cell]
        table.references = [each for item in cells for each in item.references]
        table.text = _table_text(
            [[" ".join(item.text.replace("\n", " ").strip() for item in cell)
              for cell in row] for row in self.rows]
        )  # fmt: skip
        self.paragraphs.append(table)


def _table_text(rows):
    """Return rows of cells as a Markdown table, one column as paragraphs."""
    rows = [row for row in rows if any(row)]
    columns = max(map(len, rows), default=0)
    if columns < 2:
        return "\n\n".join(cell for row in rows for cell in row)
    lines = [
        [re.sub(r"(?<!\\)\|", r"\\|", cell) for cell in row] + [""] * (columns - len(row))
        for row in rows
    ]
    lines.insert(1, ["---"] * columns)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _joined_runs(runs):
    """Return the words of runs, bold ones between ** as Markdown has them."""
    merged = []
    for text, bold in runs:
        # Blanks are as bold as what is before them, so that words are not torn apart.
        is_bold = bold if text.strip() or not merged else merged[-1][1]
        if merged and merged[-1][1] == is_bold:
            merged[-1][0] += text
        else:
            merged.append([text, is_bold])
    found = ""
    for text, bold in merged:
        inner = text.strip()
        if not bold or not inner or "**" in inner or "\n" in inner:
            found += text
            continue
        left = text[: len(text) - len(text.lstrip())]
        found += f"{left}**{inner}**{text[len(left) + len(inner) :]}"
    # A line break within a paragraph is where the line was too long, or meant to end.
    lines = [line.strip() for line in found.split("\n")]
    whole = lines[0] if len(lines) > 1 else found
    for line in lines[1:]:
        whole = words.join(whole, line)
    return whole


@dataclass
class Style:
    """What a style says of its paragraphs."""

    heading: int | None = None
    is_list: bool = False
    numbering: str | None = None
    depth: int = 0
    base: str = ""


class Styles(Part):
    """The styles of a DOCX by their ids."""

    def __init__(self):
        super().__init__()
        self.known = {}
        self.style = None

    def of(self, name: str) -> Style:
        """Return the style of that id; what it lacks comes from those it is based on."""
        found, seen = Style(), set()
        while name and name not in seen:
            seen.add(name)
            style = self.known.get(name) or _named(name)
            if found.heading is None:
                found.heading = style.heading
            if found.numbering is None:
                found.numbering, found.depth = style.numbering, style.depth
            found.is_list = found.is_list or style.is_list
            name = style.base
        return found

    def begin_style(self, attrs):
        self.style = self.known[_value(attrs, "styleId", "")] = Style()

    def begin_name(self, attrs):
        if self.style is not None:
            named = _named(_value(attrs, default=""))
            self.style.is_list = named.is_list
            if named.heading is not None:
                self.style.heading = named.heading

    def begin_basedOn(self, attrs):  # noqa: N802 -- the element's name
        if self.style is not None:
            self.style.base = _value(attrs, default="")

    def begin_outlineLvl(self, attrs):  # noqa: N802
        value = _value(attrs, default="9")
        if self.style is None or self.style.heading is not None:
            return
        if value.isdecimal() and int(value) < _LEVELS:
            self.style.heading = int(value) + 1

    def begin_numId(self, attrs):  # noqa: N802
        if self.style is not None:
            self.style.numbering = _value(attrs, default=_NO_NUMBER)

    def begin_ilvl(self, attrs):
        if self.style is not None:
            self.style.depth = _depth(attrs)

    def end_style(self):
        self.style = None


def _named(name):
    """Return what the name of a style tells."""
    if match := _HEADING.match(name):
        return Style(heading=int(match[1]))
    return Style(
        heading=0 if _TITLE.match(name) else None, is_list=bool(_LIST.search(name))
    )


class Numbering(Part):
    """What Word writes before the items of lists, counted as it counts them."""

    def __init__(self):
        super().__init__()
        self.formats = {}
        self.lists = {}
        self.counts = {}
        self.abstract = self.number = None
        self.depth = 0

    def begin_abstractNum(self, attrs):  # noqa: N802 -- the element's name
        self.abstract = _value(attrs, "abstractNumId", "")

    def end_abstractNum(self):  # noqa: N802
        self.abstract = None

    def begin_num(self, attrs):
        self.number = _value(attrs, "numId", "")

    def end_num(self):
        self.number = None

    def begin_abstractNumId(self, attrs):  # noqa: N802
        if self.number is not None:
            self.lists[self.number] = _value(attrs, default="")

    def begin_lvl(self, attrs):
        value = _value(attrs, "ilvl", "0")
        self.depth = int(value) if value.isdecimal() else 0
        if self.abstract is not None:
            self._format()

    def _format(self):
        known = self.formats.setdefault((self.abstract, self.depth), {})
        return {} if self.abstract is None else known

    def begin_numFmt(self, attrs):  # noqa: N802
        self._format()["format"] = _value(attrs, default="decimal")

    def begin_lvlText(self, attrs):  # noqa: N802
        self._format()["text"] = _value(attrs, default="")

    def begin_start(self, attrs):
        self._format()["start"] = _value(attrs, default="1")

    def sign(self, number: str | None, depth: int) -> str | None:
        """Return what stands before the next item of a list, or None outside of any."""
        if number is None or number == _NO_NUMBER:
            return None
        abstract = self.lists.get(number, number)
        form = self.formats.get((abstract, depth), {})
        if form.get("format", "bullet") in ("bullet", "none"):
            return "•"
        counts = self.counts.setdefault(abstract, {})
        for deeper in [place for place in counts if place > depth]:
            del counts[deeper]
        counts[depth] = (
            counts[depth] + 1 if depth in counts else self._start(abstract, depth)
        )
        text = form.get("text") or f"%{depth + 1}."
        return re.sub(
            r"%([1-9])",
            lambda match: str(counts.get(int(match[1]) - 1,
                                         self._start(abstract, int(match[1]) - 1))),
            text,
        )  # fmt: skip

    def _start(self, abstract, depth):
        value = self.formats.get((abstract, depth), {}).get("start", "1")
        return int(value) if value.isdecimal() else 1
