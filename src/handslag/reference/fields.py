"""Form fields over the code lists."""

from django import forms
from django.utils.translation import gettext_lazy as _

from handslag.reference import codes

EMPTY = [("", _("Choose"))]


def listed(list_name: str, **kwargs) -> forms.ChoiceField:
    """A choice from a code list, in the reader's language."""
    return forms.ChoiceField(choices=lambda: [*EMPTY, *codes.choices(list_name)], **kwargs)


def several_listed(list_name: str, **kwargs) -> forms.MultipleChoiceField:
    """Any number of a code list's codes, as boxes to tick; none where nothing must be chosen."""
    return forms.MultipleChoiceField(
        choices=lambda: codes.choices(list_name), required=False, widget=forms.CheckboxSelectMultiple, **kwargs
    )
