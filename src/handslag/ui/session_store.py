"""Where sessions are kept: Django's own store in the database, past the wall. No viewer's query reads or makes one."""

from django.contrib.sessions.backends import db

from handslag.foundation.wall import lifted


class SessionStore(db.SessionStore):
    """A session. Its key is whoever has it, so that its rows come back for nobody."""

    exists = lifted()(db.SessionStore.exists)
    save = lifted()(db.SessionStore.save)
    delete = lifted()(db.SessionStore.delete)
    _get_session_from_db = lifted()(db.SessionStore._get_session_from_db)  # type: ignore[attr-defined]  # no stub
