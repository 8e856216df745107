"""What kind of element a heading or a statement is, by its words and its place."""

import re

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
    (Kind.PROCESS, r"process(?:es)?|reviews?|revisions?|進め方|見直し|推進体制"),
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


def is_alignable(kind: str) -> bool:
    """Whether programmes are usually aligned with an element of that kind."""
    return kind in _ALIGNABLE
