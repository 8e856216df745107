"""A strategy, its types of elements, its revisions, and what can be aligned with."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from strategy_app.models.change import Change, history
from strategy_app.models.localized import localized

validate_code = RegexValidator(
    r"\A[A-Z0-9]+([.-][A-Z0-9]+)*\Z",
    _("Use capital letters and digits, joined by hyphens or dots (KP-2.1)."),
)
validate_type_code = RegexValidator(
    r"\A[a-z0-9]+(_[a-z0-9]+)*\Z",
    _("Use small letters and digits, joined by underscores (key_point)."),
)


class Strategy(models.Model):
    """A named document of an organisation; several may live side by side."""

    code = models.CharField(
        _("code"), max_length=32, unique=True, validators=[validate_code]
    )
    name_en = models.CharField(_("name (English)"), max_length=200)
    name_ja = models.CharField(_("name (Japanese)"), max_length=200, blank=True)
    history = history()

    name = localized("name")

    class Meta:
        verbose_name = _("strategy")
        verbose_name_plural = _("strategies")

    def __str__(self):
        return str(self.name)


class Revision(models.Model):
    """One wording of a strategy, in force from a day until the next one is.

    A draft while ``published_in`` is empty; afterwards neither it nor its wordings
    ever change, which the database itself holds (``models/guards.py``).
    """

    strategy = models.ForeignKey(
        Strategy,
        verbose_name=_("strategy"),
        on_delete=models.PROTECT,
        related_name="revisions",
    )
    name_en = models.CharField(_("name (English)"), max_length=100)
    name_ja = models.CharField(_("name (Japanese)"), max_length=100, blank=True)
    preface_en = models.TextField(_("preface (English)"), blank=True)
    preface_ja = models.TextField(_("preface (Japanese)"), blank=True)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    published_in = models.ForeignKey(
        Change,
        verbose_name=_("published in"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="published_revisions",
    )
    approved_in = models.ForeignKey(
        Change,
        verbose_name=_("approved in"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("When a second person agreed to the draft; every edit undoes it."),
    )
    history = history()

    name = localized("name")
    preface = localized("preface")

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [
            models.UniqueConstraint(
                fields=["strategy"],
                condition=Q(published_in__isnull=True),
                name="revision_one_draft",
                violation_error_message=_("This strategy already has a draft."),
            ),
            models.UniqueConstraint(
                fields=["strategy", "in_force_from"],
                condition=Q(published_in__isnull=False),
                name="revision_one_per_day",
            ),
            models.CheckConstraint(
                condition=Q(published_in__isnull=True) | Q(in_force_from__isnull=False),
                name="revision_published_has_day",
            ),
        ]

    def __str__(self):
        return f"{self.strategy_id and self.strategy.code}: {self.name}"

    @property
    def is_draft(self):
        """Whether it can still be edited."""
        return self.published_in_id is None


class Element(models.Model):
    """What a programme can be aligned with; its code lives on across revisions."""

    strategy = models.ForeignKey(
        Strategy,
        verbose_name=_("strategy"),
        on_delete=models.PROTECT,
        related_name="elements",
    )
    code = models.CharField(_("code"), max_length=32, validators=[validate_code])
    history = history()

    class Meta:
        verbose_name = _("element")
        verbose_name_plural = _("elements")
        constraints = [
            models.UniqueConstraint(fields=["strategy", "code"], name="element_code_unique")
        ]

    def __str__(self):
        return self.code


class ElementType(models.Model):
    """What elements are called in their strategy (Aim, Key point): data of the strategy.

    A wording points to its type, so what is shown of it is the name of today, also of a
    wording that was published under another one; what it was called before is in its
    history.
    """

    strategy = models.ForeignKey(
        Strategy,
        verbose_name=_("strategy"),
        on_delete=models.PROTECT,
        related_name="types",
    )
    code = models.CharField(
        _("code"),
        max_length=32,
        validators=[validate_type_code],
        help_text=_("It stays for good: the API and files name the type by it."),
    )
    name_en = models.CharField(_("name (English)"), max_length=100)
    name_ja = models.CharField(_("name (Japanese)"), max_length=100, blank=True)
    is_alignable = models.BooleanField(
        _("alignable"),
        default=True,
        help_text=_("Programmes can be aligned with new elements of this type."),
    )
    order = models.PositiveIntegerField(
        _("order"), default=0, help_text=_("Types are offered from the smallest.")
    )
    history = history()

    name = localized("name")

    class Meta:
        verbose_name = _("type of element")
        verbose_name_plural = _("types of elements")
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "code"],
                name="element_type_code_unique",
                violation_error_message=_("This strategy has a type of this code."),
            )
        ]

    def __str__(self):
        return str(self.name)


class Wording(models.Model):
    """The text of one element in one revision, and its place in the tree."""

    class Modification(models.TextChoices):
        NEW = "new", _("New")
        UNCHANGED = "unchanged", _("Unchanged")
        EDITORIAL = "editorial", _("Editorial change")
        MATERIAL = "material", _("Material change")

    # What asks for judgements on earlier wordings to be read again. An element that is new
    # and has been judged before was withdrawn, and its code is used again.
    ASKS_TO_REREAD = (Modification.MATERIAL, Modification.NEW)

    revision = models.ForeignKey(
        Revision,
        verbose_name=_("revision"),
        on_delete=models.PROTECT,
        related_name="wordings",
    )
    element = models.ForeignKey(
        Element,
        verbose_name=_("element"),
        on_delete=models.PROTECT,
        related_name="wordings",
    )
    parent = models.ForeignKey(
        Element,
        verbose_name=_("parent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    position = models.PositiveIntegerField(_("position"))
    type = models.ForeignKey(
        ElementType,
        verbose_name=_("type"),
        on_delete=models.PROTECT,
        related_name="wordings",
    )
    is_alignable = models.BooleanField(
        _("alignable"),
        default=True,
        help_text=_("Programmes can be aligned with it; otherwise it is context only."),
    )
    title_en = models.CharField(_("title (English)"), max_length=300)
    title_ja = models.CharField(_("title (Japanese)"), max_length=300, blank=True)
    body_en = models.TextField(_("text (English)"), blank=True)
    body_ja = models.TextField(_("text (Japanese)"), blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    modification = models.CharField(
        _("how it changed"),
        max_length=10,
        choices=Modification.choices,
        default=Modification.NEW,
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Who said how it changed; empty while it is only suggested."),
    )
    decision_reason = models.TextField(_("reason for the decision"), blank=True)
    behind = models.CharField(
        _("behind"),
        max_length=2,
        blank=True,
        choices=[("en", _("English")), ("ja", _("Japanese"))],
        help_text=_("The language whose text was not changed when the other one was."),
    )
    edited_in = models.ForeignKey(
        Change,
        verbose_name=_("last edited in"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    history = history()

    title = localized("title")
    body = localized("body")

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "element"], name="wording_one_per_revision"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("element")),
                name="wording_not_own_parent",
            ),
        ]

    def __str__(self):
        return f"{self.element_id and self.element.code} {self.title}"

    def is_undecided(self, *, is_back: bool) -> bool:
        """Whether somebody has yet to say if its change is editorial or material.

        is_back: whether the element was published before, and withdrawn: then what is new
        has changed.
        """
        how = self.Modification
        to_decide = (how.EDITORIAL, how.MATERIAL, *([how.NEW] * is_back))
        return self.decided_by_id is None and self.modification in to_decide


class Origin(models.Model):
    """That an element of a revision comes from another one, by a split or a merger.

    Together with how each wording changed it is the crosswalk between a revision and the
    one before. Nothing is aligned by it: it makes proposals.
    """

    class Kind(models.TextChoices):
        SPLIT = "split", _("Split from")
        MERGED = "merged", _("Merged from")

    revision = models.ForeignKey(
        Revision,
        verbose_name=_("revision"),
        on_delete=models.PROTECT,
        related_name="origins",
    )
    element = models.ForeignKey(
        Element,
        verbose_name=_("element"),
        on_delete=models.PROTECT,
        related_name="origins",
    )
    origin = models.ForeignKey(
        Element,
        verbose_name=_("comes from"),
        on_delete=models.PROTECT,
        related_name="successors",
    )
    kind = models.CharField(_("how"), max_length=10, choices=Kind.choices)
    history = history()

    class Meta:
        verbose_name = _("origin")
        verbose_name_plural = _("origins")
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "element", "origin"], name="origin_unique"
            ),
            models.CheckConstraint(
                condition=~Q(element=F("origin")), name="origin_not_itself"
            ),
        ]

    def __str__(self):
        return f"{self.element.code} < {self.origin.code}"


class Correspondence(models.Model):
    """That an element of one strategy speaks of the same as one of another strategy.

    It is for readers to find their way; nothing is counted by it.
    """

    element = models.ForeignKey(
        Element,
        verbose_name=_("element"),
        on_delete=models.PROTECT,
        related_name="correspondences",
    )
    other = models.ForeignKey(
        Element,
        verbose_name=_("corresponds to"),
        on_delete=models.PROTECT,
        related_name="corresponding",
    )
    is_illustrative = models.BooleanField(_("illustrative"), default=False)
    history = history()

    class Meta:
        verbose_name = _("correspondence")
        verbose_name_plural = _("correspondences")
        constraints = [
            models.UniqueConstraint(
                fields=["element", "other"], name="correspondence_unique"
            ),
            models.CheckConstraint(
                condition=~Q(element=F("other")), name="correspondence_not_itself"
            ),
        ]

    def __str__(self):
        return f"{self.element.code} ~ {self.other.code}"
