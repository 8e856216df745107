"""Addresses and submitted forms, as a browser would have them."""

from django.urls import reverse


def address(model, page, *args):
    """Return the address of a page of a model's administration."""
    return reverse(f"admin:strategy_app_{model._meta.model_name}_{page}", args=args)


def fields_of(response):
    """Return what a change page would send back untouched."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for form in forms:
        for name in form.fields:
            bound = form[name]
            value = form.fields[name].prepare_value(bound.value())
            if value is not None and value is not False:
                data[bound.html_name] = value
    return data


def errors_of(response):
    """Return every message next to a field or above the form, as one text."""
    form = response.context["adminform"].form
    return " ".join(text for texts in form.errors.values() for text in texts)
