"""Forms in FKUI's markup: the one base that every form stands on, and its fields."""

from collections.abc import Mapping
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.functional import Promise

from handslag.foundation.dating import require_possible
from handslag.foundation.errors import Refused

DATE = "%Y-%m-%d"
MINUTE = "%Y-%m-%dT%H:%M"


class FkuiRenderer(TemplatesSetting):
    """Renders every form and field with the design system's markup."""

    form_template_name = "fkui/form.html"
    field_template_name = "fkui/field.html"


def _is_possible(day: date) -> None:
    try:
        require_possible(day)
    except Refused as refused:
        raise ValidationError(refused.message) from None


class DayField(forms.DateField):
    """A day, chosen with the browser's own calendar."""

    default_validators = [_is_possible]

    def __init__(self, **kwargs):
        widget = forms.DateInput(format=DATE, attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=[DATE], **kwargs)


class MinuteField(forms.DateTimeField):
    """A day and a time of day, in Swedish time."""

    default_validators = [_is_possible]

    def __init__(self, **kwargs):
        widget = forms.DateTimeInput(format=MINUTE, attrs={"type": "datetime-local"})
        super().__init__(widget=widget, input_formats=[MINUTE], **kwargs)


def words(rows: int = 4, **kwargs) -> forms.CharField:
    """A field for running text."""
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


KINDS = {
    forms.Textarea: ("textarea-field", "textarea-field__textarea"),
    forms.CheckboxSelectMultiple: ("checkbox", "checkbox__input"),
    forms.RadioSelect: ("radio-button", "radio-button__input"),
    forms.CheckboxInput: ("single-checkbox", "checkbox__input"),
    forms.Select: ("select-field", "select-field__select"),
    forms.ClearableFileInput: ("text-field", ""),
    forms.HiddenInput: ("hidden", ""),
    forms.widgets.Input: ("text-field", "text-field__input"),
}


class Form(forms.Form):
    """A form whose widgets carry the design system's classes."""

    required_css_class = "required"
    use_required_attribute = False
    carried: Mapping[str, str] = {}
    """What goes with the form unseen."""
    asked: Mapping[str, Promise | str] = {}
    """When a field that may be empty is asked for after all: told in place of "optional"."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.dress()

    def dress(self) -> None:
        """Gives every field its markup; a form that adds fields of its own asks for it again."""
        for name, field in self.fields.items():
            kind, css = next(v for widget, v in KINDS.items() if isinstance(field.widget, widget))
            field.widget.fkui, field.widget.asked = kind, self.asked.get(name, "")
            if css:
                field.widget.attrs["class"] = css

    def refuse(self, refused: Refused) -> None:
        """Shows a refusal beside the field that it belongs to, or above the form."""
        self.add_error(refused.field if refused.field in self.fields else None, refused.message)
