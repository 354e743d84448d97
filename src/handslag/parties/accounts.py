"""Whose session a request belongs to."""

from django.contrib.auth.backends import ModelBackend

from handslag.parties.models import User


class Backend(ModelBackend):
    """Django's own, which reads the password with the user: every request proves by it that the session still holds."""

    def get_user(self, user_id: int) -> User | None:
        """The active user of a session."""
        return User.objects.select_related("secret").filter(pk=user_id, is_active=True).first()
