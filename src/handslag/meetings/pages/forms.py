"""What is filled in about a meeting."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from handslag.meetings import rules
from handslag.meetings.actions import Plan, Time
from handslag.meetings.calling import Guest
from handslag.meetings.holding import Decided, Outcome, Settled
from handslag.parties.models import Post
from handslag.parties.pages.fields import PostChoice, receiver_choices
from handslag.reference import codes
from handslag.reference.fields import listed
from handslag.ui.forms import DayField, Form, MinuteField, words

MOST_DECISIONS = 3


class TimeForm(Form):
    """When and where."""

    at = MinuteField(label=_("When?"))
    minutes = forms.IntegerField(label=_("How many minutes?"), initial=60)
    place = forms.CharField(label=_("Where?"), max_length=200, required=False)
    link = forms.CharField(
        label=_("Link, for a meeting by video"), max_length=300, required=False, help_text=_("It begins with https://.")
    )
    asked = {"place": _("unless there is a link"), "link": _("unless there is a place")}

    @property
    def time(self) -> Time:
        """The time that was filled in."""
        return Time(*(self.cleaned_data[name] for name in ("at", "minutes", "place", "link")))


class BookForm(TimeForm):
    """A meeting to book."""

    kind = listed("meeting_kind", label=_("Kind of meeting"))
    purpose = words(2, label=_("What is it for?"), max_length=2000)
    agenda = words(3, label=_("Agenda"), max_length=4000, required=False)
    interpreter = forms.CharField(label=_("Interpreter, in which language?"), max_length=60, required=False)
    needs = words(2, label=_("Other needs, such as a lift or breaks"), max_length=500, required=False)
    field_order = ("kind", "purpose")

    @property
    def plan(self) -> Plan:
        """The plan that was filled in."""
        return Plan(*(self.cleaned_data[name] for name in ("kind", "purpose", "agenda", "interpreter", "needs")))


class MoveForm(TimeForm):
    """Another time or place, and why."""

    reason = listed("meeting_change", label=_("Why?"))


class CallOffForm(Form):
    """Why a meeting is not held."""

    reason = listed("meeting_change", label=_("Why?"))


class InviteForm(Form):
    """A unit or a person within the product."""

    receiver = forms.ChoiceField(label=_("Who is called?"), help_text=_("A whole unit, or a person by name."))

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["receiver"].choices = receiver_choices(people)


class GuestForm(Form):
    """Somebody outside the product."""

    role = listed("meeting_role", label=_("Role"), help_text=_("Choose the person to note the person's own e-mail."))
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    agreed_on = DayField(
        label=_("Which day did the person agree that this one is told of the meeting?"),
        required=False,
        help_text=_("Nothing is sent before that."),
    )
    asked = {"name": _("unless it is the person")}

    @property
    def guest(self) -> Guest:
        """The one who was filled in."""
        return Guest(**self.cleaned_data)


class HoldForm(Form):
    """What came of a meeting. The items are those of its kind; decisions are as many as there is room for."""

    notes = words(5, label=_("Notes of the meeting"), max_length=8000, required=False)

    def __init__(self, *args, kind: str, guests: Iterable[tuple[str, str]], people, **kwargs):
        super().__init__(*args, **kwargs)
        self._kind = kind
        self.fields["came"] = forms.MultipleChoiceField(
            label=_("Who came?"), choices=list(guests), widget=forms.CheckboxSelectMultiple
        )
        self.order_fields(("came", "notes"))
        for item in rules.ITEMS.get(kind, ()):
            self.fields[item] = words(2, label=codes.label("meeting_item", item), max_length=1000)
            if item in rules.DATED:
                self.fields[f"{item}_day"] = DayField(
                    label=_("The day, if decided: {item}").format(item=codes.label("meeting_item", item)),
                    required=False,
                )
        for n in range(1, MOST_DECISIONS + 1):
            self.fields[f"decision_{n}"] = forms.CharField(
                label=_("Decision {n}").format(n=n), max_length=200, required=n == 1
            )
            self.fields[f"due_{n}"] = DayField(label=_("Decision {n}: when?").format(n=n), required=n == 1)
            self.fields[f"to_{n}"] = PostChoice(
                label=_("Decision {n}: by whom?").format(n=n), queryset=people, required=n == 1
            )
        self.dress()

    def _decided(self) -> Iterable[Decided]:
        data = self.cleaned_data
        for n in range(1, MOST_DECISIONS + 1):
            if data[f"decision_{n}"]:
                yield Decided(data[f"decision_{n}"], data[f"to_{n}"], data[f"due_{n}"])

    def clean(self) -> dict:
        """A further decision is whole, or left out."""
        data = super().clean() or {}
        for n in range(2, MOST_DECISIONS + 1):
            if data.get(f"decision_{n}"):
                for name in (f"due_{n}", f"to_{n}"):
                    if not data.get(name):
                        self.add_error(name, _("A decision says when and by whom."))
        return data

    def outcome(self, guests: dict[str, int]) -> Outcome:
        """What was filled in; `guests` gives the participants' ids by their public ids."""
        data = self.cleaned_data
        items = tuple(Settled(item, data[item], data.get(f"{item}_day")) for item in rules.ITEMS.get(self._kind, ()))
        came = frozenset(guests[public_id] for public_id in data["came"])
        return Outcome(came, data["notes"], tuple(self._decided()), items)


class DoneForm(Form):
    """That something decided is done."""


def people_of(posts: Iterable[int]):
    """Posts to choose among, by name."""
    found = Post.objects.filter(pk__in=list(posts)).select_related("user", "unit")
    return found.order_by("user__family_name", "user__given_name", "id")
