"""The `handslag` command."""

import json
from datetime import date, datetime
from pathlib import Path

import click

from handslag.cli.days import Day
from handslag.cli.journal import journal
from handslag.cli.keys import keys
from handslag.cli.progress import Progress
from handslag.cli.ready import FORMAT, collect_static, ensure_schema, operator, start_django
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
    _print_sign_ins(f"http://{host}:{port}")
    run(host, port, workers)


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


@main.group(name="import")
def import_() -> None:
    """Bring in files, all or nothing."""


@import_.command(name="cases")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check only; take nothing.")
@FORMAT
@click.pass_context
def import_cases(ctx: click.Context, file: Path, dry_run: bool, form: str) -> None:
    """Bring cases in from a .csv or .xlsx FILE: all of them, or none and every error.

    Bringing the same file in twice changes nothing. Exit status 0 only when the file was taken.

    \b
    Example:
      handslag import cases cases.xlsx --dry-run
    """
    from handslag.intake.actions import import_cases as take
    from handslag.parties.viewer import Viewer

    ensure_schema()
    progress = Progress()
    outcome = take(Viewer(None, is_system=True, name="import"), file, dry_run=dry_run, progress=progress)
    progress.close()
    if form == "json":
        click.echo(json.dumps(outcome.as_json(), ensure_ascii=False))
    else:
        _print_outcome(outcome, dry_run)
    ctx.exit(0 if outcome.ok else 1)


@import_.command(name="staff")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@FORMAT
@click.pass_context
def import_staff(ctx: click.Context, file: Path, form: str) -> None:
    """Bring in parties, units and people from a .csv or .xlsx FILE: all of it, or nothing and every error.

    Columns: party, unit, unit_name, county_code, email, given_name, family_name, role. What is there stays as it is.

    \b
    Example:
      handslag import staff staff.csv
    """
    from handslag.intake.staff import import_staff as take
    from handslag.parties.viewer import Viewer

    ensure_schema()
    outcome = take(Viewer(None, is_system=True, name="import"), file)
    if form == "json":
        click.echo(json.dumps(outcome, ensure_ascii=False))
    else:
        for error in outcome["errors"]:
            _print_problem(**error)
        click.echo(
            f"{outcome['imported']} posts are new." if outcome["ok"] else "Nothing was taken.", err=not outcome["ok"]
        )
    ctx.exit(0 if outcome["ok"] else 1)


def _print_problem(row: int, column: str, message: str) -> None:
    place = f"row {row}" if row else "file"
    click.echo(f"{place}, {column}: {message}" if column else f"{place}: {message}")


def _print_outcome(outcome, dry_run: bool) -> None:
    for problem in outcome.problems:
        _print_problem(problem.row, problem.column, problem.message)
    if not outcome.ok:
        click.echo(f"{len(outcome.problems)} errors in {outcome.rows} rows. Nothing was taken.", err=True)
    elif dry_run:
        click.echo(f"{outcome.rows} rows are right ({outcome.known} known already). Nothing was taken: dry run.")
    else:
        click.echo(f"{outcome.imported} cases taken, {outcome.known} known already.")


@main.group()
def template() -> None:
    """Write files to start from."""


@template.command(name="cases")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--examples", default=3, show_default=True, type=click.IntRange(0, 200_000))
def template_cases(file: Path, examples: int) -> None:
    """Write a case FILE (.csv or .xlsx) whose example rows can be taken in as they are.

    \b
    Example:
      handslag template cases cases.xlsx --examples 5
    """
    from handslag.foundation import clock
    from handslag.intake.template import example_rows, write_template
    from handslag.simulation.world import identity_numbers

    ensure_schema()
    write_template(file, example_rows(examples, identity_numbers(clock.today())))
    click.echo(f"Wrote {file} with {examples} example rows.")


@template.command(name="staff")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def template_staff(file: Path) -> None:
    """Write an empty staff FILE (.csv or .xlsx).

    \b
    Example:
      handslag template staff staff.csv
    """
    from handslag.intake.columns import STAFF
    from handslag.intake.template import write_template

    write_template(file, [], tuple(column.name for column in STAFF))
    click.echo(f"Wrote {file}.")


@main.command()
@click.argument("email")
@click.password_option()
def password(email: str, password: str) -> None:
    """Set the password of a local account.

    \b
    Example:
      handslag password alma@kommun.example
    """
    from handslag.parties.actions import set_password

    ensure_schema()
    set_password(operator(), email, password)
    click.echo("The password is set.")


@main.command(name="reset-factor")
@click.argument("email")
def reset_factor(email: str) -> None:
    """Take a local account's second factors away, whose owner has lost them; a new one is set up at the next sign-in.

    Make sure who asks, and set a new password too: whoever signs in first sets the factor up.

    \b
    Example:
      handslag reset-factor alma@kommun.example
    """
    from handslag.parties.second_factor import reset_factors

    ensure_schema()
    click.echo(f"{reset_factors(operator(), email)} second factors are taken away.")


@main.command(name="end-sessions")
@click.argument("email", required=False)
def end_sessions(email: str | None) -> None:
    """End the sessions of one user, or of everybody (persons too): they must sign in again.

    \b
    Example:
      handslag end-sessions alma@kommun.example
    """
    from handslag.parties.models import User
    from handslag.ui.sessions import end_all_sessions

    ensure_schema()
    users = User.objects.filter(email=email.strip().lower()).values_list("pk", flat=True) if email else None
    click.echo(f"{end_all_sessions(users)} sessions are ended.")


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


@main.command()
@click.argument("party_code")
@click.argument("name")
@click.option("--revoke", is_flag=True, help="End the party's tokens of this name, at once.")
def token(party_code: str, name: str, revoke: bool) -> None:
    """Make an API token for a party and print it, once; or revoke it.

    \b
    Example:
      handslag token FK "Integration server"
    """
    from handslag.parties.actions import issue_token, revoke_token

    ensure_schema()
    if revoke:
        click.echo(f"{revoke_token(operator(), party_code, name)} revoked.")
    else:
        click.echo(issue_token(operator(), party_code, name))


for command in (person, retain, journal, keys, statistics):
    main.add_command(command)

if __name__ == "__main__":
    main()
