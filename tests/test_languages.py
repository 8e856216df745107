"""English and Japanese: every page in the reader's language, and which one that is."""

import gettext
import re
from html.parser import HTMLParser

import pytest
from django.conf import settings as site
from django.contrib import admin
from django.urls import reverse
from django.utils import translation

from strategy_app import urls
from strategy_app.coverage.gaps import Kind
from strategy_app.models import (
    Alignment,
    Change,
    PendingDocument,
    PendingTable,
    Programme,
    Target,
    Wording,
)
from strategy_app.services import alignment, reference, saved_view
from strategy_app.services import strategy as strategy_services
from tests import factories

CATALOGUE = site.LOCALE_PATHS[0] / "ja" / "LC_MESSAGES" / "django.mo"
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
# Languages are offered by their own names.
OWN_NAMES = {"English"}

# Each page of ours: the name of its address, with its arguments, and a query.
PAGES = {
    "overview": ([], ""),
    "matrix": ([], "?by=country"),
    "gaps": ([], "?by=department"),
    "timeline": ([], ""),
    "compare": ([], ""),
    "definitions": ([], ""),
    "strategy-list": ([], ""),
    "strategy": (["STR"], ""),
    "strategy-revision": (["STR", "2017-08-01"], ""),
    "strategy-compare": (["STR"], ""),
    "element": (["STR", "A"], ""),
    "draft": (["STR"], ""),
    "draft-add": (["STR"], "?below=A"),
    "draft-discard": (["STR"], ""),
    "draft-element": (["STR", "A.1"], ""),
    "programme-list": ([], ""),
    "programme": (["PRG-1"], ""),
    "align": (["PRG-1", "STR", "A.1"], ""),
    "tagging": ([], "?open=A"),
    "paste": ([], ""),
    "paste-table": (["a table"], ""),
    "change-list": ([], ""),
    "change": (["newest"], ""),
    "revert": (["a judgement"], ""),
    "queue": ([], "?kind=unconfirmed"),
    "review": ([], ""),
    "account": ([], ""),
    "target-add": (["STR", "A.1"], ""),
    "target": (["a target"], ""),
    "view-list": ([], ""),
    "draft-publish": (["STR"], ""),
    "draft-document": (["STR"], ""),
    "draft-document-rows": (["STR", "a document"], "?row=2"),
}
WITHOUT_A_PAGE = {
    "withdraw", "confirm", "return", "reaffirm", "evidence-file", "revoke-token",
    "set-language", "healthz", "readyz", "target-remove", "timeline-svg", "timeline-png",
    "save-view", "delete-view", "start-view", "tagging-cells", "tagging-names",
    "tagging-write", "tagging-preview", "paste-csv", "paste-xlsx", "paste-apply",
    "strategy-feed",
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


# A row of each kind: wrong in every cell, an addition, an update, nothing new, history.
TABLE = """\
Programme\tElement\tLevel\tRationale\tSource\tURL\tDate\tFrom\tUntil
x\ty\tz\t=1\t<b>\tC:\\x\tsoon\tsoon\tsoon
PRG-1\tA\t1\t明記されている。
PRG-1\tA\t1\t明記されている。
PRG-1\tA.1\t1\t明記されている。\t要領\thttps://example.org/\t2026-03-31
PRG-1\tA.2\t0\t明記されていない。
PRG-1\tB\t2
PRG-1\tA.2\t0\t当時の評価。\t\t\t\t2020-04-01\t2021-04-01
PRG-1\tA.1\t0\t当時の評価。\t\t\t\t2020-04-01
"""


# A section, a table, a code of before, a page's number, what has no counterpart.
DOCUMENT = (
    "Before.\n\n# Weather\n\n| a | b |\n\n1. Rain\n1. Snow\n\n- 3 -\n\n# Aims\n\n- A\n"
)
OTHER_DOCUMENT = "# 天気\n\n１．雨\n\n# 目標\n\n・ 甲\n・ 乙\n"


class _Words(HTMLParser):
    """What a reader sees or is read, but for what is marked as being in English."""

    VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
            "source", "track", "wbr"}  # fmt: skip

    def __init__(self):
        super().__init__()
        self.found, self.open = [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        is_english = attrs.get("lang") == "en" and tag != "html"
        is_hidden = is_english or tag in ("script", "style")
        if self.open and self.open[-1][1]:
            is_hidden = True
        if not is_hidden:
            self.found += [
                attrs.get(name) for name in ("aria-label", "title", "placeholder")
            ]
            if attrs.get("type") == "submit":
                self.found.append(attrs.get("value"))
        if tag not in self.VOID:
            self.open.append((tag, is_hidden))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not (self.open and self.open[-1][1]):
            self.found.append(data)


def words_of(response):
    """Return the set of texts of a page, each as one piece of markup holds it."""
    parser = _Words()
    parser.feed(response.content.decode())
    return {re.sub(r"\s+", " ", text).strip(" :") for text in parser.found if text}


def english():
    """Return what the interface says in English where it has to say it in Japanese."""
    with CATALOGUE.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog
    texts = {key[0] if isinstance(key, tuple) else key for key in catalogue}
    texts = {text.rpartition("\x04")[2].strip() for text in texts}
    return {text for text in texts if len(text) > 3 and "%" not in text} - OWN_NAMES


def title_of(response):
    return re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)[1]


