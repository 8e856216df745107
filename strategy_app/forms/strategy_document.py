"""The document of a strategy, sent to become a draft."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DocumentForm(forms.Form):
    """A file, the same text in the other language, and what the revision is called."""

    file = forms.FileField(label=_("Document (Markdown, plain text or DOCX)"))
    other = forms.FileField(
        label=_("The same document in the other language"), required=False
    )
    name = forms.CharField(
        label=_("What the revision is called"), max_length=100, required=False
    )
