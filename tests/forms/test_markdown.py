"""Texts of the strategy: what Markdown would show as it is typed."""

import html
import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from strategy_app.forms.draft import literal, validate_markdown
from strategy_app.templatetags.strategy import markdown


def shown(text):
    """Return what a reader sees of a text."""
    return html.unescape(re.sub("<[^>]*>", "", markdown(text))).strip()


@pytest.mark.parametrize(
    "text",
    [
        "Write to <name>, or <name of the office>.",
        "<script>alert(1)</script>",
        "<a<b>",
        "<!-- not said -->",
        "<担当> and </b>",
        "[press](javascript:alert(1))",
    ],
)
def test_what_would_be_refused_is_shown_as_it_was_written(text):
    escaped = literal(text)
    validate_markdown(escaped)
    assert shown(escaped) == text
    assert "<script" not in markdown(escaped)
    assert "href" not in markdown(escaped)


@pytest.mark.parametrize(
    "text",
    ["Fewer: a < b, x<2", "`<name>`", "``a <b>`` <`c`b>", "```\n<name>\n\n<b>\n```\n",
     "<https://example.org>", "[a](https://example.org)", r"\<name>", ""],
)  # fmt: skip
def test_what_is_accepted_stays_as_it_is(text):
    validate_markdown(text)
    assert literal(text) == text


@pytest.mark.parametrize("text", ["<b>", "` <b>", "`a\n\n<b>`", "```\n<b>"])
def test_markup_is_refused_where_it_is_no_code(text):
    with pytest.raises(ValidationError):
        validate_markdown(text)


@given(st.text(alphabet="<>ab!/`\\~\n ](:é") | st.text())
def test_a_text_that_was_made_literal_is_never_refused(text):
    validate_markdown(literal(text))
    assert literal(literal(text)) == literal(text)
    assert literal(text).replace("\\", "") == text.replace("\\", "")