def language_of(response):
    """Return the language that the page says it is in, to people and to programs."""
    lang = re.search(r'<html lang="([\w-]+)"', response.content.decode())[1]
    return lang, response.headers["Content-Language"]


def address(name):
    arguments, query = PAGES[name]
    if arguments == ["newest"]:
        arguments = [Change.objects.order_by("-id").values_list("pk", flat=True)[0]]
    if arguments == ["a judgement"]:
        arguments = [Change.objects.filter(action="align").order_by("id")[0].pk]
    if arguments == ["a table"]:
        arguments = [PendingTable.objects.get().pk]
    if arguments == ["STR", "a document"]:
        arguments = ["STR", PendingDocument.objects.get().pk]
    if arguments == ["a target"]:
        arguments = [Target.objects.order_by("id").values_list("pk", flat=True)[0]]
    return reverse(name, args=arguments) + query


def read(client, path, language="ja"):
    return client.get(path, headers={"Accept-Language": language})


def make_draft(strategy, by):
    """Start a draft in which an element has changed in one language, and one is new."""
    draft = strategy_services.create_draft(
        strategy=strategy, by=by, name_en="Second", name_ja="第二版"
    )
    wording = draft.wordings.get(element__code="A.1")
    strategy_services.edit(
        wording=wording, replaces=wording.edited_in_id, by=by, body_ja="別の文言。"
    )
    strategy_services.add(
        revision=draft,
        code="C",
        parent=None,
        by=by,
        kind="aim",
        title_en="C",
        title_ja="丙",
    )
    strategy_services.delete_wording(wording=draft.wordings.get(element__code="B"), by=by)


@pytest.fixture
def world(department_a, dai, chie):
    """A programme with something in everything that a page can show, and a second one."""
    strategy = factories.make_strategy(context=["B"])
    make_draft(strategy, chie)
    programme = factories.make_programme(
        "PRG-1", department=department_a, starts_on="2009-04", ends_on="2199-03-31",
        end_is_illustrative=True, partner_countries=["TH", "VN"],
        url="https://example.org/", source="https://example.org/",
        summary_en="What it does", summary_ja="事業の概要",
    )  # fmt: skip
    factories.make_programme("PRG-2", status="closed", starts_on="2012-06-28")
    factories.make_programme("PRG-3", category=factories.make_category("CAT-B"))
    factories.make_budget(programme, 2026, 1_234_567)
    factories.load_history(programme, "A.1", 1, "2024-04-01", "2025-04-01")
    row = factories.align(programme, "A.1", 2, rationale="明記されている。")
    alignment.confirm(alignment=row, by=factories.make_person("c", role="admin"))
    factories.align(programme, "A.2", 0, rationale="明記されていない。")
    factories.make_target(factories.get_element("A"), 2)
    programme.end_is_illustrative = False
    reference.save(programme, by=dai)
    factories.make_table(TABLE, chie)
    factories.make_document(DOCUMENT, chie, other=OTHER_DOCUMENT)
    return programme


