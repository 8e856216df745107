"""Text in two languages, and which of them is shown."""

import pytest
from django.utils import translation

from strategy_app.models import Category
from strategy_app.models.localized import name_order


@pytest.mark.parametrize(
    ("language", "english", "japanese", "shown"),
    [
        ("en", "Name", "名", ("Name", "en", False)),
        ("ja", "Name", "名", ("名", "ja", False)),
        ("ja", "Name", "", ("Name", "en", True)),
        ("en", "", "名", ("名", "ja", True)),
        ("ja", "", "", ("", "ja", False)),
        (None, "Name", "名", ("Name", "en", False)),
    ],
)
def test_a_missing_text_falls_back_and_says_so(language, english, japanese, shown):
    with translation.override(language):
        name = Category(name_en=english, name_ja=japanese).name
    assert (name.text, name.language, name.is_fallback) == shown
    assert str(name) == shown[0]


@pytest.mark.parametrize(
    "names",
    [
        ["Åland", "Albania", "Brazil", "Burkina Faso", "Côte d'Ivoire", "Croatia"],
        ["インド", "ドイツ", "トンガ", "ブラジル", "フランス", "中国"],
    ],
)
def test_names_are_put_in_the_order_of_their_letters(names):
    backwards = names[::-1]
    assert sorted(backwards, key=name_order) == names
