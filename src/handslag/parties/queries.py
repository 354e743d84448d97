"""Reading parties, units, posts and who is present."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from handslag.foundation import clock
from handslag.foundation.acting import reading
from handslag.parties.models import Absence, Party, Post, Token, Unit, User
from handslag.parties.rules import HOLDING_ROLES, LEAD
from handslag.parties.viewer import Viewer


def _absent_on(day: date) -> Q:
    return Q(from_on__lte=day) & (Q(until_on__isnull=True) | Q(until_on__gte=day))


def _active_posts(**conditions) -> list[Post]:
    found = Post.objects.filter(is_active=True, **conditions).order_by("id")
    return list(found.select_related("user", "unit", "party", "association"))


def viewer_of(user: User) -> Viewer:
    """The viewer behind a signed-in user, with the posts that are active and the absences stood in for today.

    Two queries instead of one with an "or": it runs for every page, and each of the two begins at an index.
    """
    covering = _absent_on(clock.today()) & Q(stand_in__user=user, stand_in__is_active=True)
    covered = list(Absence.objects.filter(covering).order_by().values_list("post_id", flat=True))
    own = _active_posts(user=user)
    absent = _active_posts(id__in=covered) if covered else []
    return Viewer(user, tuple(own), tuple(post for post in absent if post.user_id != user.pk))


def present_posts(day: date) -> QuerySet[Post]:
    """Active posts whose person is not away on `day`."""
    away = Absence.objects.filter(_absent_on(day), post=OuterRef("pk"))
    return Post.objects.filter(~Exists(away), is_active=True)


def absences_on(day: date) -> QuerySet[Absence]:
    """Absences that cover `day`."""
    return Absence.objects.filter(_absent_on(day))


def absences_between(post: Post, first: date, last: date | None) -> QuerySet[Absence]:
    """Absences of a post on some of the days from `first` to `last` (with no last day, all that follow)."""
    goes_on = Q(until_on__isnull=True) | Q(until_on__gte=first)
    begins = Q(from_on__lte=last) if last else Q()
    return (
        Absence.objects.filter(goes_on & begins, post=post).select_related("stand_in__user").order_by("from_on", "id")
    )


def absences_of_unit(unit: Unit) -> QuerySet[Absence]:
    """Absences of a unit's people that are not over yet, earliest first."""
    return (
        Absence.objects.filter(
            Q(until_on__isnull=True) | Q(until_on__gte=clock.today()), post__unit=unit, post__is_active=True
        )
        .select_related("post__user", "stand_in__user")
        .order_by("from_on", "id")
    )


def holding_posts(unit: Unit) -> QuerySet[Post]:
    """The active posts of a unit that can hold cases, by name."""
    return (
        Post.objects.filter(unit=unit, is_active=True, role__in=HOLDING_ROLES)
        .select_related("user", "unit")
        .order_by("user__family_name", "user__given_name", "id")
    )


def posts_near(unit: Unit) -> QuerySet[Post]:
    """The active posts of a unit's party that can hold cases: in the same county first, leads before others."""
    found = Post.objects.filter(party=unit.party_id, unit__isnull=False, is_active=True, role__in=HOLDING_ROLES)
    near = Case(When(unit__county_code=unit.county_code, then=0), default=1)
    leads = Case(When(role=LEAD, then=0), default=1)
    return found.select_related("user", "unit").order_by(near, leads, "id")


def colleagues(units: Iterable[Unit], viewer: Viewer) -> QuerySet[Post]:
    """The active posts of units that can hold cases, but the viewer's own, by name."""
    found = Post.objects.filter(unit__in=[unit.pk for unit in units], is_active=True, role__in=HOLDING_ROLES)
    others = found.exclude(user=viewer.user).select_related("user", "unit")
    return others.order_by("user__family_name", "user__given_name", "id")


def holding_post(party: Party, unit_code: str, email: str) -> Post | None:
    """The active post with this e-mail in this unit that can hold cases, else None."""
    return (
        Post.objects.filter(
            unit__party=party, unit__code=unit_code, user__email=email.lower(), is_active=True, role__in=HOLDING_ROLES
        )
        .select_related("user", "unit")
        .order_by("id")
        .first()
    )


def units_of_county(county_code: str) -> QuerySet[Unit]:
    """Active units of a county with a person who can receive, by party and name."""
    staffed = Post.objects.filter(unit=OuterRef("pk"), is_active=True, role__in=HOLDING_ROLES)
    return (
        Unit.objects.filter(Exists(staffed), county_code=county_code, is_active=True)
        .select_related("party")
        .order_by("party__kind", "party__name", "name")
    )


def holders_of_county(county_code: str) -> QuerySet[Post]:
    """Everyone at a county's active units who can take over a case, by party, unit and name."""
    return (
        Post.objects.filter(unit__county_code=county_code, unit__is_active=True, is_active=True, role__in=HOLDING_ROLES)
        .select_related("user", "unit__party")
        .order_by("party__kind", "party__name", "unit__name", "unit_id", "user__family_name", "user__given_name", "id")
    )


def user_with_staff_id(staff_id: str) -> User | None:
    """The active user with this `orgAffiliation`; None where nobody has it, whatever their e-mail."""
    return User.objects.filter(staff_id=staff_id, is_active=True).first() if staff_id else None


@reading
def standing_token(secret: str) -> Token | None:
    """The token that a party's system shows; None where it is unknown or was revoked."""
    found = Token.objects.filter(digest=Token.fingerprint(secret), revoked_at__isnull=True)
    return found.select_related("party").first()


def demo_users() -> QuerySet[User]:
    """Users of the demo world."""
    return User.objects.filter(is_demo=True)


def lead_emails(unit: Unit) -> tuple[str, ...]:
    """The e-mail addresses of a unit's team leads."""
    leads = Post.objects.filter(unit=unit, is_active=True, role=LEAD).order_by("id")
    return tuple(leads.values_list("user__email", flat=True))
