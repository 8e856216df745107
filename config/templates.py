"""Django's templates, with contexts that go when the page is written."""

from django.template import TemplateDoesNotExist
from django.template.backends import django
from django.template.context import make_context


class Templates(django.DjangoTemplates):
    """The engine of TEMPLATES."""

    def from_string(self, template_code):
        return _Template(self.engine.from_string(template_code), self)

    def get_template(self, template_name):
        return _Template(super().get_template(template_name).template, self)


class _Template(django.Template):
    def render(self, context=None, request=None):
        """Return the text.

        A context and its layers refer to each other, so they wait for the garbage
        collector; megabytes of coverage, which a page is about, are not to wait with them.
        """
        bound = make_context(context, request, autoescape=self.backend.engine.autoescape)
        try:
            text = self.template.render(bound)
        except TemplateDoesNotExist as missing:
            django.reraise(missing, self.backend)
        bound.dicts.clear()
        return text
