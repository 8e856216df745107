"""The ledger: each judgement of one programme against one element, never overwritten."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from strategy_app.models.change import Change, history
from strategy_app.models.localized import localized
from strategy_app.models.programme import Programme
from strategy_app.models.strategy import Element, Wording


class Level(models.IntegerChoices):
    """How far an element is a purpose of a programme, after the OECD-DAC policy markers.

    That there is no alignment in force means "not assessed", which is not a level.
    """

    NOT_TARGETED = 0, _("Not targeted")
    SIGNIFICANT = 1, _("Significant")
    PRINCIPAL = 2, _("Principal")


class LevelDefinition(models.Model):
    """What a level means, in the agency's words; read next to every choice of level."""

    # Empty: "not assessed", which has a definition but is never chosen or stored.
    level = models.SmallIntegerField(
        _("level"), choices=Level.choices, null=True, blank=True, unique=True
    )
    name_en = models.CharField(_("name (English)"), max_length=100)
    name_ja = models.CharField(_("name (Japanese)"), max_length=100, blank=True)
    use_when_en = models.TextField(_("use when (English)"))
    use_when_ja = models.TextField(_("use when (Japanese)"), blank=True)
    evidence_rule_en = models.TextField(_("evidence rule (English)"), blank=True)
    evidence_rule_ja = models.TextField(_("evidence rule (Japanese)"), blank=True)
    history = history()

    name = localized("name")
    use_when = localized("use_when")
    evidence_rule = localized("evidence_rule")

    class Meta:
        verbose_name = _("definition of a level")
        verbose_name_plural = _("definitions of levels")

    def __str__(self):
        return str(self.name)


