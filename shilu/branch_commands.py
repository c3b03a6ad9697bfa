"""`shilu branch`: which branches there are, a new one, and where each one lies."""

from __future__ import annotations

import click

from shilu.terminal import NotReady, bar, echo_json, ready
from shilu.wiring import directory_of, safe_settings


@click.group()
def branch() -> None:
    """The branches of this installation: each has its own log, views and proof."""


@branch.command("add")
@click.argument("name")
@click.option("--title", default="", help="What people call it, such as 朝阳营业部.")
def add(name: str, title: str) -> None:
    """Create the branch NAME (a-z, 0-9 and _). Safe to repeat; a new title takes the old one's place.

    Running processes notice it within some seconds.
    """
    from projections import VIEW_METADATA
    from store.branch import NAME
    from store.migrate import create_branch

    if not NAME.fullmatch(name) or name == "all":
        raise click.UsageError("a branch is named with a-z, 0-9 and _, beginning with a letter")
    if len(title) > 64:
        raise click.UsageError("a title has at most 64 characters")
    directory = directory_of(safe_settings())
    with ready():
        new = name not in directory.entries()
        store = directory.store(name) or directory.new_store(name)
        create_branch(store, VIEW_METADATA)  # entered when it can be used, not before
        directory.enter(name, title)
    click.echo(f"branch {name}: {'created' if new else 'is there, tables are up to date'}")


@branch.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def list_(as_json: bool) -> None:
    """List the branches: events, people, last event, where each lies and how large it is."""
    from shilu.branch_list import facts_of

    directory = directory_of(safe_settings())
    with ready():
        entries = directory.entries()
    with bar("looking", hidden=as_json) as progress:
        found = []
        for no, entry in enumerate(entries.values(), 1):
            found.append(facts_of(directory.store_of(entry), entry))
            progress(no, len(entries))
    if as_json:
        echo_json([one.as_dict() for one in found])
    else:
        for one in found:
            click.echo(one.text())


@branch.command("move")
@click.argument("name")
@click.option("--to", help="The database: postgresql://…, or own for the installation's own.")
@click.option("--to-node", help="On Citus: HOST:PORT of the node that shall hold the branch.")
@click.option(
    "--undo", is_flag=True, help="Break a move off that was cut short: write on where it is."
)
def move(name: str, to: str | None, to_node: str | None, undo: bool) -> None:
    """Move the branch NAME to another database, while everything runs. Safe to repeat.

    Its entries pause for some seconds at the end (503 and Retry-After); no other branch notices.
    The old copy stays where it was, closed to writing, until you drop it.
    """
    import psycopg

    from shilu.doctor import unsafe_database
    from shilu.moving import OWN, Move, MoveRefused, move_shards

    if (to is not None) + (to_node is not None) + undo != 1:
        raise click.UsageError("give one of --to, --to-node, --undo")
    if to is not None and to != OWN and not to.startswith(("postgresql://", "postgres://")):
        raise click.UsageError("--to is postgresql://…, or own")
    settings = safe_settings()
    directory = directory_of(settings)
    if to is not None and (reasons := unsafe_database(settings.with_password(to))):
        raise NotReady("\n".join(reasons))
    origin, vkey = settings.origin_of(name), str(settings.verifier_key_of(name))
    moving = Move(directory, name, to or OWN, origin, vkey)
    with ready(), bar("moving") as progress:
        try:
            if undo:
                moving.undo()
            elif to_node is not None:
                move_shards(moving.source, to_node)
            else:
                moving.run(progress)
        except MoveRefused as refused:
            raise click.ClickException(str(refused)) from refused
        except psycopg.Error as problem:
            raise NotReady(str(problem).splitlines()[0]) from problem
    click.echo(f"branch {name}: {'is written to where it is' if undo else 'moved'}")
