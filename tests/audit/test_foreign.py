"""Others' programs accept our evidence: Go's x/mod/sumdb, and sigstore's verifier of inclusion.

Both come with the environment of the scanners; Go's two packages lie in Go's own distribution.
They fail, and are never skipped, where that environment cannot be made.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import dev
from service import create_app
from store.branch import BranchStore

from .branch import add, shilu, sign
from .world import KEY, VKEY, checkpoint, export, some_rows

HERE = Path(__file__).parent / "foreign"
SUMDB = "go/src/cmd/vendor/golang.org/x/mod/sumdb"
EVENTS, FIRST, LAST, OLD = 700, 257, 650, 300
pytestmark = pytest.mark.alone  # the compiler takes both processors for half a minute


@pytest.fixture(scope="module", autouse=True)
def scanners() -> None:
    """Bring Go and sigstore, unless ``dev.py test`` did."""
    dev.install_scanners()


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Go's verifier: their two packages and our few lines around them, compiled."""
    (sumdb,) = dev.SCAN_VENV.glob(f"lib/python*/site-packages/{SUMDB}")
    module = tmp_path_factory.mktemp("foreign")
    for package in ("note", "tlog"):
        shutil.copytree(sumdb / package, module / package)
    shutil.copy(HERE / "main.go", module)
    (module / "go.mod").write_text("module foreign\n\ngo 1.24\n", encoding="utf-8")
    # what was compiled once is kept beside the compiler: the second run takes a second
    kept = {"GOCACHE": str(dev.SCAN_VENV.resolve() / "go-cache"), "GOPATH": str(module / "path")}
    alone = {"GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "CGO_ENABLED": "0"}
    environment = {**os.environ, **kept, **alone}
    command = [dev.scanner("go"), "build", "-o", "verifier", "."]
    built = subprocess.run(
        command, cwd=module, env=environment, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return module / "verifier"


def go(verifier: Path, vkey: str, *words: str | Path) -> tuple[int, str]:
    run = subprocess.run(
        [verifier, vkey, *words], capture_output=True, text=True, check=False, timeout=60
    )
    return run.returncode, run.stdout.strip() + run.stderr.strip()


def sigstore(*words: str | Path) -> tuple[int, str]:
    command = [dev.scanner("python"), HERE / "sigstore_check.py", *words]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return run.returncode, run.stdout.strip() + run.stderr.strip()


@pytest.fixture
def proven(signed: BranchStore, tmp_path: Path) -> tuple[str, Path, Path]:
    """The key, the proof of an event and the event, as ``shilu audit prove`` writes them."""
    proof = tmp_path / "x.tlog-proof"
    assert shilu("prove", "17", "--out", proof).exit_code == 0
    key = (signed.data_dir / "signer.vkey").read_text("utf-8").strip()
    return key, proof, proof.with_suffix(".event")


def altered(file: Path, at: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)


def test_go_accepts_a_proof_and_finds_it_altered(
    verifier: Path, proven: tuple[str, Path, Path]
) -> None:
    key, proof, event = proven
    assert go(verifier, key, "proof", proof, event) == (0, "ok")

    lines = proof.read_text("utf-8").split("\n")
    lines[3], lines[4] = lines[4], lines[3]
    proof.write_text("\n".join(lines), encoding="utf-8")

    assert go(verifier, key, "proof", proof, event) == (1, "invalid transparency proof")


def test_go_finds_an_altered_event_and_a_forged_checkpoint(
    verifier: Path, proven: tuple[str, Path, Path]
) -> None:
    key, proof, event = proven

    altered(event, -1)
    assert go(verifier, key, "proof", proof, event)[1] == "the contents of event 17 were altered"
    assert go(verifier, VKEY, "proof", proof, event)[1] == "note has no verifiable signatures"


def test_sigstore_accepts_a_proof_and_finds_it_altered(proven: tuple[str, Path, Path]) -> None:
    _key, proof, event = proven
    assert sigstore(proof, event) == (0, "")

    altered(event, 40)

    code, told = sigstore(proof, event)
    assert code == 1
    assert "invalid root hash" in told


def test_go_accepts_that_the_log_went_on_from_an_older_checkpoint(
    verifier: Path, signed: BranchStore, tmp_path: Path
) -> None:
    old, new, answer = tmp_path / "old", tmp_path / "new", tmp_path / "answer"
    old.write_text(shilu("checkpoint").output, "utf-8")
    add(signed, 41, 75)
    sign(signed)
    new.write_text(shilu("checkpoint").output, "utf-8")
    key = (signed.data_dir / "signer.vkey").read_text("utf-8").strip()

    client = create_app().test_client()
    answer.write_bytes(client.get("/log/proof/consistency?from=40&to=75").data)
    assert go(verifier, key, "consistency", old, new, answer) == (0, "ok")

    answer.write_bytes(client.get("/log/proof/consistency?from=39&to=75").data)
    assert go(verifier, key, "consistency", old, new, answer)[0] == 1


@pytest.mark.parametrize("contents", [True, False])
def test_go_accepts_a_bundle_of_a_part_of_the_log(
    verifier: Path, tmp_path: Path, contents: bool
) -> None:
    rows, old = some_rows(EVENTS), tmp_path / "old"
    bundle = export(tmp_path / "b", rows, FIRST, LAST, since=(OLD,), contents=contents)
    old.write_text(checkpoint(rows, OLD), "utf-8")

    assert go(verifier, VKEY, "bundle", bundle, old) == (0, "ok")


def test_go_finds_an_altered_bundle(verifier: Path, tmp_path: Path) -> None:
    rows = some_rows(EVENTS)
    bundle = export(tmp_path / "b", rows, FIRST, LAST)
    events = bundle / "events.bin"
    data = events.read_bytes()

    at = data.index(b'"stream":"') + 12
    events.write_bytes(data[:at] + b"f" + data[at + 1 :])
    assert "do not make the root" in go(verifier, VKEY, "bundle", bundle)[1]
    events.write_bytes(data[:-8])
    assert go(verifier, VKEY, "bundle", bundle) == (1, "a record is cut off")
    events.write_bytes(data)
    altered(bundle / "proof", 5)
    assert go(verifier, VKEY, "bundle", bundle) == (1, "proof is another file")


def test_go_finds_a_checkpoint_that_the_log_did_not_go_on_from(
    verifier: Path, tmp_path: Path
) -> None:
    bundle, old = export(tmp_path / "b", some_rows(EVENTS), since=(OLD,)), tmp_path / "old"

    old.write_text(checkpoint(some_rows(EVENTS, seed=2), OLD), "utf-8")

    assert f"signed for {OLD}" in go(verifier, str(KEY.verifier()), "bundle", bundle, old)[1]
