"""``shilu bench``: each figure is a command of its own, with its own data."""

from __future__ import annotations

import click

from shilu.bench import asof, evidence, post


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def bench() -> None:
    """Measure this machine. Each command makes a branch in its --data folder; no branch is touched."""


bench.add_command(asof.main, "asof")
bench.add_command(evidence.main, "evidence")
bench.add_command(post.main, "post")
