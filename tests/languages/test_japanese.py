"""Every page, its refusals and what it can show besides, in Japanese."""

import pytest
from django.urls import reverse
from django.utils import translation

from strategy_app import urls
from strategy_app.coverage.gaps import Kind
from strategy_app.models import Alignment, Change
from tests import factories
from tests.languages.reading import (
    JAPANESE,
    PAGES,
    address,
    english,
    language_of,
    read,
    title_of,
    words_of,
)

WITHOUT_A_PAGE = {
    "evidence-file", "revoke-token",
    "set-language", "healthz", "readyz", "target-remove", "timeline-svg", "timeline-png",
    "save-view", "delete-view", "start-view", "tagging-cells", "tagging-names",
    "tagging-write", "tagging-preview", "paste-csv", "paste-xlsx", "paste-apply",
    "strategy-feed", "strategy-pdf", "strategy-revision-pdf",
    "draft-move", "draft-withdraw", "draft-restore", "draft-current", "draft-decide",
    "draft-origins", "draft-place", "draft-code",
    "draft-document-row", "draft-document-keep", "draft-document-away",
}  # fmt: skip
# What these pages say of themselves when asked for more than the plain page.
FURTHER = [
    "/matrix/?by=fiscal_year",
    "/matrix/?by=strategy",
    "/matrix/?by=category&show=shares&sort=value",
    "/timeline/?element=A",
    "/timeline/?basis=budget&from=2020&to=2030",
    "/compare/?with=2018-03-31",
    "/compare/?with=2010-01-01",
    "/compare/?department=DEP-A&with_department=DEP-B",
    "/compare/?category=CAT-A&with_category=CAT-B&kind=neither",
    "/compare/?with_layer=confirmed",
    "/compare/?with_known_at={change}",
    "/gaps/?horizon=10&by=country",
    "/?layer=fresh&q=PRG",
    "/programmes/?element=A.1&state=supported&layer=evidenced",
    "/strategy/STR/A.1/",
    "/strategy/STR/A.1/?category=CAT-B",
    "/strategy/TWO/A/",
    "/strategy/STR/?languages=both&coverage=hidden",
    "/strategy/VER/revisions/2017-08-01/?languages=one",
    "/strategy/VER/compare/",
    "/strategy/VER/compare/?view=side&show=all",
    "/strategy/VER/compare/?to=2017-08-01",
    "/strategy/VER/compare/?from=2026-04-01&to=draft",
]


def test_every_page_of_ours_is_read_here():
    named = {pattern.name for pattern in urls.urlpatterns if hasattr(pattern, "name")}
    assert named - WITHOUT_A_PAGE == set(PAGES)


def test_the_interface_has_english_to_look_for():
    assert {"Overview", "Not assessed", "Choose a level: 0, 1 or 2."} <= english()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_in_the_readers_language(client, chie, world, name):
    client.force_login(chie)
    page = read(client, address(name))
    assert page.status_code == 200
    assert language_of(page) == ("ja", "ja")
    assert words_of(page) & english() == set()
    in_english = read(client, address(name), "en")
    assert language_of(in_english) == ("en", "en")
    assert words_of(in_english) & english() != set()


@pytest.mark.parametrize("path", [*FURTHER, "/views/"])
def test_what_a_page_can_show_besides_is_in_japanese(client, chie, wide_world, path):
    client.force_login(chie)
    path = path.replace("{change}", str(Change.objects.order_by("id").first().pk))
    page = read(client, path)
    assert page.status_code == 200
    assert language_of(page) == ("ja", "ja")
    assert words_of(page) & english() == set()
    assert words_of(read(client, path, "en")) & english() != set()


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("uncovered", "寄与なし"), ("below_target", "目標値未達"), ("unknown", "評価不足"),
        ("cliff", "将来の空白"), ("thin", "手薄"),
        ("unevidenced", "根拠資料なし"), ("unconfirmed", "未確認(第二評価なし)"),
        ("stale", "要更新"), ("needs_review", "要再確認"), ("hole", "空白"),
    ],
)  # fmt: skip
def test_each_kind_of_gap_has_its_japanese_name(client, chie, wide_world, kind, label):
    client.force_login(chie)
    page = read(client, f"/gaps/?kind={kind}")
    assert label in words_of(page)
    assert words_of(page) & english() == set()
    with translation.override("ja"):
        assert str(Kind(kind).label) == label


def test_gaps_say_why_in_japanese(client, chie, wide_world):
    client.force_login(chie)
    page = read(client, "/gaps/?kind=cliff&day=2026-03-31")
    why = "寄与する事業は1件、2029年4月1日から0件(終了：PRG-4)"
    assert why in words_of(page)
    page = read(client, "/gaps/?kind=unevidenced&day=2026-03-31")
    assert "寄与する事業1件、うち日付のある根拠資料のあるもの0件" in words_of(page)


