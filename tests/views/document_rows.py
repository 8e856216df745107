"""The rows of a document, corrected as the page does."""

from strategy_app.services import pending_document

PAGE = "/strategy/STR/draft/document/"
ENGLISH = "# Aims\n\n- Open up\n- Reach out\n  - By letter\n"
JAPANESE = "# 目標\n\n・ 開く\n・ 届ける\n  ・ 手紙で\n"


def address(document, *parts):
    return "/".join([f"{PAGE}{document.pk}", *(str(part) for part in parts), ""])


def values(document, number):
    """Return what the form of a row sends when nothing in it is touched."""
    document.refresh_from_db()
    row = document.rows[number]
    names = ["title_en", "body_en", "title_ja", "body_ja"]
    if number:
        names += ["code", "kind", "use"]
    above = [
        place for place in range(1, number) if document.rows[place]["depth"] < row["depth"]
    ]
    return {name: row[name] for name in names} | {
        "below": above[-1] if above else 0,
        "replaces": pending_document.state_of(document, number),
    }


def correct(client, document, number, **typed):
    query = typed.pop("query", "")
    sent = values(document, number) | typed
    answer = client.post(address(document, number) + query, sent)
    document.refresh_from_db()
    return answer


def tree(document):
    return [(row["code"], row["depth"]) for row in document.rows[1:]]
