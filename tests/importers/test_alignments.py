"""Rows of a table as judgements: cells by the forms' rules, errors at row and column."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from strategy_app.importers.alignments import (
    as_pasted,
    corrected,
    plan_lines,
    read_lines,
    rows_seen,
)
from strategy_app.importers.columns import COLUMNS, HEADERS, header_in
from strategy_app.importers.table import read_table
from strategy_app.models import LevelDefinition, Strategy
from strategy_app.services import ledger, reference
from tests import factories
from tests.importers.workbooks import workbook
from tests.services.ledger import record

HEADER = (
    "Programme\tElement\tLevel\tRationale\tEvidence title\tEvidence address\tEvidence date"
)
SOURCE = "Annual report\thttps://example.org/report\t2026-03-31"


@pytest.fixture
def programme(department_a):
    factories.make_strategy(elements=("A", "A.1", "A.2", "B"), context=("B",))
    return factories.make_programme("P-001", department=department_a)


def lines_of(text, by):
    """Return the lines of a table, judged as if it had been looked at just now."""
    lines = read_lines(read_table(text), strategy=Strategy.objects.get(), by=by)
    plan_lines(lines, by=by, seen=rows_seen(lines))
    return lines


def errors_of(text, by):
    """Return the errors of each line, as {column: first message}."""
    return [
        {column: messages[0] for column, messages in line.errors.items()}
        for line in lines_of(text, by)
    ]


def refusal(text, by):
    with pytest.raises(ValidationError) as refused:
        lines_of(text, by)
    return refused.value.messages


# --- columns ---


def test_without_a_header_the_columns_are_in_their_order(programme, aiko):
    (line,) = lines_of(f"P-001\tA\t2\tBecause.\t{SOURCE}", aiko)
    assert line.kind == "add"
    judgement = line.asked
    assert (judgement.programme, judgement.element.code) == (programme, "A")
    assert (judgement.level, judgement.rationale) == (2, "Because.")
    assert judgement.evidence == [factories.a_source()]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_headers_are_known_in_both_languages_in_any_order(programme, aiko, language):
    names = header_in(language)
    order = ["dated_on", "rationale", "programme", "url", "element", "title", "level"]
    row = {
        "programme": "P-001", "element": "A", "level": "2", "rationale": "Because.",
        "title": "Annual report", "url": "https://example.org/report",
        "dated_on": "2026-03-31",
    }  # fmt: skip
    text = "\t".join(names[key] for key in order) + "\n"
    (line,) = lines_of(text + "\t".join(row[key] for key in order), aiko)
    assert (line.number, line.kind) == (2, "add")
    assert line.step.sources == [factories.a_source()]


def test_every_name_of_a_column_is_one_columns_alone():
    names = [
        name.casefold()
        for of_language in HEADERS.values()
        for names in of_language.values()
        for name in names
    ]
    assert len(set(names)) == len(names)
    assert all(set(of_language) == set(COLUMNS) for of_language in HEADERS.values())


def test_width_case_and_blanks_of_a_header_do_not_matter(programme, aiko):
    header = "ＰＲＯＧＲＡＭＭＥ\t element \tLEVEL\trationale\tevidence_title"
    assert lines_of(f"{header}\nP-001\tA\t1\tBecause.", aiko)[0].kind == "add"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("\tRationale\tMood", ["Row 1, column E: there is no column “Mood” here."]),
        ("\tRationale\tLevel", ["Row 1, column E: “Level” stands here twice."]),
        ("\tReason\t理由", ["Row 1, column E: “Rationale” stands here twice."]),
        ("\tRationale", ["Row 2: column E has no header."]),
        ("", [
            "Row 2: column D has no header.", "Row 2: column E has no header.",
            "These columns are missing: Rationale.",
        ]),
    ],
)  # fmt: skip
def test_a_header_that_is_not_clear_is_refused(programme, aiko, header, words):
    header = f"Programme\tElement\tLevel{header}"
    assert refusal(f"{header}\nP-001\tA\t1\tBecause.\tx", aiko) == words


def test_a_header_of_which_nothing_is_known_is_told_from_a_row(programme, aiko):
    found = refusal("Prog\tElem\tLvl\tWhy\nP-001\tA\t1\tBecause.", aiko)
    assert found[0] == "Row 1, column A: there is no column “Prog” here."
    (line,) = lines_of("P-001\tA\tHigh\tBecause.", aiko)
    assert list(line.errors) == ["level"]


def test_a_header_alone_is_no_table(programme, aiko):
    assert refusal(HEADER, aiko) == ["There is nothing below the header."]


def test_a_row_that_is_longer_than_the_columns_is_wrong(programme, aiko):
    (errors,) = errors_of(f"P-001\tA\t1\tBecause.\t{SOURCE}\t\t\tx", aiko)
    assert errors == {"row": "Column J is one too many."}


# --- cells ---


@pytest.mark.parametrize(
    "code",
    ["P-001", "Ｐ－００１", "p-001", " P-001 ", "P - 001", "P−001", "Pー００１", "P–001"],
)
def test_a_code_is_matched_without_width_case_and_blanks(programme, aiko, code):
    (line,) = lines_of(f"{code}\tａ．１\t1\tBecause.", aiko)
    assert (line.programme, line.element.code, line.kind) == (programme, "A.1", "add")


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("2", 2), ("２", 2), ("主要", 2), ("principal", 2), ("Principal", 2),
        ("ＰＲＩＮＣＩＰＡＬ", 2), ("主要(主たる目的)", 2), ("主要（主たる目的）", 2),
        ("1", 1), ("重要", 1), ("significant", 1),
        ("0", 0), (" 0 ", 0), ("not targeted", 0), ("Not Targeted", 0), ("対象外", 0),
        ("2.0", 2), ("0.0", 0),
    ],
)  # fmt: skip
def test_a_level_is_known_by_number_and_names(programme, aiko, text, level):
    for number, name in [
        (2, "主要(主たる目的)"),
        (1, "重要(副次的目的)"),
        (0, "対象外(確認済み)"),
    ]:
        reference.save(
            LevelDefinition(
                level=number, name_en=f"L{number}", name_ja=name, use_when_en="x"
            ),
            by=None,
        )
    (line,) = lines_of(f"P-001\tA\t{text}\tBecause.\t{SOURCE}", aiko)
    assert (line.level, line.kind) == (level, "add")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-03-31", True), ("2026/3/31", True), ("2026年3月31日", True),
        ("２０２６／３／３１", True), ("46112", True), ("４６１１２", True),
        ("46112.5", True),
        ("2026", False), ("31.3.2026", False), ("2026-02-30", False),
        ("1899-12-31", False), ("60", False),
    ],
)  # fmt: skip
def test_days_are_understood_or_refused(programme, aiko, day, expected):
    (line,) = lines_of(
        f"P-001\tA\t2\tBecause.\tAnnual report\thttps://example.org/report\t{day}", aiko
    )
    if expected:
        assert line.step.sources == [factories.a_source()]
        assert line.cells["dated_on"] == "2026-03-31"
    else:
        assert list(line.errors) == ["dated_on"]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("P-009\tA\t1\tx", "programme", "There is no programme “P-009”."),
        ("\tA\t1\tx", "programme", "Name the programme"),
        ("P-001\tZ\t1\tx", "element", "There is no element “Z” in Strategy STR."),
        ("P-001\t\t1\tx", "element", "Name the element"),
        ("P-001\tB\t1\tx", "element", "This element is context"),
        ("P-001\tA\t3\tx", "level", "Choose a level"),
        ("P-001\tA\t1.5\tx", "level", "Choose a level"),
        ("P-001\tA\t\tx", "level", "Choose a level"),
        ("P-001\tA\tnot assessed\tx", "level", "Choose a level"),
        ("P-001\tA\t1\t", "rationale", "Say why"),
        ("P-001\tA\t0\t", "rationale", "Say in a sentence"),
        ("P-001\tA\t1\t@SUM(A1)", "rationale", "formula"),
        ("P-001\tA\t1\t+cmd|' /C calc'!A0", "rationale", "formula"),
        ("P-001\tA\t1\t＝1+1", "rationale", "formula"),
        ("P-001\tA\t1\t=1+1", "rationale", "formula: put its result"),
        ("=A1\tA\t1\tx", "programme", "formula: put its result"),
        ("P-001\tA\t#N/A\tx", "level", "error of the spreadsheet"),
        ("P-001\tA\t1\t<b>x</b>", "rationale", "markup"),
        ("P-001\tA\t1\t" + "x" * 4001, "rationale", "4001 characters"),
        ("P-001\tA\t2\tx", "title", "dated source"),
        ("P-001\tA\t1\tx\t\thttps://example.org\t2026-03-31", "title", "title"),
        ("P-001\tA\t1\tx\tReport\t\t2026-03-31", "url", "address"),
        ("P-001\tA\t1\tx\tReport\tC:\\report.pdf\t2026-03-31", "url", "http"),
        ("P-001\tA\t1\tx\tReport\tjavascript:alert(1)\t2026-03-31", "url", "http"),
        ("P-001\tA\t1\tx\tReport\thttps://example.org\t", "dated_on", "date"),
        ("P-001\tA\t1\tx\tReport\thttps://example.org\tsoon", "dated_on", "2026-03-31"),
        ("P-001\tA\t1\tx\t=NOW()\thttps://example.org\t2026-03-31", "title", "formula"),
    ],
)  # fmt: skip
def test_each_error_is_at_the_cell_that_it_concerns(programme, aiko, row, column, words):
    (errors,) = errors_of(row, aiko)
    assert list(errors) == [column]
    assert words in errors[column]
    assert "attach" not in errors[column]  # a table holds no files


def test_errors_are_in_the_readers_language(programme, aiko):
    with translation.override("ja"):
        (errors,) = errors_of("P-009\tZ\t7\t=1", aiko)
    assert all(any(letter >= "\u3040" for letter in words) for words in errors.values())
    assert set(errors) == {"programme", "element", "level", "rationale"}


def test_a_programme_of_another_department_or_one_that_has_ended_is_refused(
    programme, aiko
):
    factories.make_programme("P-002", department=factories.make_department("DEP-B"))
    factories.make_programme("P-003", department=programme.department, ends_on="2020")
    errors = errors_of("P-002\tA\t1\tx\nP-003\tA\t1\tx\nP-001\tA\t1\tx", aiko)
    assert [list(line) for line in errors] == [["programme"], ["programme"], []]


def test_the_same_cell_twice_is_an_error_of_the_second(programme, aiko):
    errors = errors_of("P-001\tA\t1\tx\nP-001\tA.1\t1\tx\n\nｐ-００１\tA\t0\ty", aiko)
    assert errors == [{}, {}, {"element": "This cell stands in row 1 already."}]


def test_words_are_kept_as_they_are_but_composed(programme, aiko):
    words = "Ｐ－００１は「髙橋」🎉 葛󠄀城 は\u3099"
    (line,) = lines_of(f"P-001\tA\t1\t{words}", aiko)
    assert line.asked.rationale == "Ｐ－００１は「髙橋」🎉 葛󠄀城 ば"


# --- beside what is recorded ---


def test_a_line_is_an_addition_an_update_or_nothing_new(programme, aiko):
    record(programme, aiko, code="A", rationale="Because.")
    record(programme, aiko, code="A.1", rationale="Because.")
    lines = lines_of(
        "P-001\tA\t1\tBecause.\nP-001\tA.1\t0\tNot so.\nP-001\tA.2\t1\tx", aiko
    )
    assert [line.kind for line in lines] == ["same", "update", "add"]


def test_sources_are_added_and_never_dropped(programme, aiko):
    first = factories.a_source(title="First")
    record(programme, aiko, evidence=[first])
    (line,) = lines_of("P-001\tA\t0\tNot so.", aiko)
    assert line.step.sources == [first]
    (line,) = lines_of(f"P-001\tA\t1\tIt says so.\t{SOURCE}", aiko)
    assert (line.kind, line.step.sources) == ("update", [first, factories.a_source()])
    (line,) = lines_of(
        "P-001\tA\t1\tIt says so.\tFirst\thttps://example.org/report\t2026/3/31", aiko
    )
    assert line.kind == "same"


def test_what_was_recorded_since_it_was_seen_is_a_conflict(programme, aiko, dai):
    lines = read_lines(
        read_table("P-001\tA\t1\tx\nP-001\tA.1\t1\tx"),
        strategy=Strategy.objects.get(),
        by=aiko,
    )
    seen = rows_seen(lines)
    row = record(programme, dai)
    plan_lines(lines, by=aiko, seen=seen)
    assert [line.kind for line in lines] == ["conflict", "add"]
    assert lines[0].step.current == row


# --- history ---

PERIODS = f"{HEADER}\tValid from\tValid until\n"


def test_strategy_admins_load_periods_in_the_past(programme, chie):
    lines = lines_of(
        f"{PERIODS}P-001\tA\t2\tThen.\tReport\thttps://example.org\t\t2024/4/1\t45748\n"
        "P-001\tA\t1\tLater.\t\t\t\t2025-04-01\t\n"
        "P-001\tA.1\t1\tNow.\t\t\t\t\t\n",
        chie,
    )
    assert [line.kind for line in lines] == ["add"] * 3
    *periods, judgement = [line.asked for line in lines]
    assert (type(judgement), judgement.element.code) == (ledger.Align, "A.1")
    assert [(str(item.valid_from), str(item.valid_until)) for item in periods] == [
        ("2024-04-01", "2025-04-01"),
        ("2025-04-01", "None"),
    ]
    assert periods[0].evidence[0].dated_on is None


def test_others_are_told_who_loads_history(programme, dai):
    errors = errors_of(f"{PERIODS}P-001\tA\t1\tx\t\t\t\t2024-04-01\t2025-04-01", dai)
    told = "Only strategy admins load history: leave this column out."
    assert errors == [{"valid_from": told, "valid_until": told}]
    # The column may be there as long as it is empty.
    assert errors_of(f"{PERIODS}P-001\tA\t1\tx", dai) == [{}]


@pytest.mark.parametrize(
    ("first", "last", "column"),
    [("", "2024-04-01", "valid_from"), ("yesterday", "", "valid_from"),
     ("2199-01-01", "", "valid_from"), ("2024-04-01", "2199-01-01", "valid_until"),
     ("2024-04-01", "2024-03-01", "valid_until")],
)  # fmt: skip
def test_periods_that_are_none_are_refused_at_their_cell(
    programme, chie, first, last, column
):
    (errors,) = errors_of(f"{PERIODS}P-001\tA\t1\tx\t\t\t\t{first}\t{last}", chie)
    assert list(errors) == [column]


def test_periods_of_one_cell_may_follow_each_other_and_not_overlap(programme, chie):
    def row(first, last):
        return f"P-001\tA\t1\tx\t\t\t\t{first}\t{last}\n"

    following = row("2023-04-01", "2024-04-01") + row("2024-04-01", "2025-04-01")
    assert errors_of(PERIODS + following + row("", ""), chie) == [{}] * 3
    told = "This cell stands in row 2 already."
    overlapping = row("2023-04-01", "2024-04-02") + row("2024-04-01", "2025-04-01")
    assert errors_of(PERIODS + overlapping, chie) == [{}, {"element": told}]
    open_ended = row("2023-04-01", "") + row("", "")
    assert errors_of(PERIODS + open_ended, chie) == [{}, {"element": told}]


def test_an_overlap_with_a_record_names_it(programme, chie):
    row = factories.load_history(programme, "A", 1, "2024-04-01")
    (errors,) = errors_of(f"{PERIODS}P-001\tA\t0\tx\t\t\t\t2025-04-01\t2025-05-01", chie)
    assert f"change {row.opened_in_id}" in errors["valid_from"]


# --- the table as text ---


def test_a_merged_programme_counts_for_all_its_rows(programme, aiko):
    def change(sheet):
        for cells in ("A2:A4", "D2:D3", "C6:D6"):
            sheet.merge_cells(cells)

    content = workbook(
        ["Programme", "Element", "Level", "Rationale"],
        ["P-001", "A", 1, "Because."], [None, "A.1", 1, None], [None, "A.2", 0, "No."],
        [None, "A", 1, "Whose?"], ["P-001", "A", 1, "x"],
        change=change,
    )  # fmt: skip
    lines = lines_of(as_pasted(read_table(content)), aiko)
    assert [(line.number, sorted(line.errors)) for line in lines] == [
        (2, []), (3, ["rationale"]), (4, []), (5, ["programme"]),
        (6, ["element", "rationale"]),
    ]  # fmt: skip


def test_cells_are_put_right_one_by_one(programme, aiko):
    text = "Programme\tElement\tLevel\tRationale\nP-9\tA\t7\n\nP-001\tA.1\t1\tFine."
    better = corrected(
        text,
        {"cell-2-programme": "P-001", "cell-2-level": "1", "cell-2-rationale": 'a "b"\nc',
         "cell-1-level": "x", "cell-99-level": "x", "cell-2-title": "x", "other": "x"},
    )  # fmt: skip
    lines = lines_of(better, aiko)
    assert [(line.number, line.kind) for line in lines] == [(2, "add"), (4, "add")]
    assert lines[0].asked.rationale == 'a "b"\nc'
