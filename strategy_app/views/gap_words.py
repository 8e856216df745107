"""Gaps in words: why each is one."""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from strategy_app.coverage.gaps import Kind
from strategy_app.models import Target
from strategy_app.views.rows import amount

# So many programmes of a cliff are named; the rest are counted.
_NAMED = 4


def why(frame, gap) -> str:
    """Return why something is a gap, in one sentence without a full stop."""
    if gap.kind == Kind.CLIFF:
        return _why_cliff(frame, gap)
    if gap.kind == Kind.UNKNOWN and gap.measure:
        return _why_open(gap)
    if gap.kind == Kind.BELOW_TARGET:
        return _why_below_target(gap)
    if gap.kind == Kind.UNKNOWN and not gap.assessed:
        return _("none of %(active)s assessed yet") % {"active": intcomma(gap.active)}
    sentence = {
        Kind.UNCOVERED: _("%(assessed)s of %(active)s assessed, none supports it"),
        Kind.THIN: _("one single programme supports it"),
        Kind.HOLE: _("none of %(active)s supports it (%(assessed)s assessed)"),
        Kind.UNEVIDENCED: _("%(actual)s support it, none with a dated source"),
        Kind.UNCONFIRMED: _("%(actual)s support it, none confirmed by a second person"),
        Kind.STALE: ngettext(
            "%(actual)s support it, none confirmed and judged within %(months)d month",
            "%(actual)s support it, none confirmed and judged within %(months)d months",
            frame.thresholds.fresh_months,
        ),
        Kind.NEEDS_REVIEW: _("%(low)s of %(actual)s that support it ask to be re-read"),
        Kind.UNKNOWN: _(
            "only %(assessed)s of %(active)s assessed (%(percent)d %%);"
            " %(actual)s support it"
        )
        if gap.actual
        else _(
            "only %(assessed)s of %(active)s assessed (%(percent)d %%);"
            " none supports it so far"
        ),
    }[gap.kind]
    return sentence % {
        "assessed": intcomma(gap.assessed),
        "active": intcomma(gap.active),
        "actual": intcomma(int(gap.actual)),
        "low": intcomma(int(gap.low or 0)),
        "months": frame.thresholds.fresh_months,
        "percent": round(100 * gap.assessed / gap.active) if gap.active else 0,
    }


def _why_below_target(gap):
    return _("%(measure)s: target %(target)s, now %(low)s, at most %(high)s") % {
        "measure": Target.Measure(gap.measure).label,
        "target": amount(gap.measure, gap.target),
        "low": amount(gap.measure, gap.low),
        "high": amount(gap.measure, gap.high),
    }


def _why_open(gap):
    """Say that nobody can tell whether a target is met, and what is missing to tell."""
    sentence = _(
        "%(measure)s: target %(target)s; no budget is on record for %(number)s of"
        " %(active)s active programmes, so it may be anything from %(low)s to %(high)s"
    )
    return sentence % {
        "measure": Target.Measure(gap.measure).label,
        "target": amount(gap.measure, gap.target),
        "number": intcomma(gap.unbudgeted),
        "active": intcomma(gap.active),
        "low": amount(gap.measure, gap.low),
        "high": amount(gap.measure, gap.high),
    }


def _why_cliff(frame, gap):
    codes = [frame.programmes.codes[column] for column in gap.programmes]
    named = _(", ").join(codes[:_NAMED])
    if len(codes) > _NAMED:
        named = _("%(some)s and %(number)s more") % {
            "some": named,
            "number": intcomma(len(codes) - _NAMED),
        }
    sentence = _(
        "supported by %(actual)s, from %(day)s on by none; these end: %(programmes)s"
    )
    if gap.measure:
        sentence = _(
            "%(measure)s: %(actual)s, from %(day)s on %(low)s, target %(target)s;"
            " these end: %(programmes)s"
        )
    return sentence % {
        "measure": gap.measure and Target.Measure(gap.measure).label,
        "target": gap.measure and amount(gap.measure, gap.target),
        "day": date_format(gap.from_day),
        "low": intcomma(int(gap.low)),
        "actual": intcomma(gap.actual),
        "programmes": named,
    }
