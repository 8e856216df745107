"""The strategy's text as a PDF: what the page shows, set for paper."""

import hashlib
import unicodedata
from urllib.parse import quote

import structlog
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from strategy_app.coverage import counts
from strategy_app.coverage.counts import STATES
from strategy_app.exporters import document_pdf, renderer
from strategy_app.exporters.document_pdf import Document, Key, Other, Prose, Section, Text
from strategy_app.exporters.markdown import blocks
from strategy_app.forms.document import DocumentForm, TextForm
from strategy_app.models.localized import LocalizedText, localized_text
from strategy_app.templatetags.strategy import (
    fallback_words,
    fiscal_year,
    money_unit,
    quantity,
)
from strategy_app.views import drawn
from strategy_app.views.context import has_illustrative
from strategy_app.views.rows import state_label
from strategy_app.views.scope_bar import scope_bar
from strategy_app.views.scoping import reading, scoped
from strategy_app.views.strategy import document, revision, strategy

# What fits on a line at the head of a page, in halves of a full-width sign.
_RUNNING_WIDTH = 124
_PATIENCE_SECONDS = 20
_log = structlog.get_logger(__name__)


@reading
@scoped(DocumentForm)
def strategy_pdf(request, code):
    """Send the text in force on the day, with its coverage unless that is hidden."""
    shown = strategy.shown(request, code)
    if not shown["row"]:
        raise Http404
    return _send(request, shown)


@reading
@scoped(TextForm)
def revision_pdf(request, code, day):
    """Send a published revision as it was worded."""
    return _send(request, revision.shown(request, code, day))


def _send(request, shown):
    """Answer with the PDF, unless the reader has it already or it cannot be made."""
    made_of = document_pdf.payload(_document(request, shown))
    version = hashlib.sha256(document_pdf.version() + made_of).hexdigest()
    etag = f'"{version[:32]}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        try:
            pdf = drawn.once(
                version, lambda: document_pdf.pdf(made_of), patience=_PATIENCE_SECONDS
            )
        except renderer.Failed as failed:
            _log.error("pdf_failed", path=request.path, reason=str(failed))
            return _sorry(request, shown, failed)
        response = HttpResponse(pdf, content_type="application/pdf")
        response.headers["Content-Disposition"] = _disposition(shown)
    response.headers["ETag"] = etag
    return response


def _sorry(request, shown, failed):
    """Say why there is no PDF now, and lead back to the text."""
    is_too_long = isinstance(failed, document_pdf.TooLong)
    page = request.path.removesuffix("document.pdf")
    context = {
        "strategy": shown["strategy"],
        "page": f"{page}?{request.GET.urlencode()}",
        "again": "" if is_too_long else request.get_full_path(),
        "is_busy": isinstance(failed, renderer.Busy),
    }
    response = render(
        request, "strategy_app/strategy/strategy_no_pdf.html", context, status=503
    )
    if not is_too_long:
        response.headers["Retry-After"] = str(renderer.RETRY_SECONDS)
    return response


def _languages(shown):
    """Return the languages of the text; without a choice the reader's own, as in print."""
    both = document.languages()
    return both if shown["setting"]["languages"] == "both" else both[:1]


def _disposition(shown):
    """Return what names the file: the strategy, the revision's day, the languages."""
    stem = f"{shown['strategy'].code}-{shown['revision'].in_force_from}"
    languages = _languages(shown)
    plain = f"{stem}-{'-'.join(languages)}.pdf"
    if languages[0] != "ja":
        return f'attachment; filename="{plain}"'
    words = "日本語・英語" if len(languages) > 1 else "日本語"
    localised = quote(f"{stem}-{words}.pdf")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{localised}"


# --- what stands in it ---


