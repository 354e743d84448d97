"""Form fields over people and units, and the choice of a county."""

from collections.abc import Iterable

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from handslag.foundation.ids import uuid7, uuid_of
from handslag.parties.models import Post, Unit
from handslag.reference import codes
from handslag.reference.fields import EMPTY


class PublicChoice(forms.ModelChoiceField):
    """A choice among rows, named by their public ids. What no choice means is said in words."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, to_field_name="public_id", **{"empty_label": _("Choose"), **kwargs})

    def to_python(self, value: object) -> object:
        """As Django has it; what is no id at all is answered as one that is not among the choices."""
        return super().to_python(value if not value or uuid_of(str(value)) else uuid7())


class PostChoice(PublicChoice):
    """A choice among people, shown by name."""

    def label_from_instance(self, post: Post) -> str:
        return str(post.user)


class UnitChoice(PublicChoice):
    """A choice among units, with their party."""

    def label_from_instance(self, unit: Unit) -> str:
        return named_unit(unit)


def named_unit(unit: Unit) -> str:
    """A unit's name with its party's, unless the name says it already."""
    return unit.name if unit.party.name in unit.name else f"{unit.name} ({unit.party.name})"


def receiver_choices(people: Iterable[Post]) -> list[tuple]:
    """Each unit as a group: the whole unit, then its people. A choice is "unit" or "unit/post" by their ids."""
    groups: dict[int, tuple[str, list]] = {}
    for post in people:
        whole = (str(post.unit.public_id), _("The whole unit"))
        _name, choices = groups.setdefault(post.unit.pk, (named_unit(post.unit), [whole]))
        choices.append((f"{post.unit.public_id}/{post.public_id}", str(post.user)))
    return [*EMPTY, *groups.values()]


def receiver_of(choice: str) -> tuple[Unit, Post | None]:
    """The unit and, where one was named, the person of a choice among `receiver_choices`."""
    unit_id, _slash, post_id = choice.partition("/")
    unit = Unit.objects.select_related("party").get(public_id=unit_id)
    return unit, Post.objects.select_related("user").get(public_id=post_id) if post_id else None


def chosen_county(request: HttpRequest, default: str) -> str:
    """The county that the request names, or `default` where it names none that exists."""
    asked = request.POST.get("county") or request.GET.get("county") or default
    return asked if codes.exists("county", asked) else default
