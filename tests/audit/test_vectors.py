"""docs/audit/vectors.json: what docs/audit.md says, in bytes. ``python -m`` this writes it anew."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from store.bundle import record_of
from store.proof import inclusion_proof, perfect_root, root_of
from store.verifier.shilu_verify import (
    Checkpoint,
    Key,
    Span,
    Verdict,
    check_events,
    cover,
    root_of_path,
)

from .world import LOG, VKEY, WITNESS_VKEY, checkpoint, leaves_of, some_rows

FILE = Path(__file__).parents[2] / "docs" / "audit" / "vectors.json"
SIZES = (1, 2, 3, 7, 8, 11)


def vectors() -> dict[str, Any]:
    """Return the vectors: eleven events, their leaves, roots, paths, a range and checkpoints."""
    rows = some_rows(11)
    leaves = leaves_of(rows)

    def nodes(level: int, index: int) -> bytes:
        return perfect_root(b"".join(leaves[index << level : (index + 1) << level]))

    path = inclusion_proof(5, 11, nodes)
    events = [{"envelope": r.envelope.decode(), "state": r.state.decode()} for r in rows]
    beside = [nodes(2, 0), nodes(1, 4), nodes(0, 10)]
    return {
        "log": LOG,
        "vkey": VKEY,
        "witness": WITNESS_VKEY,
        "events": events,
        "leaves": [leaf.hex() for leaf in leaves],
        "roots": {str(size): root_of(leaves[:size]).hex() for size in SIZES},
        "inclusion": {"index": 5, "size": 11, "path": [item.hex() for item in path]},
        "covers": [[0, 11, list(cover(0, 11))], [3, 11, list(cover(3, 11))]],
        "range": {"from": 5, "to": 8, "size": 11, "proof": [item.hex() for item in beside]},
        "checkpoint": checkpoint(rows, cosigned=True),
    }


@pytest.fixture
def told() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found


def test_the_vectors_are_those_of_this_code(told: dict[str, Any]) -> None:
    assert told == vectors()


def test_the_verifier_makes_the_leaves_and_roots(told: dict[str, Any]) -> None:
    pairs = [(e["envelope"].encode(), e["state"].encode()) for e in told["events"]]
    records = b"".join(record_of(n, *pair) for n, pair in enumerate(pairs, start=1))

    leaves = check_events(BytesIO(records), told["log"], 0, 11)

    assert leaves.hex() == "".join(told["leaves"])
    for size, root in told["roots"].items():
        n = int(size)
        assert Span(0, n, n).roots(leaves[: 32 * n])[n].hex() == root


def test_the_verifier_follows_the_path_and_the_range(told: dict[str, Any]) -> None:
    leaves, one, part = told["leaves"], told["inclusion"], told["range"]
    path = [bytes.fromhex(item) for item in one["path"]]
    span = Span(part["from"] - 1, part["to"], part["size"], bytes.fromhex("".join(part["proof"])))

    assert root_of_path(bytes.fromhex(leaves[5]), 5, 11, path) == bytes.fromhex(told["roots"]["11"])
    assert span.roots(bytes.fromhex("".join(leaves[4:8])))[11].hex() == told["roots"]["11"]


def test_the_verifier_reads_the_checkpoint(told: dict[str, Any]) -> None:
    keys = [Key.parse(told["vkey"]), Key.parse(told["witness"])]

    found = Checkpoint.parse(told["checkpoint"].encode(), keys)

    assert (found.size, found.root.hex()) == (11, told["roots"]["11"])
    with pytest.raises(Verdict):
        Checkpoint.parse(told["checkpoint"].replace("\n11\n", "\n12\n").encode(), keys)


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n", "utf-8")