def _document(request, shown):
    named, row = shown["strategy"], shown["row"]
    worded, languages = row.revision, _languages(shown)
    is_both, coverage = len(languages) > 1, _coverage_shown(shown)
    in_force, asked = _in_force(row), _asked(request, shown)
    notice = _notice(request) if coverage else ""
    return Document(
        languages=languages,
        name=f"{named.name}: {worded.name}",
        organisation=_text(
            localized_text(settings.ORGANISATION_EN, settings.ORGANISATION_JA)
        ),
        title=_text(named.name),
        other_title=_other_title(named, languages[1]) if is_both else None,
        revision=_text(worded.name),
        lines=[line for line in (in_force, _standing(shown), asked) if line],
        permanent=shown["permanent"],
        permanent_label=_("Permanent address"),
        running=_running(str(named.name), str(worded.name), in_force.rstrip(".。")),
        foot=_foot(coverage, asked, notice),
        notice=notice,
        contents=_("Contents"),
        contents_depth=max((part.level for part in shown["contents"]), default=1),
        key=_key(coverage, shown["sections"]) if coverage else None,
        preface=_prose(worded.preface, shown) if worded.preface.text else None,
        sections=[_section(part, shown, is_both) for part in shown["sections"]],
    )


def _coverage_shown(shown):
    """Return the coverage that stands beside the text, None where none does."""
    coverage = _coverage_asked(shown)
    return None if coverage is None or coverage.is_empty else coverage


def _coverage_asked(shown):
    """Return the coverage that is asked for, be there programmes or not."""
    return None if shown["setting"]["hides_coverage"] else shown.get("coverage")


def _in_force(row):
    days = {"day": date_format(row.revision.in_force_from)}
    if row.in_force_until:
        days["until"] = date_format(row.in_force_until)
        return _("In force from %(day)s until before %(until)s.") % days
    if row.state == "coming":
        return _("In force from %(day)s.") % days
    return _("In force since %(day)s.") % days


def _standing(shown):
    """Return that another text is in force today, in words, "" where none is."""
    now = shown.get("in_force")
    if shown["row"].state != "past" or not now:
        return ""
    return _("This is not the text in force today: that is “%(name)s”.") % {
        "name": now.name
    }


def _asked(request, shown):
    """Return the question that coverage answers, in words: the day, then the filters."""
    coverage = _coverage_asked(shown)
    if coverage is None:
        return ""
    scope = request.scope
    filtered = scope_bar(request, request.scope_form, scope.but(day=scope.today))
    words = [f"{part.label}: {part.value}" for part in filtered["scope_parts"]]
    if coverage.is_empty:
        words.append(_("No active programme matches"))
    day = _("Coverage on %(day)s") % {"day": date_format(scope.day)}
    return " · ".join([day, *words])


def _foot(coverage, asked, notice):
    """Return what is to be known of the numbers on each page, "" where there are none."""
    if coverage is None:
        return ""
    frame, at = coverage.frame, "–"
    if frame.changed_at:
        at = date_format(timezone.localtime(frame.changed_at), "SHORT_DATETIME_FORMAT")
    as_of = _("Data as of change %(number)d, %(at)s.") % {"number": frame.change, "at": at}
    words = [asked, as_of.rstrip(".。")]
    return " · ".join([*words, _("Illustrative data")] if notice else words)


def _notice(request):
    if not has_illustrative(request):
        return ""
    return _(
        "Illustrative data: alignments and end dates shown here are examples, not the"
        " agency's own judgement."
    )


def _key(coverage, sections):
    assessed, cells = counts.completeness(coverage)
    has_targets = any(part.coverage and part.coverage.marks for part in sections)
    return Key(
        states=[{"state": state, "label": state_label(state)} for state in STATES],
        target=_("Target") if has_targets else None,
        counted=_counted(coverage),
        completeness=_(
            "%(assessed)s of %(cells)s pairs of programme and element have been looked at;"
            " the rest is not assessed, which is not the same as no."
        )
        % {"assessed": intcomma(assessed), "cells": intcomma(cells)},
    )


