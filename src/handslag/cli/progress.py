"""Progress of long work, on standard error."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click


class Progress:
    """Prints how far the work has come: a line that rewrites itself on a terminal, now and then a line elsewhere."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._begun = self._told = time.monotonic()
        self._open = False

    def __call__(self, what: str, done: int, of: int = 0) -> None:
        now = time.monotonic()
        finished = bool(of) and done >= of
        if now - self._told < (0.2 if self._live else 5) and not finished:
            return
        self._told = now
        share = f" of {of:,} ({done * 100 // of} %)" if of else ""
        line = f"{what}: {done:,}{share}, {now - self._begun:.0f} s"
        sys.stderr.write(f"\r{line}\033[K" if self._live else f"{line}\n")
        sys.stderr.flush()
        self._open = self._live

    def close(self) -> None:
        """Ends the line."""
        if self._open:
            sys.stderr.write("\n")
            self._open = False


@contextmanager
def telling() -> Iterator[Progress]:
    """Shows progress, and says in one line what is wrong with what was given."""
    from handslag.statistics.errors import BadInput

    progress = Progress()
    try:
        yield progress
    except BadInput as error:
        raise click.ClickException(str(error)) from None
    finally:
        progress.close()