@pytest.fixture
def wide_world(world, chie):
    """The same, and a second strategy, targets of every time, saved views, a cliff."""
    factories.make_strategy("TWO", ("A", "B"), day="2018-08-01")
    factories.make_correspondence("A.1", "A", others_strategy="TWO")
    factories.make_department("DEP-B")
    revised = factories.make_strategy("VER", ("A", "A.1", "A.2", "B"), context=["A.2"])
    factories.revise(
        revised,
        [("A", None, True), ("B", "A", True), ("A.2", "A", True), ("C", None, True)],
        day="2026-04-01",
    )
    strategy_services.create_draft(strategy=revised, by=None, name_en="Next")
    element = factories.get_element("A.1")
    for value, day in [(1, "2018-04-01"), (2, "2024-04-01"), (0, "2197-04-01")]:
        factories.make_target(element, value, day=day)
    factories.make_target(element, 50, measure=Target.Measure.SHARE_ACTIVE)
    ending = factories.make_programme("PRG-4", ends_on="2029-03-31")
    factories.load_history(ending, "A.2", 1, "2024-04-01")
    factories.make_target(factories.get_element("A.2"), 1)
    view = {"page": "gaps", "query": "kind=thin", "is_shared": True}
    mine = saved_view.save_view(owner=chie, name="自分の表示", **view)
    saved_view.save_view(owner=factories.make_person("o"), name="共有の表示", **view)
    saved_view.start_with(user=chie, view=mine)
    return world


# --- every page, in Japanese ---


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
    why = "2029年4月1日から、寄与する事業が1件中0件に減少(終了：PRG-4)"
    assert why in words_of(page)
    page = read(client, "/gaps/?kind=unevidenced&day=2026-03-31")
    assert "寄与する事業1件、うち日付のある根拠資料のあるもの0件" in words_of(page)