def _counted(coverage):
    """Return what the numbers count, and that there is nothing where there is not."""
    scope, number = coverage.scope, quantity(coverage.active, coverage.scope.basis)
    if scope.basis != "budget":
        return f"{_('Active programmes')}: {number}"
    if not coverage.with_budget:
        return _(
            "No budget is recorded for %(year)s, so no amount is known. Count programmes"
            " instead, or enter budgets in the administration."
        ) % {"year": fiscal_year(scope.day)}
    known = _("Budget known of %(known)s of %(all)s active programmes in %(year)s.") % {
        "known": intcomma(coverage.with_budget),
        "all": intcomma(coverage.programmes),
        "year": fiscal_year(scope.day),
    }
    return f"{_('Budget of active programmes')}: {number} {money_unit()} · {known}"


def _section(part, shown, is_both):
    wording, code = part.wording, part.code
    has_coverage = part.coverage and not shown["setting"]["hides_coverage"]
    return Section(
        code=code,
        level=part.level,
        title=_text(wording.title),
        body=_prose(wording.body, shown),
        note=" · ".join([*_about(wording, shown), *_links(part)]),
        warnings=_warnings(part),
        address=f"{shown['permanent']}#{code}",
        other=_other(part.other, shown) if is_both and part.other else None,
        coverage=_coverage(part.coverage) if has_coverage else None,
    )


def _about(wording, shown):
    """Return what an element is, where its text is from, how it changed: in words."""
    words = [str(wording.type)]
    if wording.source:
        words.append(wording.source)
    if not wording.is_alignable:
        words.append(_("context only"))
    if shown["row"].previous and wording.modification != wording.Modification.UNCHANGED:
        words.append(wording.get_modification_display())
    return words


def _links(part):
    """Return what it was split or merged from, and into: in words."""
    return [f"{label} {', '.join(codes)}" for label, codes in part.links]


def _warnings(part):
    found = []
    if part.is_withdrawn:
        found.append(_("withdrawn since"))
    if part.wording.behind == "ja":
        found.append(_("The Japanese text was not revised together with the English."))
    if part.wording.behind == "en":
        found.append(_("The English text was not revised together with the Japanese."))
    return found


def _coverage(row):
    return document_pdf.Coverage(
        words=f"{row.code}: {row.summary}",
        parts=[
            document_pdf.Part(part.state, part.shown, part.start, part.share)
            for part in row.parts
        ],
        marks=[document_pdf.Mark(mark.place, mark.words) for mark in row.marks],
    )


# --- texts ---


def _text(value: LocalizedText):
    return Text(value.text, value.language, _mark(value))


def _prose(value: LocalizedText, shown):
    found = blocks(value.text, base=shown["permanent"])
    return Prose(found, value.language, _mark(value) if found else "")


def _mark(value):
    return fallback_words(value) if value.is_fallback else ""


def _other(other, shown):
    return Other(
        other.language,
        Text(other.title, other.language),
        Prose(blocks(other.body, base=shown["permanent"]), other.language),
    )


def _other_title(named, language):
    other = getattr(named, f"name_{language}")
    return Text(other, language) if other and other != str(named.name) else None


def _running(strategy_name, revision_name, days):
    """Return the head of each page, left and right: names are cut short, days never.

    The days stand below the revision where both are too long for one line.
    """
    left = _shortened(strategy_name, _RUNNING_WIDTH - _width(days))
    room = _RUNNING_WIDTH - _width(left)
    right = f"{revision_name} · {days}"
    if _width(right) > room:
        right = f"{_shortened(revision_name, room)}\n{days}"
    return [left, right]


def _shortened(words, room):
    """Return words as far as there is room for them; more of them end in a mark."""
    if _width(words) <= room:
        return words
    kept = words
    while kept and _width(f"{kept} …") > room:
        kept = kept[:-1]
    return f"{kept.rstrip()} …"


def _width(words):
    """Return how wide words are in our font, in halves of a full-width sign."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1.2 for sign in words)
