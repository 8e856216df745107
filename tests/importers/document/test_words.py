"""Statements as titles and bodies, and back."""

from strategy_app.importers.document import words


def test_a_statement_with_bold_words_is_said_once():
    title, body = words.titled("Fund **global** research. More of it follows here.")
    assert words.whole("-", title, body) == (
        "- Fund **global** research. More of it follows here."
    )
