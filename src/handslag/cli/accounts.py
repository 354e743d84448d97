"""Commands for accounts: passwords, factors, sessions, and the tokens of parties' own systems."""

import click

from handslag.cli.ready import ensure_schema, operator


@click.command()
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


@click.command(name="reset-factor")
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


@click.command(name="end-sessions")
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


@click.command()
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
