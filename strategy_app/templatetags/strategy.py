"""What templates say of levels, bars, dates and texts in two languages."""

import re

import nh3
from django import template
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.dateformat import format as format_date
from django.utils.formats import get_format
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django_countries import countries
from markdown_it import MarkdownIt

from strategy_app import words
from strategy_app.models.dates import first_day
from strategy_app.models.dates import fiscal_year as fiscal_year_of
from strategy_app.models.localized import LocalizedText, localized_text

register = template.Library()

# No pictures: ours are the only files a page may load.
_TAGS = nh3.ALLOWED_TAGS - {"img"}
MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": True}).enable(
    ["table", "linkify"]
)
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@register.simple_tag
def text(value: LocalizedText):
    """Print a text of the data, with its language, marked where it is the other one."""
    if not value.text:
        return ""
    if not value.is_fallback:
        return value.text
    return format_html(
        '<span lang="{}">{}</span> {}', value.language, value.text, _fallback_mark(value)
    )


def fallback_words(value: LocalizedText) -> str:
    """Return what says in which one language there is a text."""
    return _("English only") if value.language == "en" else _("Japanese only")


def _fallback_mark(value):
    """Return what says that a text is not in the reader's language."""
    return format_html(
        '<small class="fallback" title="{}">{}</small>',
        _("There is no translation of this text yet."),
        fallback_words(value),
    )


@register.simple_tag
def bilingual(english, japanese):
    """Print the reader's one of two texts."""
    return text(localized_text(english, japanese))


@register.filter
def markdown(value):
    """Print a text of the data as Markdown; HTML in it stays text."""
    if isinstance(value, LocalizedText):
        html = nh3.clean(MARKDOWN.render(value.text), tags=_TAGS)
        if value.is_fallback:
            html = format_html(
                '<div lang="{}">{}</div>{}',
                value.language,
                mark_safe(html),  # noqa: S308 -- cleaned just above
                _fallback_mark(value),
            )
        return mark_safe(html)  # noqa: S308 -- cleaned just above
    return mark_safe(nh3.clean(MARKDOWN.render(value or ""), tags=_TAGS))  # noqa: S308 -- cleaned


_AROUND = {"same": ("", ""), "out": ("<del>", "</del>"), "in": ("<ins>", "</ins>")}


@register.filter
def marked(pieces):
    """Print two versions of a text as one, what was taken out or put in marked.

    In Python, for a comparison has thousands of pieces.
    """
    found = []
    for kind, piece in pieces:
        before, after = _AROUND[kind]
        found.append(f"{before}{escape(piece)}{after}")
    return mark_safe("".join(found))  # noqa: S308 -- escaped just above


@register.filter
def language_of(value):
    """Return the language that people's own words are in, as far as letters tell."""
    return "ja" if _JAPANESE.search(str(value)) else "en"


@register.simple_tag
def level_mark(level, is_named=True):
    """Print a level: a shape, its number, its name; ``None`` is "not assessed"."""
    label = level_name(level)
    return format_html(
        '<span class="level level-{}"><span aria-hidden="true">{}</span> {}</span>',
        words.part_of(level),
        words.of_level(level).sign,
        format_html("{}", label)
        if is_named
        else format_html('<span class="visually-hidden">{}</span>', label),
    )


@register.filter
def level_name(level):
    """Return a level's name."""
    return str(words.of_level(level).name)


@register.filter
def state_symbol(state):
    """Return the shape of one of the four parts of a bar."""
    return words.PARTS[state].sign if state in words.PARTS else ""


@register.simple_tag
def parts():
    """Return the four parts of a bar: (part, Word) each, the strongest first."""
    return words.PARTS.items()


@register.filter
def said(state):
    """Return the Word for a record's confirmation (a ``standing.State``), or None."""
    return words.of_confirmation(state)


@register.simple_tag
def told_by_sign():
    """Return the Words for what the cells of the grid tell of a record by a sign."""
    return [words.RECORDS[name] for name in words.TOLD_BY_SIGN]


@register.inclusion_tag("strategy_app/_bar.html")
def bar(row):
    """Draw an element's bar in four parts."""
    return {"row": row}


@register.filter
def partial_date(value):
    """Print a partial date as precisely as it is known: "2009", "April 2009"."""
    if not value:
        return ""
    formats = {4: _("Y"), 7: "YEAR_MONTH_FORMAT", 10: "DATE_FORMAT"}
    return format_date(first_day(value), get_format(formats[len(value)]))


