"""Which two revisions of a strategy are held against each other, and how they are shown."""

import datetime
from collections.abc import Sequence

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from strategy_app.forms.fields import DayField
from strategy_app.models import Revision

DRAFT = "draft"


class RevisionField(DayField):
    """A revision: by any day on which it is in force, or the draft where there is one.

    revisions: the published ones, the newest day in force first.
    """

    default_error_messages = {
        "too_early": _("No revision was in force on this day; the first is from %(day)s."),
        "none": _("No revision of this strategy has been published."),
    }

    def __init__(self, *, revisions: Sequence[Revision], draft: Revision | None, **kwargs):
        super().__init__(required=False, **kwargs)
        self.revisions, self.draft = revisions, draft

    def to_python(self, value):
        if value == DRAFT and self.draft:
            return self.draft
        day = super().to_python(value)
        return day and self._in_force_on(day)

    def _in_force_on(self, day: datetime.date) -> Revision:
        for revision in self.revisions:
            if revision.in_force_from <= day:
                return revision
        if not self.revisions:
            raise forms.ValidationError(self.error_messages["none"], code="none")
        raise forms.ValidationError(
            self.error_messages["too_early"],
            code="too_early",
            params={"day": date_format(self.revisions[-1].in_force_from)},
        )


class RevisionsForm(forms.Form):
    """Two revisions; without any, the newest and the one before it.

    ``before`` of a strategy with a single revision is None: all of it is new.
    """

    NAMES = ("from", "to", "view", "show")

    view = forms.ChoiceField(
        label=_("Show changed words"),
        required=False,
        choices=[("inline", _("In one text")), ("side", _("Side by side"))],
    )
    show = forms.ChoiceField(
        label=_("Elements"),
        required=False,
        choices=[("changed", _("Only what changed")), ("all", _("The whole text"))],
    )

    def __init__(self, data, *, revisions: Sequence[Revision], draft=None):
        super().__init__(data)
        self.revisions, self.draft = list(revisions), draft
        # Their names are words of the language, so they cannot be declared like the others.
        for name, label in [("from", _("From the revision")), ("to", _("To the revision"))]:
            self.fields[name] = RevisionField(
                label=label, revisions=self.revisions, draft=draft
            )

    def clean(self):
        """Fill in what was not asked for; refuse to compare a revision with itself."""
        cleaned = super().clean()
        if self.errors:
            return cleaned
        known = [*([self.draft] if self.draft else []), *self.revisions]
        newest = self.revisions[0] if self.revisions else self.draft
        if len(self.revisions) < 2 and self.draft:
            newest = self.draft
        self.after = cleaned["to"] or newest
        older = known[known.index(self.after) + 1 :] if self.after else []
        self.before = cleaned["from"] or (older[0] if older else None)
        if self.after and self.before == self.after:
            self.add_error(
                "to" if cleaned["to"] else "from",
                forms.ValidationError(
                    _("Choose two different revisions: both are “%(name)s”."),
                    code="same_revision",
                    params={"name": str(self.after.name)},
                ),
            )
        return cleaned
