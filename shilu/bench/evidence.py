"""How long it takes to verify a log where it lies and from a bundle, and how long a proof is.

Needs no branch: it makes one in DIR, which must be empty, or goes on with the one that is there,
and starts a signer of its own. Seconds are told twice: on the clock, and of the processors, which
is what counts on a machine that does other things as well.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

import click
from sqlalchemy import Engine

from projections.base import POSITIONS
from projections.evidence import Evidence
from projections.follower import Follower
from projections.proof_tree import PROOF_TREE, tree
from shilu.bench.asof import AGENTS, EVENTS, SEED, branch_of
from shilu.bench.figure import Figure
from shilu.terminal import echo_json
from store.branch import BranchStore
from store.checkpoints import Checkpoints, checkpoints_engine
from store.migrate import migrate
from store.signer_client import SignerClient
from store.verifier import shilu_verify

ORIGIN = "shilu.bench/bench"
PROOFS = 200  # of which the longest is told
SAMPLE = 50_000  # events whose hashing alone is timed
READY_WITHIN = 30.0  # seconds for the signer to start


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the clock and of the processors, children's included."""

    clock: float
    processor: float


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured; ``proof_bytes`` is the longest of 200 drawn proofs.

    ``raw_microseconds_per_event``: what the two hashes of an event alone take, in memory, in one
    process: what verifying is to be compared with, for machines differ and have their days.
    """

    events: int
    raw_microseconds_per_event: float
    tree_microseconds_per_event: float
    verify_database: Took
    verify_bundle: Took
    bundle_megabytes: int
    proof_bytes: int
    prove_milliseconds: float
    load: float


@contextmanager
def signing(store: BranchStore) -> Iterator[tuple[Evidence, Callable[[], float]]]:
    """Yield the evidence of a branch with a signer that runs meanwhile, and how long that worked.

    The second says how many seconds of the processor the signer has taken so far.
    """
    key, socket, vkey = (store.data_dir / f"signer.{kind}" for kind in ("key", "sock", "vkey"))
    command = [sys.executable, "-m", "store.signer", ORIGIN, str(key), str(socket), str(vkey)]
    process = subprocess.Popen(command)  # noqa: S603  our own module
    try:
        until = time.monotonic() + READY_WITHIN
        while not socket.exists() and time.monotonic() < until:
            time.sleep(0.05)
        yield Evidence(store, ORIGIN, vkey, socket), partial(seconds_of, process.pid)
    finally:
        process.terminate()
        process.wait(10)


def grow_tree(store: BranchStore) -> float:
    """Bring the tree up with the log; return microseconds of the processor for each event."""
    engine = store.views_engine()
    POSITIONS.create_all(engine)
    follower = Follower(store.reader(), engine, [PROOF_TREE])
    follower.prepare()
    began, before = time.process_time(), _size(engine)
    follower.catch_up()
    grown = _size(engine) - before
    return round((time.process_time() - began) / grown * 1e6, 2) if grown else 0.0


def sign(evidence: Evidence) -> int:
    """Have a checkpoint signed over the whole tree; return its size."""
    signer = SignerClient(evidence.signer_socket)
    kept = Checkpoints(checkpoints_engine(evidence.store), ORIGIN)
    with evidence.store.views_engine().connect() as connection:
        grown = tree(connection)
        last = signer.last()["size"]
        if last < grown.size or kept.of_size(grown.size) is None:
            proof = grown.consistency(last, grown.size)
            note = signer.checkpoint(grown.size, grown.root(), proof)
            kept.keep(note, datetime.now(UTC))
    signer.close()
    return grown.size


def timed(work: Callable[[], object]) -> Took:
    """Return how long some work takes, its child processes included."""
    clock, before = time.perf_counter(), _processor()
    work()
    return Took(round(time.perf_counter() - clock, 2), round(_processor() - before, 2))


def verify_database(evidence: Evidence) -> None:
    """Verify the log where it lies; complain if it is not intact."""
    code, told = evidence.verify("", [], [], b"", lambda _done, _of: None)
    if code:
        raise click.ClickException(f"the log is not intact: {told}")


def raw_hashing(evidence: Evidence) -> float:
    """Return the microseconds that hashing contents and envelope of an event takes, and no more."""
    rows = evidence.store.reader().audit_source.audit_rows(0, SAMPLE)
    began = time.perf_counter()
    for row in rows:
        sha256(row.state)
        sha256(row.envelope)
    return round((time.perf_counter() - began) / len(rows) * 1e6, 2)


def verify_bundle(bundle: Path, vkey: Path) -> None:
    """Run the verifier as an outsider does; complain if it says anything but intact."""
    command = [sys.executable, shilu_verify.__file__, str(bundle), "--vkey", str(vkey)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  our own module


def prove_some(evidence: Evidence, size: int, folder: Path, seed: int) -> tuple[int, float]:
    """Return the bytes of the longest proof and the milliseconds that the middle one took."""
    rng, longest, times = random.Random(seed), 0, []
    for no in range(PROOFS):
        began = time.perf_counter()
        proof, _event = evidence.prove(rng.randrange(size) + 1, folder / f"{no}.tlog-proof")
        times.append(time.perf_counter() - began)
        longest = max(longest, proof.stat().st_size)
    return longest, round(sorted(times)[PROOFS // 2] * 1000, 2)


def seconds_of(pid: int) -> float:
    """Return the seconds of the processor that a process took; 0 where there is no /proc."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # user and system


