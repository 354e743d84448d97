"""Commands about any tables of counts: they are protected before they are published, and attacked."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handslag.cli.progress import telling

if TYPE_CHECKING:
    from handslag.statistics.safety.auditing import Fall
    from handslag.statistics.safety.files import Task

TABLES = click.argument("tables", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
LEDGER = click.option(
    "--ledger", type=click.Path(dir_okay=False, path_type=Path), help="What was released; a release is added to it."
)
NEEDED_LEDGER = click.option(
    "--ledger",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="What was released and told before, always the same file; this is added to it.",
)
OPTIONS = (
    click.option("--count", default="count", show_default=True, help="The column with the counts."),
    click.option("--total", default="Total", show_default=True, help="The code of a margin, in every dimension."),
    click.option(
        "--hierarchy", "maps", multiple=True, metavar="DIMENSION=MAP.csv", help="Columns child,parent. May be repeated."
    ),
    click.option(
        "--on",
        "day",
        type=click.DateTime(["%Y-%m-%d"]),
        help="The day whose places the tables are of, for maps with the columns valid_from,valid_to too.",
    ),
    click.option(
        "--threshold",
        default=5,
        show_default=True,
        type=click.IntRange(2, 1000),
        help="Counts from 1 to below are unsafe.",
    ),
    click.option(
        "--sensitive",
        multiple=True,
        metavar="DIMENSION",
        help="None, or all, of a group is unsafe too in this dimension. May be repeated.",
    ),
    LEDGER,
    click.option("--subject", default="tables", show_default=True, help="Whom the tables count, in the ledger."),
)


def _with_task(command: Callable[..., None]) -> Callable[..., None]:
    """A command about linked tables: its options come as one task."""

    @wraps(command)
    def told(
        ctx: click.Context,
        tables: tuple[Path, ...],
        count: str,
        total: str,
        maps: tuple[str, ...],
        day: datetime | None,
        threshold: int,
        sensitive: tuple[str, ...],
        ledger: Path | None,
        subject: str,
        **others: Any,
    ) -> None:
        from handslag.statistics.safety.files import Task
        from handslag.statistics.safety.maps import read_hierarchies

        with telling():
            hierarchies = tuple(read_hierarchies(maps, day.date() if day else None))
            task = Task(tables, count, total, hierarchies, threshold, sensitive, ledger, subject)
        command(ctx, task, **others)

    for option in reversed(OPTIONS):
        told = option(told)
    return TABLES(told)


@click.command()
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where to write.")
@click.option("--release", "edition", default="", help="The release's name in the ledger, such as 2026-03.")
@click.pass_context
@_with_task
def protect(ctx: click.Context, task: "Task", out: Path, edition: str) -> None:
    """Hide no more cells of linked TABLES than is needed so that no small count can be worked out.

    Writes each table with a status, empty where suppressed; and a certificate, outside of that folder, that is not for
    publication. What is written has been attacked first; exit status 1, and nothing written, if one unsafe cell falls.

    \b
    Example:
      handslag statistics protect county.csv association.csv --hierarchy municipality=counties.csv --out safe/
    """
    from handslag.statistics.safety.files import protect_files

    with telling() as progress:
        safe = protect_files(task, out, edition=edition, progress=lambda done, of: progress("unsafe cells", done, of))
    _tell(safe.falls)
    unsafe, hidden = len(safe.protection.primary), len(safe.protection.complementary)
    click.echo(f"{unsafe:,} cells are unsafe, {hidden:,} hidden for their sake.")
    ctx.exit(1 if safe.falls else 0)


@click.command()
@click.argument("published", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What protect wrote beside the tables: saves the attacker time, and is believed in nothing.",
)
@click.pass_context
@_with_task
def audit(ctx: click.Context, task: "Task", published: Path, certificate: Path | None) -> None:
    """Attack the tables of the folder PUBLISHED, whose true counts are in TABLES of the same names.

    Names each unsafe cell that a reader can bound tighter than from 0 to the threshold, or that somebody alone in a
    cell can work out. Exit status 1 if one falls.

    \b
    Example:
      handslag statistics audit safe/ county.csv association.csv --hierarchy municipality=counties.csv
    """
    from handslag.statistics.safety.files import audit_files

    with telling():
        falls = audit_files(task, published, certificate=certificate)
    _tell(falls)
    click.echo("Unsafe cells fall." if falls else "No unsafe cell falls.")
    ctx.exit(1 if falls else 0)


def _tell(falls: Sequence["Fall"]) -> None:
    for fall in falls[:50]:
        click.echo(f"{', '.join(fall.cell)}: from {fall.low} to {fall.high} to {fall.to}")


COMMANDS = (protect, audit)
