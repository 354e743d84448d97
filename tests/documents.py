"""`make docs`: builds the documents into a site. Also its generator's hook, which draws Mermaid's diagrams as pictures."""

import re
import shutil
import sys
from pathlib import Path

import mmdr
from properdocs.__main__ import cli

ROOT = Path(__file__).parent.parent
GATHERED = ROOT / "build" / "docs"
"""The documents as they lie in the project, so that their links hold, and nothing else."""


def on_page_markdown(markdown: str, **_: object) -> str:
    """Draws a page's Mermaid blocks, so that no script has to."""
    return re.sub(
        r"^```mermaid\n(.*?)^```$",
        lambda block: f'<figure class="diagram">{mmdr.render(block[1]).svg()}</figure>',
        markdown,
        flags=re.M | re.S,
    )


def gather() -> None:
    """Copies the documents to where the site is built from."""
    shutil.rmtree(GATHERED, ignore_errors=True)
    shutil.copytree(ROOT / "docs", GATHERED / "docs")
    for path in [*ROOT.glob("*.md"), ROOT / "LICENSE"]:
        shutil.copy(path, GATHERED)


def build(*options: str) -> None:
    """Builds the site; a link or anchor that leads nowhere ends it (Abort)."""
    gather()
    cli(["build", "--strict", "--config-file", str(ROOT / "mkdocs.yml"), *options], standalone_mode=False)


if __name__ == "__main__":
    build(*sys.argv[1:])
