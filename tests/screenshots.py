"""`make screenshots`: takes the docs' pictures of each page, from a demo world on a server of its own."""

import os
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path

from tests.browsing import DESKTOP, PHONE, chromium, open_page

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
PORT = 8792
FK, FK_LEAD = 0, 1
OFFER = "main >> text=Lämna över"


def visit(browser, pick: int, size: dict):
    """A page signed in as one of the demo's picks."""
    page = open_page(browser, f"http://127.0.0.1:{PORT}", size)
    page.goto("/sign-in/")
    page.locator(".pick").nth(pick).click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def first(page, section: str) -> None:
    """Opens the first person of a section of My work."""
    page.goto("/my-work/")
    page.locator(f"#{section} tbody a").first.click()


def first_with(page, section: str, shown: str, *way: str) -> None:
    """Opens the first person of a section of My work whose page, or where a way of clicks leads from it, shows something."""
    page.goto("/my-work/")
    for link in [a.get_attribute("href") for a in page.locator(f"#{section} tbody a").all()]:
        page.goto(link)
        for step in way:
            page.click(step)
            page.wait_for_load_state()
        if page.locator(shown).count():
            return
    raise SystemExit(f"nobody in {section} shows {shown}")


def open_sharing(page) -> None:
    """Opens what is told of the first person who is offered to the caseworker with consent."""
    first_with(
        page, "waiting", "input[name=disclosure]", "dd a[href*='/cases/']", "main >> text=Samtycke och utlämnande"
    )


SHOTS = {
    "my-work": lambda page: page.goto("/my-work/"),
    "case": lambda page: first_with(
        page, "held", "rect[class*=holder-1]"
    ),  # who came by a handover: the way shows something
    "offer": lambda page: (first_with(page, "held", OFFER), page.click(OFFER)),
    "handover": lambda page: first(page, "waiting"),
    "accept": lambda page: (first(page, "waiting"), page.click("text=Acceptera och ta över")),
    "next-step": lambda page: (first(page, "held"), page.click("text=Bestäm nästa steg")),
    "disclosed": lambda page: (page.goto("/my-work/disclosed/"), page.locator("tbody a").first.click()),
    "sharing": open_sharing,
    "consent": lambda page: (
        first(page, "held"),
        page.click("main >> text=Samtycke och utlämnande"),
        page.click("text=Registrera ett samtycke"),
        page.locator("label[for^=u-]").first.click(),
        page.click("text=Gå vidare"),
    ),
    "withdraw": lambda page: (
        open_sharing(page),
        [box.check() for box in page.locator("input[name=disclosure]").all()[:4]],
        page.click("text=Ta tillbaka de valda raderna"),
    ),
    "access-log": lambda page: (first(page, "held"), page.click("main >> text=Vem har tittat")),
    "protect": lambda page: (first(page, "held"), page.click("main >> text=Skyddade personuppgifter")),
    "new-case": lambda page: page.goto("/cases/new/"),
}
LEADS_SHOTS = {"unit": "Enheten", "import": "Ta in filer", "watch": "Bevakning"}


def take(browser) -> None:
    """All pictures, on a desktop and on a phone."""
    for suffix, size in (("", DESKTOP), ("-phone", PHONE)):
        page, lead = visit(browser, FK, size), visit(browser, FK_LEAD, size)
        for name, open_it in SHOTS.items():
            open_it(page)
            page.screenshot(path=PICTURES / f"{name}{suffix}.png", full_page=True)
        for name, text in LEADS_SHOTS.items():
            lead.click(f"nav >> text={text}")
            lead.screenshot(path=PICTURES / f"{name}{suffix}.png", full_page=True)


def main() -> None:
    """Starts a server with a demo world and takes the pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, chromium() as browser:
        env = {**os.environ, "HANDSLAG_HOME": home, "HANDSLAG_MODE": "demo", "DATABASE_URL": "",
               "DJANGO_SETTINGS_MODULE": "handslag.settings"}  # fmt: skip
        subprocess.run([sys.executable, "-m", "handslag", "demo", "--cases", "2000"], env=env, check=True)
        server = subprocess.Popen([sys.executable, "-m", "handslag", "serve", "--port", str(PORT)], env=env)
        try:
            for _ in range(600):
                try:
                    HTTPConnection("127.0.0.1", PORT, timeout=1).connect()
                    break
                except OSError:
                    time.sleep(0.2)
            take(browser)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
