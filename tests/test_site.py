"""The documents' site is whole and needs nobody: each link and anchor leads somewhere, and nothing comes from outside."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from tests import documents

LOADING = {
    ("link", "href"),
    ("script", "src"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("form", "action"),
}


class Page(HTMLParser):
    """What a page names: its anchors, where it leads, and what a browser loads with it."""

    def __init__(self, path: Path):
        super().__init__()
        self.path, self.anchors, self.links, self.loaded = path, set(), [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("id", "name"):
                self.anchors.add(value)
            elif (tag, name) in LOADING:
                self.loaded.append(value)
            elif (tag, name) == ("a", "href"):
                self.links.append(value)


def lost(pages: dict[Path, Page]) -> list[str]:
    """Links within the site, and files that its pages load, that are not there."""
    found = []
    for page in pages.values():
        for link in (*page.links, *page.loaded):
            address, anchor = urldefrag(link)
            target = (page.path.parent / unquote(urlsplit(address).path)).resolve() if address else page.path
            if urlsplit(link).scheme in ("http", "https", "mailto"):
                continue
            if not target.exists() or (anchor and anchor not in pages[target].anchors):
                found.append(f"{page.path.name}: {link}")
    return found


def test_the_site_is_whole_and_loads_nothing_from_outside(tmp_path):
    documents.build("--site-dir", str(tmp_path), "--quiet")
    pages = {path: Page(path) for path in tmp_path.rglob("*.html") if path.name != "404.html"}
    assert len(pages) > 40
    assert not lost(pages)
    assert not [link for page in pages.values() for link in page.loaded if re.match(r"(\w+:)?//", link)]
    styles = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.css"))
    assert not re.findall(r"(?:url\(|@import )[\"']?(?:https?:)?//[^)]*", styles)
    drawn = (tmp_path / "docs/transitions.html").read_text(encoding="utf-8")
    assert "<svg" in drawn and "mermaid" not in drawn


def test_what_leads_nowhere_is_found(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html#there">b</a><a href="b.html#gone">b</a><img src="no.png">')
    (tmp_path / "b.html").write_text('<h2 id="there">b</h2>')
    assert lost({path: Page(path) for path in tmp_path.glob("*.html")}) == ["a.html: b.html#gone", "a.html: no.png"]
