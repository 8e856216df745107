"""Texts of Django's administration that our catalogue says again, in better Japanese.

Nothing imports this: it is here for makemessages to find, which else would drop them.
"""

from django.utils.translation import gettext_noop

TEXTS = [
    gettext_noop("Add %(name)s"),
    gettext_noop("Add %s"),
    gettext_noop("Cannot delete %(name)s"),
    gettext_noop("Change %s"),
    gettext_noop("Select %s to change"),
]
