"""Every address × every role: who gets in, read off the URL conf, so none is forgotten."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from strategy_app.models import (
    Alignment,
    Change,
    PendingDocument,
    PendingTable,
    Target,
    User,
)
from strategy_app.services import strategy as strategy_services
from tests import factories

ROLES = ["anonymous", "viewer", "other staff", "staff", "manager", "admin"]
SIGN_IN, DENIED, NOT_HERE = 302, 403, 404

# What each rule answers a GET of each role, in the order of ROLES.
GET = {
    "open": [200] * 6,
    "read": [SIGN_IN, 200, 200, 200, 200, 200],
    "feed": [401, 200, 200, 200, 200, 200],
    "api": [401, 200, 200, 200, 200, 200],
    "account": [SIGN_IN, 200, 200, 200, 200, 200],
    "align": [SIGN_IN, DENIED, DENIED, 200, 200, 200],
    "set targets": [SIGN_IN, DENIED, DENIED, DENIED, 200, 200],
    "administer": [SIGN_IN, DENIED, DENIED, DENIED, DENIED, 200],
    "post": [405] * 6,
    "revert": [SIGN_IN, DENIED, 200, 200, 200, 200],
    "record": [SIGN_IN, DENIED, 200, 200, 200, 200],
    "own table": [SIGN_IN, DENIED, NOT_HERE, NOT_HERE, NOT_HERE, NOT_HERE],
    "own document": [SIGN_IN, DENIED, DENIED, DENIED, DENIED, NOT_HERE],
    "file": [SIGN_IN, NOT_HERE, NOT_HERE, NOT_HERE, NOT_HERE, NOT_HERE],
}

RULES = {
    "overview": "read",
    "matrix": "read",
    "gaps": "read",
    "timeline": "read",
    "timeline-svg": "read",
    "timeline-png": "read",
    "compare": "read",
    "strategy-list": "read",
    "strategy": "read",
    "strategy-pdf": "read",
    "strategy-revision": "read",
    "strategy-revision-pdf": "read",
    "strategy-compare": "read",
    "strategy-feed": "feed",
    "element": "read",
    "draft": "administer",
    "draft-name": "administer",
    "draft-add": "administer",
    "draft-discard": "administer",
    "draft-element": "administer",
    "draft-move": "post",
    "draft-withdraw": "post",
    "draft-restore": "post",
    "draft-current": "post",
    "draft-decide": "post",
    "draft-origins": "post",
    "draft-place": "post",
    "draft-code": "post",
    "target-add": "set targets",
    "target": "set targets",
    "target-remove": "post",
    "draft-publish": "administer",
    "draft-document": "administer",
    "draft-document-rows": "own document",
    "draft-document-row": "post",
    "draft-document-keep": "post",
    "draft-document-away": "post",
    "definitions": "read",
    "programme-list": "read",
    "programme": "read",
    "tagging": "read",
    "tagging-cells": "account",
    "tagging-names": "account",
    "tagging-write": "post",
    "tagging-preview": "post",
    "paste": "record",
    "paste-csv": "record",
    "paste-xlsx": "record",
    "paste-table": "own table",
    "paste-apply": "post",
    "change-list": "read",
    "change": "read",
    "revert": "revert",
    "align": "align",
    "queue": "record",
    "review": "record",
    "revoke-token": "post",
    "set-language": "post",
    "evidence-file": "file",
    "account": "account",
    "view-list": "account",
    "save-view": "post",
    "delete-view": "post",
    "start-view": "post",
    "healthz": "open",
    "readyz": "open",
    "api-root": "api",
    "api-schema": "api",
    "api-docs": "api",
    "api-coverage": "api",
    "api-coverage-matrix": "api",
    "api-coverage-gaps": "api",
    "api-coverage-timeline": "api",
    "api-coverage-compare": "api",
    "api-strategies-list": "api",
    "api-strategies-detail": "api",
    "api-revisions-list": "api",
    "api-revisions-detail": "api",
    "api-revisions-diff": "api",
    "api-correspondences-list": "api",
    "api-elements-list": "api",
    "api-programmes-list": "api",
    "api-programmes-detail": "api",
    "api-alignments-list": "api",
    "api-alignments-detail": "api",
    "api-changes-list": "api",
    "api-changes-detail": "api",
}
READ = sorted(name for name, rule in RULES.items() if rule in ("read", "feed"))
# Tested where they stand: sign-in in tests/views, the administration in tests/admin,
# writing by the API in tests/api.
ELSEWHERE = ("account_", "mfa_", "socialaccount_", "social/", "openid_connect_", "admin:")
WRITES_ONLY = {
    "api-alignments-withdraw", "api-alignments-confirm", "api-alignments-reaffirm",
    "api-alignments-send-back", "api-nothing",
}  # fmt: skip


def names(patterns=None, namespace=""):
    """Yield the name of every address."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}"


