"""A real Chromium before a real server, for the browser tests and the docs' pictures."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
IN_BROWSER = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")]
"""Marks of a test module whose tests drive the browser."""
PASSWORD = "hemligt-ord-9"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
PATIENCE = 60_000
"""Milliseconds after which something that does not happen on a page will not: much, since machines may be busy."""
expect.set_options(timeout=PATIENCE)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium of the system's."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def open_page(browser: Browser, address: str, size: dict = DESKTOP, **options) -> Page:
    """A page that remembers what the console complained of, in `page.complaints`."""
    page = browser.new_context(viewport=size, locale="sv-SE", base_url=address, **options).new_page()
    page.set_default_timeout(PATIENCE)
    page.complaints = []
    page.on("console", lambda m: page.complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


def enter(page: Page, email: str) -> None:
    """Signs in with the tests' password."""
    page.goto("/sign-in/")
    page.fill("#id_login", email)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)


def write(page: Page, press: str, **fields) -> None:
    """Fills in a form by the names of its fields (texts, choices, and lists of boxes to tick) and presses its button."""
    for name, value in fields.items():
        field = page.locator(f"[name='{name}']").first
        if isinstance(value, list):
            for chosen in value:
                page.press(f"[name='{name}'][value='{chosen}']", "Space")
        elif field.evaluate("field => field.type") in ("checkbox", "radio"):
            page.press(f"[name='{name}'][value='{value}']" if isinstance(value, str) else f"[name='{name}']", "Space")
        elif field.evaluate("field => field.localName") == "select":
            field.select_option(str(value))
        else:
            field.fill(str(value))
    page.click(f"main button >> text={press}")


def picture(page: Page, name: str) -> None:
    """A picture of the whole page, where HANDSLAG_PICTURES names a folder for them."""
    if folder := os.environ.get("HANDSLAG_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def problems_of(page: Page) -> list[str]:
    """What is not accessible on a page by axe's rules, and whether it needs sideways scrolling."""
    told, found = [], Axe().run(page, options={"runOnly": RULES})
    if found.violations_count:
        told.append(f"{page.url}: {found.generate_report()}")
    if page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]:
        told.append(f"{page.url} is too wide")
    return told
