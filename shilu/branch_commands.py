"""`shilu branch`: which branches there are, a new one, and where each one lies."""

from __future__ import annotations

import click

from shilu.terminal import bar, echo_json, ready
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
