"""What kind of element a heading or a statement is, by its words and its place."""

import re
import unicodedata
from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from strategy_app.models import ElementType


class Kind(TextChoices):
    """What the words and the place of an element of a document can tell that it is."""

    STRATEGY = "strategy", _("Strategy")
    MISSION = "mission", _("Mission")
    PURPOSE = "purpose", _("Purpose")
    AIM = "aim", _("Aim")
    AIM_COMPONENT = "aim_component", _("Part of an aim")
    KEY_POINT = "key_point", _("Key point")
    SUB_POINT = "sub_point", _("Sub-point")
    GLOBAL_ISSUE = "global_issue", _("Global issue")
    DRIVER = "driver", _("Driver")
    DRIVER_FACTOR = "driver_factor", _("Factor of a driver")
    CLAIM = "claim", _("Statement")
    DEFINITION = "definition", _("Definition")
    INDICATOR = "indicator", _("Indicator")
    ROLE = "role", pgettext_lazy("kind of element", "Role")
    PORTFOLIO_KIND = "portfolio_kind", _("Portfolio category")
    PARTNER_TYPE = "partner_type", _("Kind of partner")
    BASIS_DOCUMENT = "basis_document", _("Basis document")
    PROCESS = "process", _("Process")
    GOAL = "goal", _("Goal")
    GOAL_TARGET = "goal_target", _("Target of a goal")


# A word with its number says what a heading is.
_OF_LABEL = {
    Kind.KEY_POINT: r"(?:strategic )?(?:key points?|priorit(?:y|ies)|pillars?)"
                    r"|(?:の)?(?:重点.*|要点|柱)",
    Kind.AIM: r"aims?|objectives?|目標|ねらい",
    Kind.GOAL: r"goals?",
    Kind.GOAL_TARGET: r"targets?",
    Kind.MISSION: r"missions?|使命",
    Kind.PURPOSE: r"purposes?|目的",
    Kind.DRIVER: r"drivers?|原動力",
    Kind.GLOBAL_ISSUE: r"global issues?|地球規模課題|課題",
    Kind.INDICATOR: r"indicators?|指標",
}  # fmt: skip

# The words of a heading say what stands below it.
_OF_SECTION = [
    (Kind.GLOBAL_ISSUE, r"global (?:issues?|challenges?)|地球規模課題|世界共通の課題"),
    (Kind.KEY_POINT, r"(?:key|main|focal) points?|priorit(?:y|ies)|pillars"
                     r"|重点(?:事項|項目|課題)?|要点|柱"),
    (Kind.DRIVER, r"drivers?|原動力|推進力"),
    (Kind.INDICATOR, r"(?:key )?(?:performance )?indicators?|KPIs?|指標"),
    (Kind.DEFINITION, r"definitions?|terms|定義|用語"),
    (Kind.PARTNER_TYPE, r"(?:kinds of )?partners(?: and .*)?|パートナー|連携先"),
    (Kind.PORTFOLIO_KIND, r"portfolio|事業構成|事業の区分"),
    (Kind.BASIS_DOCUMENT, r"(?:basis|related|reference) documents?|関連文書|参照文書"
                          r"|根拠文書"),
    (Kind.PROCESS, r"process(?:es)?|reviews?|進め方|見直し|推進体制"),
    (Kind.ROLE, r"roles?|役割"),
    (Kind.MISSION, r"missions?|使命|ミッション"),
    (Kind.PURPOSE, r"purposes?|目的|趣旨"),
    (Kind.GOAL, r"goals"),
    (Kind.AIM, r"aims?|objectives?|目指す(?:もの|姿|方向)|ねらい|目標"),
]  # fmt: skip
_SECTIONS = [
    (kind, re.compile(rf"(?:.*[\sぁ-ヿ一-鿿])?(?:{words})(?: of .*)?[:：]?\Z", re.I))
    for kind, words in _OF_SECTION
]
_LABELS = [(kind, re.compile(rf"(?:{words})\Z", re.I)) for kind, words in _OF_LABEL.items()]
_ISSUES = re.compile(
    r"global (?:issues?|challenges?)|challenges? shared|地球規模(?:の)?課題|世界共通の課題",
    re.I,
)

_BELOW = {
    Kind.AIM: Kind.AIM_COMPONENT,
    Kind.KEY_POINT: Kind.SUB_POINT,
    Kind.DRIVER: Kind.DRIVER_FACTOR,
    Kind.GOAL: Kind.GOAL_TARGET,
    Kind.GLOBAL_ISSUE: Kind.GLOBAL_ISSUE,
}
_ALIGNABLE = {*_BELOW, *_BELOW.values()}
_MAY_LIST_ISSUES = {Kind.KEY_POINT, Kind.SUB_POINT, Kind.CLAIM}
# A heading of more words than a section's is a sentence about it.
_MOST_SECTION = 60


class Types:
    """The types that a strategy has already, under which it knows what a document names."""

    def __init__(self, types: Iterable[ElementType] = ()):
        self.by_code = {each.code: each for each in types}
        self.by_name = {
            _plain(name): each.code
            for each in self.by_code.values()
            for name in (each.name_en, each.name_ja)
            if name and each.code != Kind.STRATEGY  # which only a title can be
        }

    def of_section(self, title: str) -> str | None:
        """Return the code of the type, or the kind, of what stands below such a heading."""
        name = _plain(title.strip().rstrip(":：").strip())
        singular = re.sub(r"ies\Z", "y", name) if name.endswith("ies") else name[:-1]
        own = self.by_name.get(name)
        if own is None and name.endswith("s"):
            own = self.by_name.get(singular)
        return own or of_section(title)

    def code_of(self, kind: str) -> str:
        """Return the code of the type that is called so in either language, else ``kind``.

        Of that code there is no type yet: a document proposes it.
        """
        if kind in self.by_code or kind not in Kind.values:
            return kind
        names = (_plain(name) for name in names_of(kind).values())
        return next((self.by_name[name] for name in names if name in self.by_name), kind)

    def is_alignable(self, kind: str) -> bool:
        """Whether programmes are usually aligned with an element of that kind."""
        known = self.by_code.get(self.code_of(kind))
        return kind in _ALIGNABLE if known is None else known.is_alignable


def _plain(name):
    return unicodedata.normalize("NFKC", name).casefold()


def names_of(kind: str) -> dict[str, str]:
    """Return what a kind is called in each language."""
    found = {}
    for language in ("en", "ja"):
        with override(language):
            found[language] = str(Kind(kind).label)
    return found


def new_type(kind: str) -> ElementType:
    """Return the type that a document proposes with a kind, of no strategy yet."""
    if kind not in Kind.values:  # of a type that the strategy has no more
        names = {"en": kind.replace("_", " ").capitalize(), "ja": ""}
    else:
        names = names_of(kind)
    return ElementType(
        code=kind, name_en=names["en"], name_ja=names["ja"], is_alignable=kind in _ALIGNABLE
    )


def of_label(label: str) -> str | None:
    """Return the kind that "key point" names, or None (a chapter)."""
    return next((kind for kind, words in _LABELS if words.match(label)), None)


def of_section(title: str) -> str | None:
    """Return the kind of what stands below a heading of that title, or None."""
    if len(title) > _MOST_SECTION:
        return None
    return next((kind for kind, words in _SECTIONS if words.match(title.strip())), None)


def below(kind: str, text: str) -> str:
    """Return the kind of a statement below one of ``kind`` whose words are ``text``."""
    if kind in _MAY_LIST_ISSUES and _ISSUES.search(text):
        return Kind.GLOBAL_ISSUE
    return _BELOW.get(kind, Kind.CLAIM)