@pytest.fixture
def world(department_a):
    """A programme of department A with one alignment, and someone of each role."""
    strategy = factories.make_strategy()
    strategy_services.create_draft(strategy=strategy, by=None, name_en="Second")
    programme = factories.make_programme(department=department_a)
    other = factories.make_department("DEP-B")
    people = {
        "viewer": factories.make_person("v"),
        "other staff": factories.make_person("o", role="staff", departments=[other]),
        "staff": factories.make_person("s", role="staff", departments=[department_a]),
        "manager": factories.make_person("m", role="manager", name="Mariko"),
        "admin": factories.make_person("a", role="admin"),
    }
    factories.make_target(factories.get_element("A"), 1)
    row = factories.align(programme, "A", by=people["manager"])
    other_admin = factories.make_person("t", role="admin")
    factories.make_table("PRG-1\tA.1\t1\tIt says so.", other_admin)
    factories.make_document("# Aims\n\n- Open up\n", other_admin)
    return {"people": people, "row": row, "programme": programme}


# Addresses of the strategy as a whole, and of one of its elements.
OF_STRATEGY = {
    "strategy", "strategy-pdf", "strategy-compare", "strategy-feed", "draft", "draft-name",
    "draft-add", "draft-discard", "draft-publish", "draft-document",
}  # fmt: skip
OF_ELEMENT = {
    "element", "draft-element", "draft-move", "draft-withdraw", "draft-restore",
    "draft-current", "draft-decide", "draft-origins", "draft-place", "draft-code",
    "target-add",
}  # fmt: skip


def address(name, row):
    """Return an address that exists in the world."""
    document = PendingDocument.objects.get().pk
    arguments = {
        **dict.fromkeys(OF_STRATEGY, ("STR",)),
        **dict.fromkeys(OF_ELEMENT, ("STR", "A")),
        "strategy-revision": ["STR", "2017-08-01"],
        "strategy-revision-pdf": ["STR", "2017-08-01"],
        "target": [Target.objects.get().pk],
        "target-remove": [Target.objects.get().pk],
        "draft-document-rows": ["STR", document],
        "draft-document-row": ["STR", document, 1],
        "draft-document-keep": ["STR", document],
        "draft-document-away": ["STR", document],
        "programme": ["PRG-1"],
        "change": [row.opened_in_id],
        "revert": [row.opened_in_id],
        "paste-table": [PendingTable.objects.get().pk],
        "paste-apply": [PendingTable.objects.get().pk],
        "align": ["PRG-1", "STR", "A"],
        "revoke-token": [1],
        "delete-view": [1],
        "start-view": [1],
        "evidence-file": [row.evidence.get().pk],
        "api-strategies-detail": ["STR"],
        "api-revisions-list": ["STR"],
        "api-revisions-detail": ["STR", "2017-08-01"],
        "api-revisions-diff": ["STR"],
        "api-correspondences-list": ["STR"],
        "api-programmes-detail": ["PRG-1"],
        "api-alignments-detail": [row.pk],
        "api-changes-detail": [row.opened_in_id],
    }
    return reverse(name, args=arguments.get(name, []))


def sign_in(client, world, role):
    if role == "anonymous":
        client.logout()
    else:
        client.force_login(world["people"][role])


def test_every_address_has_a_rule():
    ours = {name for name in names() if not name.startswith(ELSEWHERE)} - WRITES_ONLY
    assert ours == set(RULES)


@pytest.mark.parametrize("name", sorted(RULES))
def test_who_may_look(name, client, world):
    statuses = []
    for role in ROLES:
        sign_in(client, world, role)
        answer = client.get(address(name, world["row"]))
        statuses.append(answer.status_code)
        if answer.status_code == SIGN_IN:
            assert answer.url.startswith(reverse("account_login"))
    assert statuses == GET[RULES[name]]


@pytest.mark.parametrize("name", [name for name in sorted(RULES) if name != "api-docs"])
def test_looking_writes_nothing(name, client, world):
    sign_in(client, world, "admin")
    before = (Change.objects.count(), Alignment.objects.count())
    client.get(address(name, world["row"]))
    assert (Change.objects.count(), Alignment.objects.count()) == before


@pytest.mark.parametrize("name", READ)
def test_public_pages_open_reading_without_names(name, client, world, settings):
    settings.PUBLIC_PAGES = True
    answer = client.get(address(name, world["row"]))
    assert answer.status_code == 200
    assert b"Mariko" not in answer.content


@pytest.mark.parametrize(
    "name",
    [
        n
        for n, rule in sorted(RULES.items())
        if rule not in ("open", "read", "feed", "api", "post", "revert")
    ],
)
def test_public_pages_open_nothing_else(name, client, world, settings):
    settings.PUBLIC_PAGES = True
    answer = client.get(address(name, world["row"]))
    assert answer.status_code == SIGN_IN
    assert answer.url.startswith(reverse("account_login"))


