"""Commands for safe publication of counts. They need no installation: files in, files out."""

from pathlib import Path

import click

from handslag.cli.progress import Progress

TABLES = click.argument("tables", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
OPTIONS = (
    click.option("--count", default="count", show_default=True, help="The column with the counts."),
    click.option("--total", default="Total", show_default=True, help="The code of a margin, in every dimension."),
    click.option(
        "--hierarchy", "maps", multiple=True, metavar="DIMENSION=MAP.csv", help="Columns child,parent. May be repeated."
    ),
    click.option(
        "--threshold",
        default=5,
        show_default=True,
        type=click.IntRange(2, 1000),
        help="Counts from 1 to below are unsafe.",
    ),
)


def _with_options(command):
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.group()
def statistics() -> None:
    """Protect tables of counts before they are published, and attack what others publish."""


@statistics.command()
@TABLES
@_with_options
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where to write.")
@click.pass_context
def protect(ctx, tables, count, total, maps, threshold, out) -> None:
    """Hide no more cells of linked TABLES than is needed so that no small count can be worked out.

    Writes each table with a status, empty where suppressed, and a certificate that is not for publication. What is
    written has been attacked first; exit status 1, and nothing written, if one unsafe cell falls.

    \b
    Example:
      handslag statistics protect county.csv association.csv --hierarchy municipality=counties.csv --out safe/
    """
    from handslag.statistics.protecting import Unprotectable
    from handslag.statistics.release import hierarchies_of, protect_files
    from handslag.statistics.tables import BadInput

    progress = Progress()
    try:
        protection, falls = protect_files(
            tables,
            out,
            count=count,
            total=total,
            hierarchies=hierarchies_of(maps),
            threshold=threshold,
            progress=lambda done, of: progress("unsafe cells", done, of),
        )
    except BadInput as error:
        raise click.ClickException(str(error)) from None
    except Unprotectable as error:
        raise click.ClickException(
            f"No way to protect {', '.join(error.args[0])}. Publish fewer or coarser tables."
        ) from None
    finally:
        progress.close()
    _tell(falls)
    click.echo(
        f"{len(protection.primary):,} cells are unsafe, {len(protection.complementary):,} hidden for their sake."
    )
    ctx.exit(1 if falls else 0)


@statistics.command()
@click.argument("published", type=click.Path(exists=True, file_okay=False, path_type=Path))
@TABLES
@_with_options
@click.pass_context
def audit(ctx, published, tables, count, total, maps, threshold) -> None:
    """Attack the tables of the folder PUBLISHED, whose true counts are in TABLES of the same names.

    Names each unsafe cell that a reader can bound tighter than from 0 to the threshold, or that somebody alone in a
    cell can work out. Exit status 1 if one falls.

    \b
    Example:
      handslag statistics audit safe/ county.csv association.csv --hierarchy municipality=counties.csv
    """
    from handslag.statistics.release import audit_files, hierarchies_of
    from handslag.statistics.tables import BadInput

    try:
        falls = audit_files(
            published, tables, count=count, total=total, hierarchies=hierarchies_of(maps), threshold=threshold
        )
    except BadInput as error:
        raise click.ClickException(str(error)) from None
    _tell(falls)
    click.echo("Unsafe cells fall." if falls else "No unsafe cell falls.")
    ctx.exit(1 if falls else 0)


def _tell(falls) -> None:
    for fall in falls[:50]:
        click.echo(f"{', '.join(fall.cell)}: from {fall.low} to {fall.high} to {fall.to}")