@pytest.mark.parametrize(
    "name",
    sorted(
        set(PAGES)
        - {"account", "change-list", "change", "paste-table", "revert", "target"}
        # These lead to where a draft is started.
        - {"draft-name", "draft-add", "draft-discard", "draft-element", "draft-publish"}
        # There is nothing without a document.
        - {"draft-document-rows"}
    ),
)
def test_a_page_without_anything_is_in_japanese(client, chie, name):
    factories.make_strategy()
    factories.make_programme("PRG-1")
    client.force_login(chie)
    for query in ["", "?day=2010-01-01", "?category=CAT-A&status=suspended&level=2"]:
        page = read(client, address(name).partition("?")[0] + query)
        assert page.status_code == 200
        assert words_of(page) & english() == set()


def test_before_there_is_a_strategy_all_is_in_japanese(client, chie):
    client.force_login(chie)
    for name in ["overview", "matrix", "gaps", "timeline", "compare", "strategy-list",
                 "programme-list"]:  # fmt: skip
        page = read(client, reverse(name))
        assert "戦略がまだ登録されていません" in words_of(page)
        assert words_of(page) & english() == set()


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere/", 404, "ページが見つかりません"),
        ("/programmes/PRG-1/align/STR/A.1/", 403, "この操作は許可されていません"),
        ("/?day=0000-00-00", 400, "日付は2026-03-31の形式で入力してください。"),
        ("/gaps/?kind=none&category=NOPE", 400, "「NOPE」は存在しません。"),
        (
            "/programmes/?element=NOPE",
            400,
            "基準日の戦略に、戦略要素「NOPE」はありません。",
        ),
        ("/changes/?action=nothing", 400, "変更履歴"),
        (
            "/strategy/STR/compare/?to=2026-13-01",
            400,
            "日付は2026-03-31の形式で入力してください。",
        ),
    ],
)
def test_a_refusal_is_in_japanese(client, ben, world, path, status, words):
    client.force_login(ben)
    page = read(client, path)
    assert page.status_code == status
    assert language_of(page) == ("ja", "ja")
    assert words in words_of(page)
    assert words_of(page) & english() == set()


@pytest.mark.parametrize(
    "name",
    ["account_login", "account_signup", "account_reset_password", "account_logout",
     "account_change_password", "mfa_index", "account_reauthenticate"],
)  # fmt: skip
def test_signing_in_is_in_japanese(client, ben, name):
    if name in ("account_logout", "account_change_password", "mfa_index"):
        client.force_login(ben)
    page = client.get(reverse(name), headers={"Accept-Language": "ja"}, follow=True)
    assert language_of(page) == ("ja", "ja")
    assert JAPANESE.search(title_of(page).partition(" – ")[0])
    assert words_of(page) & english() == set()


def test_too_many_wrong_passwords_are_refused_in_japanese(client, ben):
    sent = {"login": "ben", "password": "wrong"}
    for _try in range(6):
        page = client.post(
            reverse("account_login"), sent, headers={"Accept-Language": "ja"}
        )
    assert page.status_code == 429
    assert "試行回数の上限を超えました" in words_of(page)
    assert words_of(page) & english() == set()


def test_what_was_typed_wrongly_is_said_in_japanese(client, chie, world):
    client.force_login(chie)
    before = Alignment.objects.count()
    for sent in [
        {"level": 3, "rationale": "<b>", "evidence-0-url": "C:\\x"},
        {"level": 2, "rationale": " ", "evidence-0-dated_on": "yesterday"},
        {"level": 1, "rationale": "理由", "replaces": ""},
    ]:
        data = {"evidence-TOTAL_FORMS": 1, "evidence-INITIAL_FORMS": 0} | sent
        page = client.post(address("align"), data, headers={"Accept-Language": "ja"})
        assert page.status_code in (400, 409)
        assert words_of(page) & english() == set()
    assert "他の利用者が先に更新しました。" in words_of(page)
    assert Alignment.objects.count() == before


def test_pages_have_titles_of_their_own(client, chie, world):
    client.force_login(chie)
    titles = {name: title_of(read(client, address(name))) for name in PAGES}
    titles["404"] = title_of(read(client, "/nowhere/"))
    titles["400"] = title_of(read(client, "/?day=never"))
    client.logout()
    titles["sign in"] = title_of(read(client, reverse("account_login")))
    assert len(set(titles.values())) == len(titles)
    assert {name for name, title in titles.items() if not JAPANESE.search(title)} == set()
