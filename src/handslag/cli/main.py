"""The `handslag` command."""

import json
from datetime import date, datetime

import click

from handslag.cli.accounts import end_sessions, password, reset_factor, token
from handslag.cli.days import Day
from handslag.cli.files import import_, template
from handslag.cli.journal import journal
from handslag.cli.keys import keys
from handslag.cli.microdata import microdata, trace
from handslag.cli.progress import Progress
from handslag.cli.ready import FORMAT, collect_static, ensure_schema, start_django
from handslag.cli.rights import person, retain
from handslag.cli.statistics import statistics


class Refusing(click.Group):
    """Says refusals and an unreachable database in a sentence; shows no stack trace."""

    def invoke(self, ctx: click.Context):
        from django.db import DatabaseError

        from handslag.environment import WrongSetting
        from handslag.foundation.errors import Refused
        from handslag.foundation.keys import WrongKey

        try:
            return super().invoke(ctx)
        except Refused as refused:
            raise click.ClickException(refused.message) from None
        except (WrongKey, WrongSetting) as error:
            raise click.ClickException(str(error)) from None
        except DatabaseError as error:
            raise click.ClickException(f"The database did not answer as it should: {error}") from None
        except OSError as error:
            raise click.ClickException(f"{error.strerror or error}: {error.filename or ''}") from None


