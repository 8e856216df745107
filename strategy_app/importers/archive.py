"""What an archive (DOCX, ODT, XLSX, ODS) may be before any library unpacks it."""

import io
import zipfile
import zlib
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_UNPACKED = 64 * 1024 * 1024
# A sheet packs to a fifth or a tenth, one of all the same rows to a hundredth.
MOST_RATIO, _NOT_A_BOMB = 200, 1024 * 1024
_MOST_FILES = 1_000
_CHUNK = 64 * 1024
# A document type stands before the first element.
_HEAD = 4 * 1024

ZIP = b"PK\x03\x04"
# The container of old and of encrypted files of Office.
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# What reading says where a file is not what it seems.
DAMAGE = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


def opened(content: bytes) -> zipfile.ZipFile:
    """Return the archive, having seen that nothing in it is excessive or could act.

    Raises ValidationError, or one of DAMAGE where it is no archive.
    """
    archive = zipfile.ZipFile(io.BytesIO(content))
    files = archive.infolist()
    if len(files) > _MOST_FILES or _promises_too_much(files):
        raise too_large_unpacked()
    if any(item.flag_bits & 1 for item in files):
        raise ValidationError(_("This file is encrypted: save it without a password."))
    if any(item.filename.endswith("vbaProject.bin") for item in files):
        raise macros()
    for item in files:
        if item.filename.endswith((".xml", ".rels")):
            with archive.open(item) as part:
                head = part.read(_HEAD).replace(b"\0", b"")
            if b"<!DOCTYPE" in head:
                raise ValidationError(
                    _("This file has a document type in it, which no program writes.")
                )
    return archive


def _promises_too_much(files):
    return sum(item.file_size for item in files) > MOST_UNPACKED or any(
        item.file_size > _NOT_A_BOMB
        and item.file_size > MOST_RATIO * max(item.compress_size, 1)
        for item in files
    )


def unpacked(archive: zipfile.ZipFile, path: str, most: int = MOST_UNPACKED) -> bytes:
    """Return one file of an archive, of so many bytes at most: its directory may lie."""
    size, found = 0, []
    with archive.open(path) as file:
        while piece := file.read(_CHUNK):
            size += len(piece)
            if size > most:
                raise too_large_unpacked()
            found.append(piece)
    return b"".join(found)


def macros() -> ValidationError:
    """Return what is said of a file that contains macros."""
    return ValidationError(
        _("This file contains macros: save it without them and send it again.")
    )


def too_large_unpacked() -> ValidationError:
    """Return what is said of a file that grows too large."""
    return ValidationError(_("This file is too large once it is unpacked."))
