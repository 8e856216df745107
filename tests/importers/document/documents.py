"""Make documents for tests: texts, and DOCX files as word processors write them."""

import io
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from strategy_app.importers import document

SAMPLES = Path(__file__).parent / "samples"
_SCHEMAS = "http://schemas.openxmlformats.org"
_SPACE = (
    f'xmlns:w="{_SCHEMAS}/wordprocessingml/2006/main"'
    f' xmlns:mc="{_SCHEMAS}/markup-compatibility/2006"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
_BREAK = '<w:r><w:br w:type="page"/></w:r>'

STYLES = f"""<w:styles {_SPACE}>
<w:style w:type="paragraph" w:styleId="a1"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/>
<w:basedOn w:val="1"/></w:style>
<w:style w:type="paragraph" w:styleId="mine"><w:name w:val="My own"/>
<w:basedOn w:val="2"/></w:style>
<w:style w:type="paragraph" w:styleId="ListBullet"><w:name w:val="List Bullet"/></w:style>
<w:style w:type="paragraph" w:styleId="Heading 3"><w:name w:val="heading 3"/>
</w:style>
<w:style w:type="paragraph" w:styleId="toc1"><w:name w:val="toc 1"/></w:style>
</w:styles>"""
NUMBERING = f"""<w:numbering {_SPACE}>
<w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>
<w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/>
<w:lvlText w:val="(%1-%2)"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/>
<w:lvlText w:val="·"/></w:lvl><w:lvl w:ilvl="1">
<w:numFmt w:val="bullet"/><w:lvlText w:val="-"/></w:lvl>
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


_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels"
 ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/></Types>"""


def _relations(**targets):
    inner = "".join(
        f'<Relationship Id="r{name}" Type="{_KIND}/{name.rstrip("0123456789")}"'
        f' Target="{target}"/>'
        for name, target in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def docx(*body, **parts):
    """Return the bytes of a DOCX; ``parts`` are further files by name without ".xml"."""
    files = {"styles": STYLES, "numbering": NUMBERING} | parts
    relations = _relations(**{name: f"{name}.xml" for name in files})
    files["document"] = (
        f"<w:document {_SPACE}><w:body>{''.join(body)}</w:body></w:document>"
    )
    return archive(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _relations(officeDocument="word/document.xml"),
            "word/_rels/document.xml.rels": relations,
        }
        | {f"word/{name}.xml": text for name, text in files.items()}
    )


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