@click.group(cls=Refusing, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.pass_context
def main(ctx: click.Context) -> None:
    """Handslag: nobody falls between the chairs.

    Data lives in HANDSLAG_HOME (default ./var), or in the database that DATABASE_URL names.
    """
    if ctx.invoked_subcommand != "statistics":  # which works on files alone, with no installation
        start_django()


@main.command()
def setup() -> None:
    """Make or update the tables, and gather the static files.

    \b
    Example:
      handslag setup
    """
    from django.core.management import call_command

    call_command("migrate", verbosity=1, interactive=False)
    collect_static()


@main.command()
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
def serve(port: int, host: str, workers: int) -> None:
    """Serve the pages and the API, and go the watch's rounds.

    In production (the default) it asks for HANDSLAG_SECRET_KEY and refuses what is unsafe.

    \b
    Example:
      HANDSLAG_MODE=demo handslag serve --port 8000
    """
    from handslag.cli.server import run
    from handslag.foundation.checks import refusals

    ensure_schema(seals=False)
    if problems := refusals():
        raise click.ClickException("The server does not start:\n" + "\n".join(f"- {p}" for p in problems))
    collect_static()
    address = f"http://{host}:{port}"
    _tell_address(address)
    _print_sign_ins(address)
    run(host, port, workers)


def _tell_address(address: str) -> None:
    """Where people reach the pages, unless the operator has said so: for this process and for those that it begins."""
    import os

    from django.conf import settings

    from handslag import environment

    if "address" not in environment.read().model_fields_set:
        settings.HANDSLAG_ADDRESS = address
        os.environ.update(HANDSLAG_ADDRESS=address)


def _print_sign_ins(address: str) -> None:
    from django.conf import settings

    from handslag.simulation.guide import sign_ins
    from handslag.simulation.places import DEMO_PASSWORD

    click.echo(f"Handslag is at {address}")
    if settings.HANDSLAG_MODE == "demo" and (posts := sign_ins()):
        click.echo(f"Demo sign-ins (password {DEMO_PASSWORD}, or pick one on the sign-in page):")
        for post in posts:
            click.echo(f"  {post.user.email:<42} {post.role:<20} {post.unit or post.party or post.association or ''}")


@main.command()
@click.option("--cases", default=2000, show_default=True, type=click.IntRange(0, 2_000_000))
@click.option("--seed", default=1, show_default=True, type=int)
@click.option("--on", type=Day(), help="The world's day; default today.")
@click.option("--if-empty", is_flag=True, help="Do nothing where something is there already.")
def demo(cases: int, seed: int, on: datetime | None, if_empty: bool) -> None:
    """Fill an empty installation with a demo world of synthetic people.

    The same number of cases, seed and day give the same world.

    \b
    Example:
      handslag demo --cases 2000 --seed 1
    """
    from handslag.parties.models import User
    from handslag.simulation.world import build_world

    ensure_schema()
    if if_empty and User.objects.exists():
        return
    progress = Progress()
    made = build_world(cases, seed, on.date() if on else None, progress)
    progress.close()
    click.echo(", ".join(f"{count:,} {what}" for what, count in made.items()))


@main.command()
@click.argument("list_name", metavar="LIST", required=False)
def codes(list_name: str | None) -> None:
    """Print the codes of a LIST, or the names of the lists.

    \b
    Example:
      handslag codes livelihood
    """
    from handslag.reference import codes as reference

    if not list_name:
        click.echo("\n".join(reference.lists()))
        return
    if list_name not in reference.lists():
        raise click.ClickException(f"There is no list “{list_name}”. There are: {', '.join(reference.lists())}.")
    for entry in reference.entries(list_name).values():
        click.echo(f"{entry.code:<28} {entry.label_sv} | {entry.label_en}  [{entry.source}]")


@main.command()
@click.option("--on", type=Day(), help="Go the round of this day; default today.")
@FORMAT
def watch(on: datetime | None, form: str) -> None:
    """Go one round: find what is silent, call the people it climbs to, clear what was answered.

    Going twice, also at the same time, changes nothing more. Each round seals and anchors the journal.

    \b
    Example:
      handslag watch --on 2026-12-01 --format json
    """
    from handslag.foundation import clock
    from handslag.foundation.planning import keep_few_pages
    from handslag.journal.anchors import anchor
    from handslag.watch.actions import go_round
    from handslag.watch.queries import lists_on

    ensure_schema()
    keep_few_pages()
    day: date = on.date() if on else clock.today()
    figures = go_round(day)
    anchor(clock.now())
    if form == "json":
        click.echo(json.dumps({"on": day.isoformat(), **figures, "lists": lists_on(day)}, ensure_ascii=False))
    else:
        for name, count in figures.items():
            click.echo(f"{name.replace('_', ' '):<36} {count:>8,}")


@main.command()
def mail() -> None:
    """Send what waits in the outbox. The server does it every minute where HANDSLAG_MAIL_URL is set.

    \b
    Example:
      handslag mail
    """
    from handslag.outbox.actions import send_waiting

    ensure_schema()
    told = send_waiting()
    click.echo(", ".join(f"{count:,} {what}" for what, count in sorted(told.items())) or "nothing waits")


@main.command()
@click.option("--linger", default=0, type=click.IntRange(0, 3600), metavar="SECONDS", help="Look out for more so long.")
def analyses(linger: int) -> None:
    """Make the reports that analysts have asked for. The server always has one such process beside it.

    What is wrong with microdata or tables is told here and not on pages: it may name people's cells.

    \b
    Example:
      handslag analyses
    """
    import os
    import time

    from handslag.analyses.work import make_waiting

    ensure_schema()
    begun, parent = time.monotonic(), os.getppid()
    while True:
        made = make_waiting(click.echo)
        if time.monotonic() - begun >= linger or os.getppid() != parent:  # (who began it has ended)
            break
        time.sleep(0 if made else 1)


@main.command()
@FORMAT
@click.pass_context
def check(ctx: click.Context, form: str) -> None:
    """Verify promises 1 to 7 over all cases and their whole history. Exit status 1 when any is broken.

    \b
    Example:
      handslag check --format json
    """
    from handslag.check.proof import NAMES, fallen_guards, prove
    from handslag.foundation import clock

    ensure_schema(seals=False)
    findings, fallen = prove(clock.today()), fallen_guards()
    if form == "json":
        promises = {
            number: {
                "checked": f.checked,
                "broken": f.broken,
                "offenders": [{"why": why, "case_ref": ref} for why, ref in f.offenders],
            }
            for number, f in findings.items()
        }
        click.echo(json.dumps({"promises": promises, "guards_missing": fallen}, ensure_ascii=False))
    else:
        for number, finding in findings.items():
            click.echo(f"{number}. {NAMES[number]}: {finding.checked:,} checked, {finding.broken:,} broken")
            for why, reference in finding.offenders:
                click.echo(f"     {reference}: {why}")
        for name in fallen:
            click.echo(f"The database's guard {name} does not stand. Run “handslag setup”.")
    ctx.exit(1 if fallen or any(f.broken for f in findings.values()) else 0)


for command in (
    import_,
    template,
    password,
    reset_factor,
    end_sessions,
    token,
    person,
    retain,
    journal,
    keys,
    statistics,
    microdata,
    trace,
):
    main.add_command(command)

if __name__ == "__main__":
    main()
