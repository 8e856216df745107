"""Judgements that are refused: what is wrong is named, nothing is written, never a 500."""

import json

import pytest
from django.utils import translation

from strategy_app.models import Alignment, Change, Evidence
from tests import factories
from tests.api.answers import error
from tests.api.test_alignments import JUDGEMENT, SOURCE, URL

TEXT = "Give text."
LEVEL = "Choose a level: 0, 1 or 2."
REPLACES = "Give the id of the row in force, or null."
SOURCES = "Give a list of sources."
OBJECT = "Give an object of named fields."
UNKNOWN = "There is no such parameter or field."
ADDRESS = (
    "Enter an address that begins with http:// or https://."
    " A file can be attached beside it."
)
NULLS = "Null characters are not allowed."


def source(**fields):
    return {"evidence": [SOURCE, SOURCE | fields]}


@pytest.fixture
def refused(dais, strategy, programme):
    """Post a body as a manager; assert that nothing is written; return the answer."""

    def post(body, **kwargs):
        before = Change.objects.count()
        answer = dais.post(URL, body, **kwargs)
        assert (Alignment.objects.count(), Evidence.objects.count()) == (0, 0)
        assert Change.objects.count() == before
        return answer

    return post


@pytest.mark.parametrize(
    ("fields", "attr", "code", "detail"),
    [
        ({"strategy": "NONE"}, "strategy", "invalid_choice", "There is no “NONE” here."),
        ({"programme": "NONE"}, "programme", "invalid_choice",
         "There is no “NONE” here."),
        ({"programme": "A\0B"}, "programme", "invalid_choice",
         "There is no “A\0B” here."),
        ({"element": "NONE"}, "element", "invalid_choice", "There is no “NONE” here."),
        ({"element": "B"}, "element", "invalid",
         "This element is context; nothing is aligned with it."),
        ({"programme": 7}, "programme", "invalid", TEXT),
        ({"programme": None}, "programme", "invalid", TEXT),
        ({"element": ["A"]}, "element", "invalid", TEXT),
        ({"strategy": {}}, "strategy", "invalid", TEXT),
        ({"level": 3}, "level", "invalid_choice", LEVEL),
        ({"level": -1}, "level", "invalid_choice", LEVEL),
        ({"level": 10**30}, "level", "invalid_choice", LEVEL),
        ({"level": "2"}, "level", "invalid", LEVEL),
        ({"level": True}, "level", "invalid", LEVEL),
        ({"level": 1.0}, "level", "invalid", LEVEL),
        ({"level": None}, "level", "invalid", LEVEL),
        ({"level": {"value": 2}}, "level", "invalid", LEVEL),
        ({"rationale": ""}, "rationale", "invalid",
         "Say why: this level needs a rationale."),
        ({"rationale": " \n"}, "rationale", "invalid",
         "Say why: this level needs a rationale."),
        ({"rationale": None}, "rationale", "invalid", TEXT),
        ({"rationale": 5}, "rationale", "invalid", TEXT),
        ({"rationale": "a\0b"}, "rationale", "null_characters_not_allowed", NULLS),
        ({"rationale": "x" * 10_000}, "rationale", "max_length",
         "This is 10000 characters long; at most 4000 fit."),
        ({"rationale": "<script>alert(1)</script>"}, "rationale", "markup",
         "Write plain text: markup such as <b> is not accepted."),
        ({"rationale": "=1+1"}, "rationale", "formula",
         "Write plain words: this begins like a spreadsheet formula."),
        ({"replaces": "12"}, "replaces", "invalid", REPLACES),
        ({"replaces": True}, "replaces", "invalid", REPLACES),
        ({"replaces": 1.5}, "replaces", "invalid", REPLACES),
        ({"replaces": 0}, "replaces", "invalid", REPLACES),
        ({"replaces": 2**63}, "replaces", "invalid", REPLACES),
        ({"evidence": []}, "evidence", "invalid",
         "A principal alignment needs a dated source."),
        ({"evidence": None}, "evidence", "invalid", SOURCES),
        ({"evidence": "https://example.org"}, "evidence", "invalid", SOURCES),
        ({"evidence": {"0": SOURCE}}, "evidence", "invalid", SOURCES),
        ({"evidence": ["https://example.org"]}, "evidence.0", "invalid", OBJECT),
        ({"evidence": [SOURCE, {}]}, "evidence.1.title", "required",
         "Give the source a title."),
        ({"evidence": [SOURCE, {"title": " "}]}, "evidence.1.title", "required",
         "Give the source a title."),
        ({"evidence": [SOURCE] * 11}, "evidence", "too_many_forms",
         "Please submit at most 10 forms."),
        (source(title=""), "evidence.1.title", "invalid", "Give the source a title."),
        (source(title=["x"]), "evidence.1.title", "invalid", TEXT),
        (source(title="a\0b"), "evidence.1.title", "null_characters_not_allowed", NULLS),
        (source(url=""), "evidence.1.url", "invalid",
         "Give an address, or attach the file."),
        (source(url=None), "evidence.1.url", "invalid",
         "Give an address, or attach the file."),
        (source(url=5), "evidence.1.url", "invalid", TEXT),
        (source(url="C:\\report.pdf"), "evidence.1.url", "invalid", ADDRESS),
        (source(url="javascript:alert(1)"), "evidence.1.url", "invalid", ADDRESS),
        (source(dated_on=None), "evidence.1.dated_on", "invalid",
         "Give the date of the source."),
        (source(dated_on="soon"), "evidence.1.dated_on", "invalid",
         "Enter a day as 2026-03-31."),
        (source(dated_on="2026-02-30"), "evidence.1.dated_on", "invalid",
         "Enter a day as 2026-03-31."),
        (source(dated_on="9999-12-31"), "evidence.1.dated_on", "range",
         "Choose a day between 1900-01-01 and 2199-12-31."),
        (source(dated_on=20260331), "evidence.1.dated_on", "invalid", TEXT),
        (source(file="report.pdf"), "evidence.1.file", "unknown", UNKNOWN),
        ({"valid_from": "2020-01-01"}, "valid_from", "unknown", UNKNOWN),
        ({"by": "chie"}, "by", "unknown", UNKNOWN),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(refused, fields, attr, code, detail):
    answer = refused(JUDGEMENT | fields)
    assert (answer.status_code, answer.json()) == (400, error(code, detail, attr))


@pytest.mark.parametrize("name", ["strategy", "programme", "element", "level", "replaces"])
def test_fields_that_must_be_given(refused, name):
    body = {key: value for key, value in JUDGEMENT.items() if key != name}
    answer = refused(body)
    expected = error("required", "This field is required.", name)
    assert (answer.status_code, answer.json()) == (400, expected)


def test_an_empty_body_names_every_field_that_must_be_given(refused):
    answer = refused({})
    assert answer.status_code == 400
    assert {problem["attr"]: problem["code"] for problem in answer.json()["errors"]} == {
        "strategy": "required",
        "programme": "required",
        "element": "required",
        "level": "required",
        "replaces": "required",
    }


@pytest.mark.parametrize("body", [[], [JUDGEMENT], "text", 5, None, True])
def test_a_body_that_is_no_object(refused, body):
    answer = refused(json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json()) == (
        400,
        error("invalid", OBJECT, "non_field_errors"),
    )


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"level": ', "JSON parse error"),
        (b'{"level": NaN}', "JSON parse error"),
        (b"\xff\xfe{}", "JSON parse error"),
        (b'{"replaces": ' + b"9" * 5000 + b"}", "JSON parse error"),
        (b"[" * 100_000, "This is nested too deeply."),
        (b'{"rationale": "\\ud800"}', "This text has characters that do not exist."),
        (b'{"\\udfff": 1}', "This text has characters that do not exist."),
        (b'{"rationale": "' + b"x" * 2_700_000 + b'"}',
         "This is more than can be sent at once."),
    ],
    ids=["cut off", "not a number", "not UTF-8", "huge number", "nested",
         "half a pair", "half a pair as a name", "large"],
)  # fmt: skip
def test_what_is_not_json_that_can_be_stored(refused, body, detail):
    answer = refused(body, content_type="application/json")
    assert answer.status_code == 400
    (problem,) = answer.json()["errors"]
    assert (problem["code"], problem["attr"]) == ("parse_error", None)
    assert problem["detail"].startswith(detail)