def _size(engine: Engine) -> int:
    with engine.connect() as connection:
        return tree(connection).size


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def examine(store: BranchStore, data: Path, seed: int) -> Report:
    """Sign a branch's log, verify it both ways and prove some of its events."""
    per_event = grow_tree(store)
    with signing(store) as (evidence, _), tempfile.TemporaryDirectory(dir=data) as temporary:
        folder = Path(temporary)
        size, raw = sign(evidence), raw_hashing(evidence)
        database = timed(lambda: verify_database(evidence))
        bundle = folder / "bundle"
        evidence.export(bundle, 1, None, (), contents=True, progress=lambda _done, _of: None)
        megabytes = sum(file.stat().st_size for file in bundle.iterdir()) >> 20
        outside = timed(lambda: verify_bundle(bundle, evidence.vkey_file))
        longest, milliseconds = prove_some(evidence, size, folder, seed)
        shutil.rmtree(bundle)
    load = round(os.getloadavg()[0], 1)
    return Report(size, raw, per_event, database, outside, megabytes, longest, milliseconds, load)


def measure(folder: Path, _url: str) -> Iterator[Figure]:
    """Yield the figures that are to be held, of a million events on SQLite."""
    found = examine(branch_of(folder, EVENTS, AGENTS, SEED), folder, SEED)
    beside = f"{found.events:,} events, hashing alone {found.raw_microseconds_per_event} µs each"
    yield Figure("verify_database", found.verify_database.clock, 10, "s", beside=beside)
    beside = f"{found.bundle_megabytes} MB"
    yield Figure("verify_bundle", found.verify_bundle.clock, 3, "s", beside=beside)
    yield Figure("proof", found.proof_bytes, 1536, "bytes", beside=f"the longest of {PROOFS}")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--events", type=click.IntRange(min=1000), default=EVENTS, show_default=True)
@click.option("--agents", type=click.IntRange(min=1), default=AGENTS, show_default=True)
@click.option("--seed", type=int, default=SEED, show_default=True)
@click.option("--url", default="", help="A PostgreSQL database to use instead of SQLite.")
def main(data: Path, events: int, agents: int, seed: int, url: str) -> None:
    """Measure verifying a log and proving its events; print the figures as JSON."""
    store = branch_of(data, events, agents, seed, url)
    migrate(store, f"sqlite:///{data / 'accounts.db'}", None, [])  # a branch made by another figure
    echo_json(examine(store, data, seed))


if __name__ == "__main__":
    main()