class AlignmentQuerySet(models.QuerySet):
    """Filters on the ledger; both times are half-open."""

    def in_force(self, day):
        """Rows that hold on ``day``: valid_from <= day < valid_until."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=day), valid_from__lte=day
        )

    def open(self):
        """Rows that nothing has replaced or withdrawn."""
        return self.filter(valid_until__isnull=True)


class Alignment(models.Model):
    """One row of the ledger.

    ``valid_from``/``valid_until`` say when it holds (days, half-open), ``opened_in``/
    ``closed_in`` when that was written. The database lets through only two updates,
    each once: closing (``valid_until`` with ``closed_in``) and ``confirmed_in``.
    """

    programme = models.ForeignKey(
        Programme,
        verbose_name=_("programme"),
        on_delete=models.PROTECT,
        related_name="alignments",
    )
    element = models.ForeignKey(
        Element,
        verbose_name=_("element"),
        on_delete=models.PROTECT,
        related_name="alignments",
    )
    level = models.SmallIntegerField(_("level"), choices=Level.choices)
    rationale = models.TextField(_("rationale"))
    wording = models.ForeignKey(
        Wording,
        verbose_name=_("wording that was judged"),
        on_delete=models.PROTECT,
        related_name="alignments",
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    opened_in = models.ForeignKey(
        Change,
        verbose_name=_("recorded in"),
        on_delete=models.PROTECT,
        related_name="opened_alignments",
    )
    closed_in = models.ForeignKey(
        Change,
        verbose_name=_("closed in"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="closed_alignments",
    )
    confirmed_in = models.ForeignKey(
        Change,
        verbose_name=_("confirmed in"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="confirmed_alignments",
    )
    # The row in which this same judgement was first made, where taking back a change or a
    # later confirmation has recorded it again: who judged and when is read there. That
    # row never continues another one.
    continues = models.ForeignKey(
        "self",
        verbose_name=_("continues"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="continued_by",
    )

    objects = AlignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("alignment")
        verbose_name_plural = _("alignments")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "element"],
                condition=Q(valid_until__isnull=True),
                name="alignment_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(level__in=[0, 1, 2]), name="alignment_level_known"
            ),
            models.CheckConstraint(
                condition=~Q(rationale=""), name="alignment_has_rationale"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="alignment_period_forward",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True, closed_in__isnull=True)
                | Q(valid_until__isnull=False, closed_in__isnull=False),
                name="alignment_closed_in_a_change",
            ),
        ]
        indexes = [
            # History of one cell, and the guard against overlapping periods.
            models.Index(
                fields=["programme", "element", "valid_from"], name="alignment_cell"
            ),
        ]

    def __str__(self):
        return f"{self.programme.code} × {self.element.code}: {self.level}"

    @property
    def judgement(self):
        """The row in which it was first judged: itself, or the one that it continues."""
        return self.continues or self


class Evidence(models.Model):
    """A source that an alignment rests on: an address or a file, and its date."""

    alignment = models.ForeignKey(
        Alignment,
        verbose_name=_("alignment"),
        on_delete=models.PROTECT,
        related_name="evidence",
    )
    title = models.CharField(_("title"), max_length=300)
    url = models.URLField(_("address"), max_length=1000, blank=True)
    file = models.FileField(_("file"), upload_to="evidence/%Y/%m/", blank=True)
    # Empty only in history that was loaded from records without it.
    dated_on = models.DateField(_("date of the source"), null=True, blank=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=~Q(url="") | ~Q(file=""), name="evidence_has_address_or_file"
            )
        ]

    def __str__(self):
        return self.title


class Return(models.Model):
    """That a second reader gave a record back to whoever made it, and why.

    The record stays in force; the return is settled once another row stands in its place.
    """

    alignment = models.ForeignKey(
        Alignment,
        verbose_name=_("alignment"),
        on_delete=models.PROTECT,
        related_name="returns",
    )
    note = models.TextField(_("note"))
    returned_in = models.ForeignKey(
        Change,
        verbose_name=_("returned in"),
        on_delete=models.PROTECT,
        related_name="returns",
    )

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = [
            models.CheckConstraint(condition=~Q(note=""), name="return_has_note")
        ]

    def __str__(self):
        return self.note


class Deferral(models.Model):
    """That somebody skipped a cell for now, and why; settled by any later judgement."""

    programme = models.ForeignKey(
        Programme,
        verbose_name=_("programme"),
        on_delete=models.PROTECT,
        related_name="deferrals",
    )
    element = models.ForeignKey(
        Element,
        verbose_name=_("element"),
        on_delete=models.PROTECT,
        related_name="deferrals",
    )
    reason = models.TextField(_("reason"))
    deferred_in = models.ForeignKey(
        Change,
        verbose_name=_("skipped in"),
        on_delete=models.PROTECT,
        related_name="deferrals",
    )

    class Meta:
        verbose_name = _("skipped cell")
        verbose_name_plural = _("skipped cells")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="deferral_has_reason")
        ]
        indexes = [
            models.Index(fields=["programme", "element"], name="deferral_cell"),
        ]

    def __str__(self):
        return self.reason


class Dismissal(models.Model):
    """That somebody found that what a cell could go by does not apply to it.

    What it could go by is recorded of the element that its own was split or merged from.
    Nothing is judged by that: the cell is not assessed, as before. Taken back, it waits
    again by a further row; the newest of a cell counts.
    """

    programme = models.ForeignKey(
        Programme,
        verbose_name=_("programme"),
        on_delete=models.PROTECT,
        related_name="dismissals",
    )
    element = models.ForeignKey(
        Element,
        verbose_name=_("element"),
        on_delete=models.PROTECT,
        related_name="dismissals",
    )
    dismissed_in = models.ForeignKey(
        Change,
        verbose_name=_("set aside in"),
        on_delete=models.PROTECT,
        related_name="dismissals",
    )
    waits_again = models.BooleanField(_("taken back"), default=False)

    class Meta:
        verbose_name = _("proposal set aside")
        verbose_name_plural = _("proposals set aside")
        indexes = [
            models.Index(fields=["programme", "element"], name="dismissal_cell"),
        ]

    def __str__(self):
        return f"{self.programme.code} × {self.element.code}"
