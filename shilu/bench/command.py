"""``shilu bench``: every figure that Shilu is to hold, or one of them closely."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from shilu.bench import append, asof, evidence, idle, post, posting, replay, views
from shilu.bench.figure import Figure, machine

Measure = Callable[[Path, str], Iterator[Figure]]
PARTS: dict[str, Measure] = {
    "append": append.measure,
    "replay": replay.measure,
    "views": views.measure,
    "posting": posting.measure,
    "post": post.measure,
    "asof": asof.measure,
    "evidence": evidence.measure,
    "idle": idle.measure,
}


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--only", multiple=True, type=click.Choice(list(PARTS)), help="May be repeated.")
@click.option("--url", default="", help="A PostgreSQL database to measure as well.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where to write.")
@click.pass_context
def bench(
    context: click.Context, as_json: bool, only: tuple[str, ...], url: str, folder: Path | None
) -> None:
    """Measure this machine: all figures with their goals, or closely with a command.

    Needs no branch and touches none. All of them take about a quarter of an hour and 4 GB.
    """
    if context.invoked_subcommand is None:
        found = []
        for figure in measured(only or tuple(PARTS), url, folder):
            found.append(figure)
            click.echo(" ".join(figure.as_row()), err=True)
        click.echo(as_text(found) if not as_json else as_object(found))


def measured(parts: tuple[str, ...], url: str, folder: Path | None) -> Iterator[Figure]:
    """Measure part by part, each in a folder of its own that is gone afterwards."""
    for part in parts:
        with tempfile.TemporaryDirectory(dir=folder, prefix=f"shilu-{part}-") as temporary:
            yield from PARTS[part](Path(temporary), url)


def as_object(figures: list[Figure]) -> str:
    """Return the figures as JSON, each by its name."""
    return json.dumps({figure.name: figure.as_json() for figure in figures}, ensure_ascii=False)


def as_text(figures: list[Figure]) -> str:
    """Return the figures as a table."""
    rows = [("figure", "measured", "goal", "", "beside"), *(one.as_row() for one in figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    lines = [
        "  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[4]])
        for row in rows
    ]
    return "\n".join([machine(), *lines])


bench.add_command(asof.main, "asof")
bench.add_command(evidence.main, "evidence")
bench.add_command(post.main, "post")