@pytest.mark.parametrize(
    "name",
    sorted(
        set(PAGES)
        - {"account", "change-list", "change", "paste-table", "revert", "target"}
        # These lead to where a draft is started.
        - {"draft-add", "draft-discard", "draft-element", "draft-publish"}
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


# --- the administration ---


def of_the_administration(world):
    """Yield the pages of the administration: lists, forms, histories."""
    yield reverse("admin:index")
    for model in admin.site._registry:
        name = f"admin:strategy_app_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if (row := model.objects.order_by("pk").first()) is not None:
            yield reverse(f"{name}_change", args=[row.pk])
            yield reverse(f"{name}_history", args=[row.pk])
    for name in ["strategy", "wording", "target", "programme", "department", "user"]:
        yield reverse(f"admin:strategy_app_{name}_add")
    element = factories.get_element("A.1")
    yield reverse("admin:strategy_app_programme_align", args=[world.pk, element.pk])


def test_the_administration_is_in_japanese(client, chie, world):
    factories.make_token(chie)
    draft = factories.draft_of(factories.get_element("A").strategy)
    client.force_login(chie)
    left = {}
    for path in [
        *of_the_administration(world),
        reverse("admin:strategy_app_revision_publish", args=[draft.pk]),
    ]:
        page = client.get(path, headers={"Accept-Language": "ja"}, follow=True)
        assert page.status_code == 200
        # A revision of the tests is called “First”.
        left[path] = words_of(page) & english() - {"First"}
    assert {path: words for path, words in left.items() if words} == {}


def test_models_and_fields_have_japanese_names():
    with translation.override("ja"):
        named = [
            (str(model._meta.verbose_name), str(model._meta.verbose_name_plural))
            for model in admin.site._registry
        ]
        fields = [
            str(field.verbose_name)
            for model in admin.site._registry
            for field in model._meta.fields
            if field.editable and not field.auto_created
        ]
    assert [names for names in named if not all(map(JAPANESE.search, names))] == []
    assert {name for name in fields if not JAPANESE.search(name)} <= {"URL"}


# --- which language ---


def test_the_account_comes_first_then_the_cookie_then_the_browser(client, db):
    client.force_login(factories.make_person("en", language="en"))
    client.cookies[site.LANGUAGE_COOKIE_NAME] = "ja"
    assert language_of(read(client, "/", "ja")) == ("en", "en")
    client.force_login(factories.make_person("none"))
    assert language_of(read(client, "/", "en")) == ("ja", "ja")
    del client.cookies[site.LANGUAGE_COOKIE_NAME]
    client.force_login(factories.make_person("also-none"))
    assert language_of(read(client, "/", "en")) == ("en", "en")
    assert language_of(read(client, "/", "ja,en;q=0.5")) == ("ja", "ja")


@pytest.mark.parametrize("asked", ["", "fr", "*", "ja-XX-??", "x" * 1000])
def test_a_browser_that_asks_for_neither_gets_one_of_them(client, db, asked):
    page = read(client, reverse("account_login"), asked)
    assert language_of(page) in {("en", "en"), ("ja", "ja")}


def test_caches_keep_the_languages_apart(client, db):
    page = read(client, reverse("account_login"))
    assert {"Accept-Language", "Cookie"} <= {
        name.strip() for name in page.headers["Vary"].split(",")
    }


def test_a_stranger_chooses_by_cookie(client, db):
    sign_in = reverse("account_login")
    answer = client.post(reverse("set-language"), {"language": "ja", "next": sign_in})
    assert (answer.status_code, answer.url) == (302, sign_in)
    cookie = answer.cookies[site.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("ja", True, "Lax")
    assert language_of(read(client, sign_in, "en")) == ("ja", "ja")
    client.post(reverse("set-language"), {"language": "en", "next": sign_in})
    assert language_of(read(client, sign_in, "ja")) == ("en", "en")


def test_a_choice_stays_with_the_account(client, ben, world):
    client.force_login(ben)
    path = "/matrix/?day=2026-03-31"
    answer = client.post(reverse("set-language"), {"language": "ja", "next": path})
    assert answer.url == path
    ben.refresh_from_db()
    assert ben.language == "ja"
    client.cookies.clear()
    client.force_login(ben)
    assert language_of(read(client, path, "en")) == ("ja", "ja")


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "\\\\evil.example", "javascript:alert(1)",
     "https:evil.example", "/\\evil.example", ""],
)  # fmt: skip
def test_choosing_leads_nowhere_else(client, db, target):
    answer = client.post(reverse("set-language"), {"language": "ja", "next": target})
    assert (answer.status_code, answer.url) == (302, "/")


@pytest.mark.parametrize("code", ["", "fr", "JA", "ja-JP", "en\n", "../ja"])
def test_a_language_that_there_is_not_changes_nothing(client, ben, code):
    client.force_login(ben)
    answer = client.post(reverse("set-language"), {"language": code, "next": "/"})
    assert answer.status_code == 404
    assert site.LANGUAGE_COOKIE_NAME not in answer.cookies
    ben.refresh_from_db()
    assert ben.language == ""
    assert not Change.objects.filter(by=ben).exists()


def test_each_page_offers_the_other_language_by_its_own_name(client, ben, world):
    client.force_login(ben)
    for language, other, name in [("ja", "en", "English"), ("en", "ja", "日本語")]:
        page = read(client, "/matrix/?day=2026-03-31", language).content.decode()
        assert f'name="language" value="{other}" lang="{other}"' in page
        assert f">{name}</button>" in page
        assert 'name="next" value="/matrix/?day=2026-03-31"' in page


# --- dates, numbers, names ---


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("ja", {"2026年3月31日", "2009年4月", "2012年6月28日", "2199年3月31日"}),
        ("en", {"31 March 2026", "April 2009", "28 June 2012", "31 March 2199"}),
    ],
)
def test_dates_are_written_as_each_language_writes_them(
    client, ben, world, language, shown
):
    client.force_login(ben)
    page = read(client, "/programmes/?day=2026-03-31", language)
    assert shown <= words_of(page)


