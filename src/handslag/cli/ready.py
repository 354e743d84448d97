"""Getting ready to work: Django, the database's tables, and the refusals that must come before serving."""

import os

import click

FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


def start_django() -> None:
    """Loads the settings and all rooms, in the installation's language."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handslag.settings")
    import django
    from django.conf import settings
    from django.utils import translation

    django.setup()

    from handslag.foundation.wall import lift_for_process

    lift_for_process()
    translation.activate(settings.HANDSLAG_LANGUAGE)


def ensure_schema(*, seals: bool = True) -> None:
    """Makes the tables of a database that is still empty; refuses one that a newer version must migrate first.

    When the command ends, what it journalled is sealed, unless it only reads (or goes on to seal by itself).
    """
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending and not executor.loader.applied_migrations:
        click.echo("Making the tables ...", err=True)
        call_command("migrate", verbosity=0, interactive=False)
    elif pending:
        raise click.ClickException("The database is of an older version. Make a backup, then run “handslag setup”.")
    if seals:
        from handslag.journal.chain import seal

        click.get_current_context().call_on_close(seal)


def operator():
    """The viewer behind the operator's commands: the product itself."""
    from handslag.parties.viewer import Viewer

    return Viewer(None, is_system=True, name="operator")


def collect_static() -> None:
    """Puts the pages' styles, fonts and icons where they are served from."""
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)