def test_another_format_is_refused(refused):
    answer = refused("level=2", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 415
    assert answer.json()["errors"][0]["code"] == "unsupported_media_type"


def test_a_programme_that_has_ended_is_closed(refused):
    factories.make_programme("OLD", ends_on="2020")
    answer = refused(JUDGEMENT | {"programme": "OLD"})
    expected = error(
        "invalid", "This programme has ended; its record is closed.", "programme"
    )
    assert (answer.status_code, answer.json()) == (400, expected)


def test_an_element_outside_the_revision_in_force(refused, strategy):
    factories.make_strategy("LATER", ["A"], day="2199-01-01")
    answer = refused(JUDGEMENT | {"strategy": "LATER"})
    expected = error("invalid", "This element is not in the revision in force.", "element")
    assert (answer.status_code, answer.json()) == (400, expected)


def test_refusals_are_in_the_language_asked_for(refused):
    body = {key: value for key, value in JUDGEMENT.items() if key != "replaces"}
    answer = refused(body, HTTP_ACCEPT_LANGUAGE="ja")
    with translation.override("ja"):
        japanese = translation.gettext("This field is required.")
    assert japanese != "This field is required."
    assert answer.json() == error("required", japanese, "replaces")


def test_thousands_of_mistakes_are_answered_with_the_first_few(refused):
    answer = refused({f"field-{number}": 1 for number in range(3000)})
    assert (answer.status_code, len(answer.json()["errors"])) == (400, 25)
