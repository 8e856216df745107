"""What holds for the repository as a whole."""

import ast
import gettext
import re
import subprocess
import sys
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils.translation.template import templatize

ROOT = settings.BASE_DIR
CATALOGUE = ROOT / "strategy_app" / "locale" / "ja" / "LC_MESSAGES" / "django.po"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SOURCES = [
    path for folder in ("strategy_app", "config") for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
]  # fmt: skip


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_layers_are_kept():
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


# --- languages ---


def entries(path):
    """Return [(flags, msgid, [msgstr, …])] of a catalogue, obsolete entries left out."""
    found = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        lines = [line for line in block.splitlines() if not line.startswith("#~")]
        marks = " ".join(line for line in lines if line.startswith("#,"))
        flags = set(re.findall(r"[\w-]+", marks))
        fields, name = {}, None
        for line in lines:
            if match := re.match(r'(msg\w+(?:\[\d\])?) (".*")$', line):
                name = match[1]
                fields[name] = ast.literal_eval(match[2])
            elif line.startswith('"'):
                fields[name] += ast.literal_eval(line)
        if fields.get("msgid"):
            texts = [text for key, text in fields.items() if key.startswith("msgstr")]
            context = fields.get("msgctxt")
            msgid = fields["msgid"]
            found.append((flags, f"{context}\x04{msgid}" if context else msgid, texts))
    return found


def test_a_guess_and_a_gap_are_seen(tmp_path):
    path = tmp_path / "django.po"
    path.write_text(
        'msgid ""\nmsgstr "Language: ja\\n"\n\n#: a.py\n#, fuzzy, python-format\nmsgid ""\n'
        '"a %(b)s"\nmsgstr "c"\n\nmsgctxt "x"\nmsgid "d"\nmsgstr ""\n\n#~ msgid "e"\n'
        '#~ msgstr "f"\n'
    )
    assert entries(path) == [
        ({"fuzzy", "python-format"}, "a %(b)s", ["c"]),
        (set(), "x\x04d", [""]),
    ]


def test_every_text_is_translated_and_none_guessed():
    found = entries(CATALOGUE)
    assert len(found) > 100
    assert [msgid for flags, msgid, _texts in found if "fuzzy" in flags] == []
    assert [msgid for _flags, msgid, texts in found if not texts or not all(texts)] == []


def test_translations_have_the_same_placeholders():
    placeholder = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")
    assert [
        msgid
        for _flags, msgid, texts in entries(CATALOGUE)
        for text in texts
        if set(placeholder.findall(text)) != set(placeholder.findall(msgid))
    ] == []


def compiled(path):
    with path.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog
    return {key: text for key, text in catalogue.items() if key}


def test_the_compiled_catalogue_is_current():
    expected = {}
    for _flags, msgid, texts in entries(CATALOGUE):
        if len(texts) == 1 and (msgid, 0) not in compiled(CATALOGUE.with_suffix(".mo")):
            expected[msgid] = texts[0]
        else:
            expected |= {(msgid, number): text for number, text in enumerate(texts)}
    assert compiled(CATALOGUE.with_suffix(".mo")) == expected


def texts_of_python(path):
    """Return the texts that a module gives to gettext as literals."""
    names = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            text = getattr(node.args[0], "value", None)
            if name in names and isinstance(text, str):
                yield text


def texts_of_template(path):
    """Return the texts that a template gives to gettext, without those in a context."""
    quoted = r"""('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
    source = templatize(path.read_text(encoding="utf-8"))
    for match in re.finditer(rf"(?<!\w)n?(?:gettext|_)\(u?{quoted}", source):
        yield ast.literal_eval(match[1])


def test_every_text_in_the_code_is_in_the_catalogue():
    known = {msgid for _flags, msgid, _texts in entries(CATALOGUE)}
    # What Django itself says in Japanese need not be said again.
    folder = Path(django.__file__).parent / "conf" / "locale" / "ja" / "LC_MESSAGES"
    known |= set(compiled(folder / "django.mo"))
    used = {
        text: path.relative_to(ROOT)
        for paths, read in [(SOURCES, texts_of_python), (TEMPLATES, texts_of_template)]
        for path in paths
        for text in read(path)
    }
    assert len(used) > 100
    assert {
        text: str(path) for text, path in used.items() if text and text not in known
    } == {}


# --- the way in ---


def test_what_the_readme_says_to_type_there_is():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.M))
    named = set(
        re.findall(r"(?:^ *|`|\$ )(?:[A-Z_]+=\S+ )*make ([a-z][a-z-]*)", text, re.M)
    )
    assert {"run", "test"} <= named
    assert named - targets == set()


def test_commands_that_the_readme_names_there_are():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"manage\.py (\w+)", text))
    from django.core.management import get_commands

    assert named - set(get_commands()) == set()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_has_its_hashes(name):
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in text.splitlines() if line.strip() and line[0] not in " #"]
    assert len(pins) > 20
    assert [pin for pin in pins if not re.match(r"[\w.\[\],-]+==\S+", pin)] == []
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []


def test_the_run_time_pins_are_those_that_are_tested():
    def pins(name):
        text = (ROOT / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", text, re.M))

    tested = pins("requirements-dev.txt")
    assert {name: tested.get(name) for name in pins("requirements.txt")} == pins(
        "requirements.txt"
    )


# --- templates ---

_INLINE = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc\s*=)", re.I),
    "handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "javascript address": re.compile(r"javascript:", re.I),
    "file from elsewhere": re.compile(
        r"<(?:script|link|img)\b[^>]*\b(?:src|href)=.https?:", re.I
    ),
}  # fmt: skip


def without_comments(path):
    return re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("what", _INLINE)
def test_no_template_has_what_the_policy_forbids(what):
    assert len(TEMPLATES) > 10
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in TEMPLATES
        if (match := _INLINE[what].search(without_comments(path)))
    }
    assert found == {}


def test_nothing_but_services_writes():
    """Outside of services, importers' helpers and models, nobody calls a saving method."""
    saving = {"save", "create", "bulk_create", "bulk_update", "update_or_create",
              "get_or_create", "delete"}  # fmt: skip
    found = {}
    for path in SOURCES:
        place = path.relative_to(ROOT).parts
        if place[0] != "strategy_app" or place[1] in ("services", "models"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if node.func.attr in saving and ".objects" in owner:
                    found[str(path.relative_to(ROOT)), node.lineno] = ast.unparse(node.func)
    assert found == {}


# --- the design system ---


def test_the_stylesheets_stay_light_and_are_all_our_own():
    static = ROOT / "strategy_app" / "static" / "strategy_app"
    sheets = list(static.rglob("*.css"))
    assert {sheet.parent for sheet in sheets} == {static / "css"}
    assert sum(sheet.stat().st_size for sheet in sheets) <= 45 * 1024


def test_colours_are_named_by_what_they_mean():
    """A rule takes its colours from tokens.css; the administration maps its own header."""
    css = ROOT / "strategy_app" / "static" / "strategy_app" / "css"
    primitives = {
        sheet.name: re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;,)\s])", sheet.read_text())
        for sheet in css.glob("*.css")
        if sheet.name not in {"tokens.css", "admin.css"}
    }
    assert {name: found for name, found in primitives.items() if found} == {
        "print.css": ["#fff"]
    }