@pytest.mark.parametrize(
    ("language", "shown"),
    [("ja", "2026年度：1,234,567"), ("en", "FY2026: 1,234,567")],
)
def test_a_budget_is_of_a_fiscal_year(client, ben, world, language, shown):
    client.force_login(ben)
    assert shown in words_of(read(client, address("programme"), language))


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("ja", "2027年度の予算が登録されていないため"),
        ("en", "No budget is recorded for FY2027"),
    ],
)
def test_a_fiscal_year_has_its_name(client, ben, world, language, shown):
    client.force_login(ben)
    page = read(client, "/?basis=budget&day=2027-06-30", language)
    assert [text for text in words_of(page) if text.startswith(shown)] != []


@pytest.mark.parametrize(
    ("starts_on", "shown"), [("2009", "2009年"), ("2009-04", "2009年4月")]
)
def test_a_date_is_no_more_precise_than_it_is_known(client, ben, world, starts_on, shown):
    factories.make_programme("PRG-9", starts_on=starts_on)
    client.force_login(ben)
    page = read(client, "/programmes/?q=PRG-9")
    assert shown in words_of(page)


def test_countries_are_listed_in_the_readers_language(client, ben, world):
    client.force_login(ben)
    assert "タイ、ベトナム" in words_of(read(client, address("programme")))
    assert "Thailand, Vietnam" in words_of(read(client, address("programme"), "en"))


def test_a_bar_is_read_out_in_japanese(client, ben, world):
    client.force_login(ben)
    page = read(client, "/?category=CAT-A")
    assert "主要 1、重要(副次的) 0、対象外 0、未評価 0" in words_of(page)


def test_yes_and_no_in_a_history_are_words(client, chie, world):
    client.force_login(chie)
    newest = Programme.history.filter(code="PRG-1").order_by("-history_id").first()
    page = read(client, reverse("change", args=[newest.change_id]))
    assert {"終了日は例示", "はい", "いいえ"} <= words_of(page)
    assert {"True", "False"} & words_of(page) == set()


# --- texts that are in one language only ---


def test_a_missing_translation_is_shown_in_english_and_marked(client, ben, world):
    factories.make_programme("PRG-E", name_en="Only in English", name_ja="")
    client.force_login(ben)
    page = read(client, "/programmes/?q=PRG-E").content.decode()
    marked = (
        '<span lang="en">Only in English</span> <small class="fallback"'
        ' title="このテキストの翻訳は未登録です。">英語のみ</small>'
    )
    assert marked in page
    in_english = read(client, "/programmes/?q=PRG-E", "en").content.decode()
    assert "Only in English" in in_english
    assert 'class="fallback"' not in in_english


def test_a_missing_text_of_an_element_is_marked(client, ben):
    strategy = factories.make_strategy(publish=False)
    draft = factories.draft_of(strategy)
    wording = Wording.objects.select_related("revision").get(element__code="A")
    wording.body_ja = ""
    strategy_services.save_wording(wording=wording, by=None)
    strategy_services.publish(revision=draft, in_force_from="2017-08-01", by=None)
    client.force_login(ben)
    for path in ["/strategy/STR/", "/strategy/STR/A/"]:
        page = read(client, path).content.decode()
        assert re.search(
            r'<div lang="en"><p>What A is about.</p>\n</div><small class="fallback"', page
        )


@pytest.mark.parametrize("language", ["en", "ja"])
def test_texts_in_both_languages_are_not_marked(client, ben, world, language):
    client.force_login(ben)
    page = read(client, "/programmes/", language).content.decode()
    assert 'class="fallback"' not in page