@register.filter
def fiscal_year(day):
    """Print the fiscal year of a day: "FY2026"."""
    return _("FY%(year)d") % {"year": fiscal_year_of(day)}


@register.filter
def country_names(codes):
    """Return the names of partner countries in the reader's language."""
    return [countries.name(getattr(code, "code", code)) for code in codes]


@register.filter
def percent_of(part, whole):
    """Print a share in per cent, one digit below ten."""
    if not whole:
        return "–"
    share = 100 * part / whole
    shown = f"{share:.1f}" if 0 < share < 10 else f"{share:.0f}"
    return _("%(share)s %%") % {"share": shown}


_MILLION = 1_000_000
# What a currency is called where a language has its own name for it.
_CURRENCIES = {"JPY": pgettext_lazy("currency", "JPY")}


@register.filter
def quantity(number, basis):
    """Print how much was counted: so many programmes, or so many millions of budget.

    One digit below ten millions. ``money_unit`` is said once beside such numbers.
    """
    if basis != "budget":
        return intcomma(number)
    millions = number / _MILLION
    if 0 < abs(millions) < 0.05:
        return "<0.1"
    digits = 0 if abs(millions) >= 9.95 else 1
    return f"{millions:,.{digits}f}".removesuffix(".0")


@register.simple_tag
def money_unit():
    """Print the unit of amounts of budget: "million JPY"."""
    code = settings.CURRENCY
    return _("million %(currency)s") % {"currency": _CURRENCIES.get(code, code)}


@register.simple_tag
def matrix_cell(cell, show, basis="programmes", kind=""):
    """Print a cell of the matrix: its number or share, linked to its programmes; or a mark.

    kind: further classes of the cell. In Python, for a page has five hundred of them and a
    template takes most of its time.
    """
    classes = f"{kind or f'heat heat-{cell.shade}'}{' hole' * cell.is_hole}"
    classes += " unread" * (cell.is_unread or cell.is_unbudgeted)
    return format_html(
        '<td class="{classes}"{anchor}>{content}</td>',
        classes=classes,
        anchor=format_html(' id="{}"', cell.anchor) if cell.anchor else "",
        content=_cell_link(cell, show, basis),
    )


def _cell_link(cell, show, basis):
    if not cell.address:
        return format_html(
            '<span class="no-cell" title="{words}"><span aria-hidden="true">–</span>'
            '<span class="visually-hidden">{words}</span></span>',
            words=_("Not in force"),
        )
    count, active = quantity(cell.count, basis), quantity(cell.active, basis)
    told = _("%(count)s of %(active)s; %(assessed)s assessed") % {
        "count": count, "active": active, "assessed": quantity(cell.assessed, basis),
    }  # fmt: skip
    # Nor is there a share of a budget that is not on record.
    is_shareless = show != "counts" and basis == "budget" and not cell.active
    is_unbudgeted = cell.is_unbudgeted or is_shareless
    if is_unbudgeted:
        told = _("No budget on record")
    shown = count if show == "counts" else percent_of(cell.count, cell.active)
    return format_html(
        '<a href="{address}" title="{told}">{shown}</a>',
        address=cell.address, told=told, shown=_cell_mark(cell, is_unbudgeted) or shown,
    )  # fmt: skip


def _cell_mark(cell, is_unbudgeted):
    """Return what stands in place of a number that would be read as a plain zero."""
    # Most cells have none, and each text costs a look into the catalogue.
    if cell.is_hole and cell.is_unread:
        mark, words = "◌?", _("Hole, not assessed yet")
    elif cell.is_hole:
        mark, words = "◌", f"{_('Hole')}: 0"
    elif cell.is_unread:
        mark, words = "?", _("Not assessed")
    elif is_unbudgeted:
        mark, words = "–", _("No budget on record")
    else:
        return ""
    return format_html(
        '<span aria-hidden="true">{}</span><span class="visually-hidden">{}</span>',
        mark, words,
    )  # fmt: skip


@register.filter
def indent(depth):
    """Return the class that sets an element in by its depth."""
    return f"indent-{min(int(depth), 4)}"


@register.filter
def level_number(value):
    """Return a level as a number, from what a form holds."""
    return int(value)


@register.filter
def at(mapping, key):
    """Return what a mapping holds at a level."""
    return mapping.get(int(key))


@register.filter
def of(mapping, key):
    """Return what a mapping holds for a key, None where it holds nothing."""
    return mapping.get(key)


@register.filter
def shown_value(field):
    """Return what stands in a field: a date in the form that browsers read."""
    value = field.value()
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else value
