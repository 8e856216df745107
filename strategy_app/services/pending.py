"""What people look over before it is written: the newest few of each, for a while."""

import datetime

from django.db.models import QuerySet
from django.utils import timezone

# Of one person; and so long after it was sent or, where it is corrected, that.
MOST_KEPT = 10
KEPT_FOR = datetime.timedelta(days=30)


def make_room(theirs: QuerySet) -> None:
    """Remove all of these but the newest, and of anybody's what is too old.

    theirs: pending tables or documents of one person.
    """
    newest = theirs.order_by("-made_at", "-id")[:MOST_KEPT]
    theirs.exclude(pk__in=list(newest.values_list("pk", flat=True))).delete()
    theirs.model.objects.filter(made_at__lt=timezone.now() - KEPT_FOR).delete()
