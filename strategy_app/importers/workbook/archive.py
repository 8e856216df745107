"""The archive that a workbook is: what is in it, where, and not more than it may."""

import io
import posixpath
import zipfile

from defusedxml.expatreader import create_parser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from strategy_app.importers.workbook.parts import Elements, Enough, Part
from strategy_app.importers.workbook.refusals import damaged, too_large_unpacked

MOST_UNPACKED = 64 * 1024 * 1024
# A sheet packs to a fifth or a tenth, one of all the same rows to a hundredth.
MOST_RATIO, _NOT_A_BOMB = 200, 1024 * 1024
_MOST_FILES = 1_000
_CHUNK = 64 * 1024

ZIP = b"PK\x03\x04"
# The container of old and of encrypted workbooks.
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def opened(content: bytes, name: str) -> zipfile.ZipFile:
    """Return the archive, having seen that its directory promises nothing excessive."""
    if content.startswith(OLD):
        raise ValidationError(
            _("This is an old or an encrypted workbook: save it as plain XLSX.")
        )
    if not content.startswith(ZIP):
        raise damaged()
    archive = zipfile.ZipFile(io.BytesIO(content))
    files = archive.infolist()
    if promises_too_much(files):
        raise too_large_unpacked()
    names = {item.filename for item in files}
    if any(item.flag_bits & 1 for item in files):
        raise ValidationError(_("This file is encrypted: save it without a password."))
    if "[Content_Types].xml" not in names:
        raise damaged()
    types = b"".join(_unpacked(archive, "[Content_Types].xml"))
    if name.lower().endswith((".xlsm", ".xltm")) or b"macroEnabled" in types or any(
        item.endswith("vbaProject.bin") for item in names
    ):  # fmt: skip
        raise ValidationError(
            _("This workbook contains macros: save it as XLSX and send it again.")
        )
    return archive


def promises_too_much(files: list[zipfile.ZipInfo]) -> bool:
    """Whether an archive's directory tells of more than anybody means to send."""
    is_bomb = sum(item.file_size for item in files) > MOST_UNPACKED or any(
        item.file_size > _NOT_A_BOMB
        and item.file_size > MOST_RATIO * max(item.compress_size, 1)
        for item in files
    )
    return is_bomb or len(files) > _MOST_FILES


def _unpacked(archive, path):
    """Yield a file of the archive piece by piece; its directory may have lied."""
    size = 0
    with archive.open(path) as file:
        while piece := file.read(_CHUNK):
            size += len(piece)
            if size > MOST_UNPACKED:
                raise too_large_unpacked()
            yield piece


def parse(archive: zipfile.ZipFile, path: str, handler: Part) -> None:
    """Give the XML of one file to a handler, which may stop it."""
    parser = create_parser(forbid_dtd=True)
    parser.setContentHandler(handler)
    try:
        for piece in _unpacked(archive, path):
            parser.feed(piece)
    except Enough:
        return
    parser.close()


def first_sheet(archive: zipfile.ZipFile) -> str:
    """Return the path of the first sheet that is shown."""
    book = Elements("sheet", "workbookPr")
    path = _book(archive)
    parse(archive, path, book)
    if any(attributes.get("date1904") in ("1", "true") for attributes in
           book.found["workbookPr"]):  # fmt: skip
        raise ValidationError(
            _("This workbook counts days from 1904: switch that off in its settings.")
        )
    shown = [
        attributes for attributes in book.found["sheet"]
        if attributes.get("state", "visible") == "visible"
    ]  # fmt: skip
    if not shown:
        raise damaged()
    return _target(archive, path, lambda item: item["Id"] == shown[0]["id"])


def _book(archive):
    """Return the path of the workbook's own part."""
    return _target(
        archive, "", lambda item: item.get("Type", "").endswith("/officeDocument")
    )


def beside(archive: zipfile.ZipFile, name: str) -> str:
    """Return the path of a part that stands beside the workbook's own."""
    return posixpath.join(posixpath.dirname(_book(archive)), name)


def _target(archive, path, is_it):
    """Return where a part of the archive leads."""
    folder, name = posixpath.split(path)
    relations = Elements("Relationship")
    parse(archive, posixpath.join(folder, "_rels", f"{name}.rels"), relations)
    for attributes in relations.found["Relationship"]:
        if is_it(attributes) and attributes.get("TargetMode") != "External":
            joined = posixpath.join("/", folder, attributes["Target"])
            return posixpath.normpath(joined).lstrip("/")
    raise damaged()
