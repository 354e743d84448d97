"""What an operator decides: every variable of the environment, with its type, its default and what it is for.

docs/operating.md tells the same; a test holds the two together.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import dj_database_url
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "HANDSLAG_"
DATABASES = ("postgres", "postgresql", "sqlite")


class WrongSetting(ImproperlyConfigured):
    """A variable holds what it may not; the message is made to be read by the operator."""


@dataclass(frozen=True)
class May:
    """What a variable may hold, in words."""

    hold: str


def _split(separator: str | None) -> BeforeValidator:
    return BeforeValidator(lambda text: tuple(part.strip() for part in text.split(separator) if part.strip()))


def _http_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError
    return text


def _mail_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.port == 0:
        raise ValueError
    return text


def _own_address(text: str) -> str:
    return _http_address(text).rstrip("/")


def _database_address(text: str) -> str:
    if urlsplit(text).scheme not in DATABASES:
        raise ValueError
    dj_database_url.parse(text)
    return text


def _key(key: str) -> str:
    Fernet(key)
    return key


def _keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_key, keys))


Switch = Annotated[bool, May("1 (on) or 0 (off)")]
Number = Annotated[int, Field(ge=1, le=10_000), May("a whole number from 1 to 10000")]
Rows = Annotated[int, Field(ge=1, le=1_000_000), May("a whole number from 1 to 1000000")]
Words = Annotated[tuple[str, ...], NoDecode, _split(None), May("words with spaces between")]
Names = Annotated[tuple[str, ...], NoDecode, _split(","), May("names with commas between")]
Folder = Annotated[Path | None, May("a folder's path")]
Keys = Annotated[
    tuple[str, ...],
    NoDecode,
    _split(","),
    AfterValidator(_keys),
    May("keys as “handslag keys make” prints them, with commas between"),
]


def _on_in_demo(data: dict[str, Any]) -> bool:
    return data.get("mode") == "demo"


class Environment(BaseSettings):
    """The variables. What must not be repeated in a message, because it is secret, has `repr=False`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, validate_default=False, frozen=True, extra="ignore"
    )

    mode: Annotated[Literal["production", "demo"], May("production or demo")] = Field(
        "production", description="`production`, or `demo` (role picker, plain HTTP cookies)"
    )
    home: Annotated[Path, May("a folder's path")] = Field(
        Path("var"), description="where data lives: the SQLite file, static files, own code lists"
    )
    database_url: Annotated[
        str,
        AfterValidator(_database_address),
        May("postgres://user:password@host/name, sqlite:///path, or nothing for SQLite in HANDSLAG_HOME"),
    ] = Field(
        "",
        repr=False,
        validation_alias="DATABASE_URL",
        description="`postgres://user:password@host/name` for PostgreSQL 15 or later; empty for SQLite",
    )
    secret_key: str = Field(
        "", repr=False, description="at least 40 characters of your own; production does not start without it"
    )
    encryption_keys: Keys = Field(
        (),
        repr=False,
        description="keys that encrypt identity numbers, with commas between; the first writes, all read",
    )
    index_key: Annotated[str, AfterValidator(_key), May("one key as “handslag keys make” prints it")] = Field(
        "", repr=False, description="the key of the blind index and the journal's seals; it never changes"
    )
    oidc_issuer: Annotated[str, AfterValidator(_http_address), May("an https address")] = Field(
        "", description="the identity provider's issuer, an https address"
    )
    oidc_client_id: str = Field("", description="how Handslag is known there")
    oidc_client_secret: str = Field(
        "", repr=False, description="the secret that proves it; the redirect address is `/sign-in/eid/callback/`"
    )
    oidc_scopes: Words = Field(("openid", "profile"), description="scopes to ask for, with spaces between")
    oidc_acr: Words = Field(
        ("http://id.elegnamnden.se/loa/1.0/loa3", "http://id.elegnamnden.se/loa/1.0/loa4"),
        description="levels of assurance (`acr`) that are let in, with spaces between",
    )
    oidc_staff_claim: str = Field(
        "https://id.oidc.se/claim/orgAffiliation",
        description="the claim with the staff's `<id>@<organisation number>`",
    )
    oidc_person_claim: str = Field(
        "https://id.oidc.se/claim/personalIdentityNumber", description="the claim with a person's identity number"
    )
    local_accounts: Switch = Field(
        default_factory=_on_in_demo, description="lets accounts with a password and a second factor in"
    )
    idle_minutes: Number = Field(30, description="a session ends when it has been idle so long")
    session_hours: Number = Field(8, description="a session ends after so long, however busy")
    proxies: Annotated[int, Field(ge=0, le=10), May("a whole number from 0 to 10")] = Field(
        0,
        description="how many trusted proxies stand before the server; the caller's address is taken from them",
    )
    hosts: Names = Field(
        ("127.0.0.1", "localhost", "[::1]"),
        description="host names that the server answers to, with commas between",
    )
    watch_minutes: Annotated[float, Field(gt=0, le=10_000), May("a number above 0, at most 10000")] = Field(
        60, description="minutes between the watch's rounds while serving; a round goes when the day changes too"
    )
    address: Annotated[str, AfterValidator(_own_address), May("an http or https address")] = Field(
        "http://127.0.0.1:8000",
        description="where people reach the pages; links in mail and calendars begin with it. "
        "Without it `handslag serve` takes where it listens",
    )
    mail_url: Annotated[
        str,
        AfterValidator(_mail_address),
        May("smtp://user:password@host:port, smtps:// for TLS from the start, or nothing for no mail"),
    ] = Field(
        "",
        repr=False,
        description="`smtp://user:password@host:port` (STARTTLS) or `smtps://…`; empty sends no mail",
    )
    mail_from: Annotated[str, May("an e-mail address")] = Field("handslag@localhost", description="the sender of mail")
    microdata: Folder = Field(None, description="a folder of microdata that analysts may count beside the work itself")
    publish_to: Folder = Field(None, description="the folder in which analysts publish reports")
    publish_at: Annotated[str, AfterValidator(_own_address), May("an http or https address")] = Field(
        "", description="where that folder is found by readers; records for data portals name it"
    )
    import_max_mb: Number = Field(64, description="the largest case file, in megabytes")
    import_max_rows: Rows = Field(20_000, description="the most rows of a file that is brought in")
    language: Annotated[Literal["sv", "en"], May("sv or en")] = Field(
        "sv", description="language of messages on the command line, `sv` or `en`"
    )
    role_picker: Switch = Field(
        default_factory=_on_in_demo, description="the demo's sign-in without a password; refused in production"
    )
    debug: Switch = Field(False, description="Django's debugging; refused in production")


def name_of(field: str) -> str:
    """The variable that a field of the environment is read from."""
    alias = Environment.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{field.upper()}"


VARIABLES: dict[str, FieldInfo] = {name_of(field): info for field, info in Environment.model_fields.items()}


def _sentence(place: str, held: object) -> str:
    name = place if place in VARIABLES else name_of(place)
    variable = VARIABLES[name]
    holds = f"“{held}”" if variable.repr else "something else (which is not repeated here: it may be secret)"
    may = next(part.hold for part in variable.metadata if isinstance(part, May))
    return f"{name} holds {holds}; it may hold {may}."


def read() -> Environment:
    """What the environment holds. Raises WrongSetting with a sentence for each variable that holds what it may not."""
    try:
        return Environment()
    except ValidationError as error:
        found = (e for e in error.errors() if e["type"] != "default_factory_not_called")
        wrong = [_sentence(str(e["loc"][0]), e["input"]) for e in found]
        raise WrongSetting("\n".join(wrong)) from None
