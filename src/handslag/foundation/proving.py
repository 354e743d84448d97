"""What PostgreSQL believes of who is looking, and of the lifted wall: only what the installation's key has proved.

Whoever can run SQL through the server's connection can set every setting and call every function that the server can,
but does not have the key. So settings are believed by their seal (HMAC-SHA-256) alone, and each seal holds a number of
this connection that does not come again: what was read there earlier is worth nothing later. The numbers are the
present values of two sequences, which no role but the owner reads or moves, and which nobody can set back:

- `handslag_number` moves whenever a viewer enters or leaves and whenever the wall is lifted no more. The server proves
  who enters, and that the wall is lifted, with the present number.
- `handslag_viewing` moves when a viewer enters or leaves. With it the database seals what it worked out of the viewer.

A third, `handslag_mark`, is this connection's memory of who has entered, which its owner alone writes and reads: the
functions that rules ask are given the viewer, and believe the one that bears the mark. It is not logged, so that
entering writes nothing to disk.

The key lies in a table that the owner alone reads.
"""

from django.db.backends.utils import CursorWrapper

from handslag.foundation import keys
from handslag.foundation.guards import SAFE

LIFT, ENTER = "lift", "enter"
SEAL = 64
"""Hex digits of a seal, which stands before what it seals."""


def _sealing(said: str) -> str:
    """SQL that works `keys.proof` out of what an SQL expression says. None but the owner can run it."""
    digest = f"sha256(k.outer_pad || sha256(k.inner_pad || convert_to({said}, 'UTF8')))"
    return f"(SELECT encode({digest}, 'hex') FROM public.handslag_key k)"


def _seal_of(name: str, value: str) -> str:
    return _sealing(f"concat_ws(' ', {name}, currval('public.handslag_viewing'), {value})")


def telling(name: str, value: str) -> str:
    """SQL that sets what is believed of the viewer from now on; for the owner's functions."""
    return f"set_config('handslag.{name}', {_seal_of(repr(name), value)} || {value}, false)"


def refusing_others(*said: str) -> str:
    """PL/pgSQL that raises unless `proof` proves what is said, with the present number."""
    proved = _sealing(f"concat_ws(' ', '{ENTER}', currval('public.handslag_number'), {', '.join(said)})")
    return f"IF proof IS DISTINCT FROM {proved} THEN RAISE insufficient_privilege; END IF;"


def _mark(viewer: str) -> str:
    """SQL that works out the mark of a viewer, a number of 60 bits, for as long as that viewer looks."""
    said = f"concat_ws(' ', currval('public.handslag_viewing'), {viewer}.places, {viewer}.own, {viewer}.today)"
    return f"('x' || left(encode(sha256(convert_to({said}, 'UTF8')), 'hex'), 15))::bit(60)::bigint"


MARKING = f"PERFORM setval('public.handslag_mark', {_mark('who')}) FROM public.handslag_who() AS who;"
"""PL/pgSQL that remembers who has entered; for the owner's functions."""
_TAKES_VIEWER = "viewer handslag_viewer)"
_BELIEVING = (
    " BEGIN IF viewer.today IS NULL OR currval('public.handslag_mark') IS DISTINCT FROM "
    f"{_mark('viewer')} THEN RETURN false; END IF;"
)


def believing(function: str) -> str:
    """The SQL of a function of the rules, such that it says no of every viewer but the one that has entered."""
    return function.replace(" BEGIN", _BELIEVING, 1) if _TAKES_VIEWER in function else function


OWNERS = ("handslag_key", "handslag_number", "handslag_viewing", "handslag_mark")
"""What no role but the owner may touch."""
PLACES = (
    "DO $$ BEGIN CREATE TYPE handslag_viewer AS (places bigint[], own bigint[], today date); "
    "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    "CREATE TABLE IF NOT EXISTS handslag_key (inner_pad bytea NOT NULL, outer_pad bytea NOT NULL)",
    "CREATE SEQUENCE IF NOT EXISTS handslag_number CACHE 1000",
    "CREATE SEQUENCE IF NOT EXISTS handslag_viewing CACHE 1000",
    "CREATE UNLOGGED SEQUENCE IF NOT EXISTS handslag_mark MINVALUE 0",
)
FUNCTIONS = (
    f"""CREATE OR REPLACE FUNCTION handslag_is_lifted() RETURNS boolean LANGUAGE plpgsql STABLE {SAFE} AS
    $$ DECLARE told text := nullif(current_setting('handslag.lifted', true), '');
    BEGIN RETURN told IS NOT NULL AND told = {_sealing(f"'{LIFT} ' || currval('public.handslag_number')")}; END $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_told(name text) RETURNS text LANGUAGE plpgsql STABLE {SAFE} AS
    $$ DECLARE told text := nullif(current_setting('handslag.' || name, true), '');
    value text := substr(told, {SEAL + 1});
    BEGIN IF told IS NULL OR left(told, {SEAL}) <> {_seal_of("name", "value")} THEN RETURN NULL; END IF;
    RETURN nullif(value, ''); END $$""",
    "CREATE OR REPLACE FUNCTION handslag_ids(name text) RETURNS bigint[] LANGUAGE sql STABLE AS "
    "$$ SELECT coalesce(string_to_array(handslag_told(name), ',')::bigint[], '{}') $$",
    "CREATE OR REPLACE FUNCTION handslag_who() RETURNS handslag_viewer LANGUAGE sql STABLE AS $$ SELECT "
    "ROW(handslag_ids('places'), handslag_ids('own'), handslag_told('today')::date)::handslag_viewer $$",
    f"""CREATE OR REPLACE FUNCTION handslag_turn() RETURNS bigint LANGUAGE sql VOLATILE {SAFE} AS
    $$ SELECT nextval('public.handslag_number') $$""",
    f"""CREATE OR REPLACE FUNCTION handslag_leave() RETURNS bigint LANGUAGE sql VOLATILE {SAFE} AS
    $$ SELECT nextval('public.handslag_viewing'); SELECT nextval('public.handslag_number') $$""",
)


def keep_key(cursor: CursorWrapper) -> None:
    """Writes the key where the owner alone reads it. Both sequences go on from the present instant in microseconds, so
    that no number comes again where the database was restored from a backup."""
    for statement in PLACES:
        cursor.execute(statement)
    cursor.execute("DELETE FROM handslag_key")
    cursor.execute("INSERT INTO handslag_key VALUES (%s, %s)", keys.proving_pads())
    cursor.execute(
        "SELECT setval(name::regclass, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) "
        "FROM unnest(ARRAY['handslag_number', 'handslag_viewing']) AS name"
    )