def withdraw(client, world):
    row = world["row"]
    return client.post(address("align", row), {"do": "withdraw", "replaces": row.pk})


def test_who_may_withdraw(client, world):
    statuses = {}
    for role in ["anonymous", "viewer", "other staff"]:
        sign_in(client, world, role)
        statuses[role] = withdraw(client, world).status_code
    assert statuses == {"anonymous": SIGN_IN, "viewer": DENIED, "other staff": DENIED}
    assert Alignment.objects.open().get() == world["row"]
    sign_in(client, world, "staff")
    withdraw(client, world)
    assert Alignment.objects.open().count() == 0


def test_who_may_confirm(client, world):
    row = world["row"]
    statuses = {}
    for role in ["anonymous", "viewer", "other staff", "manager"]:
        sign_in(client, world, role)
        answer = client.post(address("align", row), {"do": "confirm", "replaces": row.pk})
        statuses[role] = answer.status_code
    assert statuses == {
        "anonymous": SIGN_IN,
        "viewer": DENIED,
        "other staff": DENIED,
        "manager": DENIED,  # it is their own
    }
    row.refresh_from_db()
    assert row.confirmed_in is None
    sign_in(client, world, "staff")
    client.post(address("align", row), {"do": "confirm", "replaces": row.pk})
    row.refresh_from_db()
    assert row.confirmed_in.by == world["people"]["staff"]


EDITS = {
    "draft": {"name_en": "Third"},
    "draft-name": {"name_en": "Second", "preface_en": "Why.", "replaces": 2**63 - 1},
    "draft-add": {"code": "C", "title_en": "C", "type": "aim", "is_alignable": "yes"},
    "draft-discard": {},
    "draft-element": {"title_en": "New", "type": "aim", "is_alignable": "yes"},
    "draft-move": {"direction": "down"},
    "draft-withdraw": {},
    "draft-restore": {},
    "draft-current": {},
    "draft-decide": {"modification": "material"},
    "draft-origins": {"kind": "split", "origins": "B"},
    "draft-place": {"below": "B"},
    "draft-code": {"code": "Z"},
}


@pytest.mark.parametrize("name", sorted(EDITS))
def test_who_may_edit_the_draft(name, client, world):
    before = Change.objects.count()
    statuses = []
    for role in ["viewer", "other staff", "staff", "manager"]:
        sign_in(client, world, role)
        statuses.append(client.post(address(name, world["row"]), EDITS[name]).status_code)
    assert statuses == [DENIED] * 4
    sign_in(client, world, "anonymous")
    answer = client.post(address(name, world["row"]), EDITS[name])
    # A long form gives back what was typed, with the way to sign in.
    assert answer.status_code == (401 if name == "draft-element" else SIGN_IN)
    assert Change.objects.count() == before


def test_nobody_revokes_the_token_of_another(client, world):
    people = world["people"]
    token, _key = factories.make_token(people["manager"])
    for role in ["viewer", "admin"]:
        sign_in(client, world, role)
        answer = client.post(reverse("revoke-token", args=[token.pk]))
        assert answer.status_code == NOT_HERE
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize("name", [n for n, rule in sorted(RULES.items()) if rule == "post"])
def test_from_what_only_takes_forms_the_language_leads_to_a_page(name, client, world):
    client.force_login(User.objects.get(username="t"))  # whose table and document there are
    sent = {"language": "ja", "next": f"{address(name, world['row'])}?strategy=STR"}
    answer = client.post(reverse("set-language"), sent)
    assert answer.url.endswith("?strategy=STR")
    page = client.get(answer.url)
    assert (page.status_code, page.headers["Content-Language"]) == (200, "ja")


@pytest.mark.parametrize(
    "name",
    sorted(
        {n for n, rule in RULES.items() if rule == "post"}
        # Open to all, and what gives back what was typed.
        - {"set-language", "draft-document-row", "paste-apply"}
    ),
)
def test_from_what_only_takes_forms_signing_in_leads_to_a_page(name, client, world):
    asked = client.post(f"{address(name, world['row'])}?strategy=STR")
    assert asked.url.startswith(reverse("account_login"))
    target = parse_qs(urlsplit(asked.url).query)["next"][0]
    assert target.endswith("?strategy=STR")
    client.force_login(User.objects.get(username="t"))  # whose table and document there are
    assert client.get(target).status_code == 200


@pytest.mark.parametrize("name", READ)
def test_pages_for_reading_take_nothing(name, client, world):
    sign_in(client, world, "admin")
    before = Change.objects.count()
    assert client.post(address(name, world["row"])).status_code == 405
    assert Change.objects.count() == before
