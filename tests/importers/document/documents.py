"""Make documents for tests: texts, and DOCX files as word processors write them."""

import io
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from strategy_app.importers import document

SAMPLES = Path(__file__).parent / "samples"
_SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_BREAK = '<w:r><w:br w:type="page"/></w:r>'

STYLES = f"""<w:styles {_SPACE}>
<w:style w:styleId="a1"><w:name w:val="Title"/></w:style>
<w:style w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/></w:style>
<w:style w:styleId="2"><w:name w:val="heading 2"/><w:basedOn w:val="1"/></w:style>
<w:style w:styleId="mine"><w:name w:val="My own"/><w:basedOn w:val="2"/></w:style>
</w:styles>"""
NUMBERING = f"""<w:numbering {_SPACE}>
<w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>
<w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/>
<w:lvlText w:val="(%1-%2)"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/>
<w:lvlText w:val="·"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>
</w:numbering>"""


def paragraph(text, *, style="", number=None, depth=0):
    """Return one paragraph; words between ** are bold, a form feed is a page break."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if number is not None:
        properties += (
            f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
        )
    runs = ""
    for place, part in enumerate(text.split("**")):
        bold = "<w:rPr><w:b/></w:rPr>" if place % 2 else ""
        for turn, piece in enumerate(part.split("\f")):
            runs += _BREAK if turn else ""
            words = f'<w:t xml:space="preserve">{escape(piece)}</w:t>'
            runs += f"<w:r>{bold}{words}</w:r>" if piece else ""
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def table(*rows):
    """Return a table of texts."""
    lines = (
        "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl>{''.join(lines)}</w:tbl>"


def docx(*body, **parts):
    """Return the bytes of a DOCX; ``parts`` are further files by name without ".xml"."""
    files = {"styles": STYLES, "numbering": NUMBERING} | parts
    files["document"] = (
        f"<w:document {_SPACE}><w:body>{''.join(body)}</w:body></w:document>"
    )
    return archive({f"word/{name}.xml": text for name, text in files.items()})


def archive(files):
    """Return the bytes of a ZIP archive of files by their paths."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for path, content in files.items():
            new.writestr(path, content)
    return written.getvalue()


def sample(language):
    """Return the draft of the sample strategy."""
    path = SAMPLES / f"strategy_{language}.md"
    return document.outline(document.read(path.read_bytes(), name=path.name))


def draft_of(text, **options):
    """Return the draft of a text."""
    return document.outline(document.read(text.encode()), **options)


def codes(draft):
    """Return {code: title} of a draft."""
    return {element.code: element.title for element in draft.elements}
