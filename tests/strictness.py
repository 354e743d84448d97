"""What makes whole classes of bugs impossible in the tests."""

import re
import sys
from contextlib import contextmanager

from django.apps import apps
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.test import Client
from django.utils import translation

from handslag.foundation import acting
from handslag.foundation.prepared import Prepared


@contextmanager
def compiled_anew():
    """While it lasts no query was compiled before, and none stays after: for tests that change how queries are built."""

    def forget():
        for name, module in list(sys.modules.items()):
            for value in vars(module).values() if name.startswith("handslag.") else ():
                if isinstance(value, Prepared):
                    value.forget()

    forget()
    try:
        yield
    finally:
        forget()


class UndefinedVariable(str):
    """Given to the templates in place of an undefined variable: rendering one fails."""

    def __contains__(self, part: object) -> bool:
        return True

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"The template uses the undefined variable {name}")


def shuffle_unordered_querysets() -> None:
    """Gives every queryset that does not say its order a random one, so that no test leans on chance."""
    original = SQLCompiler.pre_sql_setup

    def shuffled(self, *args, **kwargs):
        query = self.query
        plain = not (query.distinct or query.combinator or query.group_by or query.is_sliced or query.subquery)
        if plain and type(self) is SQLCompiler and query.select_for_update is False and not query.annotations:
            ordered = query.order_by or query.extra_order_by or query.get_meta().ordering
            if not ordered and query.model and query.default_cols:
                query.order_by = ("?",)
        return original(self, *args, **kwargs)

    SQLCompiler.pre_sql_setup = shuffled


INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.I)
POST_FORM = re.compile(r'<form[^>]*method="post"[^>]*>(.*?)</form>', re.I | re.S)
IDENTITY_NUMBER = re.compile(r"(?<!\d)(19|20)\d{6}[-+]?\d{4}(?!\d)")
PUBLIC_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def holds_number(text: str) -> bool:
    """Whether something that looks like an identity number stands there; the end of a random id may look so by chance."""
    return bool(IDENTITY_NUMBER.search(PUBLIC_ID.sub("", text)))


def examine_page(path: str, response) -> None:
    """Fails for what must be true of every page: CSP, no inline code, CSRF in each form, no number in a URL, words."""
    assert not holds_number(path), f"an identity number stands in the address {path}"
    assert not holds_number(response.headers.get("Location", ""))
    if not response.headers.get("Content-Type", "").startswith("text/html") or response.streaming:
        return
    page = response.content.decode()
    csp = response.headers["Content-Security-Policy"]
    assert "unsafe" not in csp and "default-src 'none'" in csp
    assert not INLINE.search(page), f"{path} holds inline code: {INLINE.search(page)}"
    assert ">---------<" not in page, f"a choice of {path} has no words"
    assert "?:" not in page, f"a question of {path} goes on with a colon"
    for form in POST_FORM.findall(page):
        assert "csrfmiddlewaretoken" in form, f"a form of {path} lacks its CSRF token"
    for url in re.findall(r'(?:href|action|src|hx-get)="([^"]*)"', page):
        assert not holds_number(url), f"an identity number stands in a link of {path}"


WRITE = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.I)


def _in_an_action() -> bool:
    frame = sys._getframe()
    while frame:
        if frame.f_code.co_name == "acting" and frame.f_globals.get("__name__") == acting.__name__:
            return True
        frame = frame.f_back
    return False


@contextmanager
def writes_outside_actions():
    """The product's tables that are written to meanwhile, by anything but an action."""
    ours = {model._meta.db_table for model in apps.get_models() if model.__module__.startswith("handslag.")}
    caught = []

    def watch(execute, sql, params, many, context):
        written = WRITE.match(sql)
        if written and written[1] in ours and not _in_an_action():
            caught.append(written[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield caught


class StrictClient(Client):
    """A test client that examines every page it gets, and what it wrote."""

    def generic(self, method, path, *args, **kwargs):
        with writes_outside_actions() as caught:
            response = super().generic(method, path, *args, **kwargs)
        assert not caught, f"{path} wrote to {caught} in no action"
        examine_page(path, response)
        return response


MISSED_TRANSLATIONS: set[str] = set()


def note_missing_translations() -> None:
    """Remembers every text that Swedish readers would have seen in English."""
    original = translation._trans.gettext

    def noting(message: str) -> str:
        found = original(message)
        ours = found == message and translation.get_language() == "sv" and message and not message.isspace()
        if ours and message not in SAME_IN_BOTH:
            MISSED_TRANSLATIONS.add(message)
        return found

    translation._trans.gettext = noting


SAME_IN_BOTH = {":", "Person", "Start", "Journal", "Svenska", "English", "Plan", "Version", "Version %(n)s"}
