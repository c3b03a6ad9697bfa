"""The log as a transparency log: checkpoints, tiles and proofs for everybody, without signing in.

Paths and formats are those of C2SP tlog-tiles below ``/log/`` for the first branch and below
``/log/of/BRANCH/`` for any other; what is public are hashes alone,
never an entry. A witness reads a checkpoint, asks for the proof that it goes on from the one that
it knows, and posts its cosignature.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request
from werkzeug.exceptions import NotFound

from projections.proof_tree import Tree, tile_hashes, tree
from service.branches import enter
from service.context import Proofs, shilu
from store.checkpoints import Kept, NotWitnessed, UnknownCheckpoint
from store.proof import HASH_BYTES, TILE_WIDTH, ProofError
from store.signed_note import MAX_NOTE, Note, NoteError, base64ed

pages = Blueprint("proof_log", __name__, url_prefix="/log")
TILE_PATH = re.compile(
    r"(?P<level>[0-7])/(?P<index>(?:(?!x000/)x[0-9]{3}(?:/x[0-9]{3}){0,3}/)?[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
FOR_GOOD = "public, max-age=31536000, immutable"


class NotAsked(Exception):
    """A number in the address is missing or is none."""


@pages.url_value_preprocessor
def of_branch(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Let a request below ``/log/of/BRANCH`` be about that branch."""
    if values and "branch" in values and not enter(values.pop("branch")):
        raise NotFound


@pages.get("/checkpoint")
def checkpoint() -> Response:
    """Return the newest checkpoint with the cosignatures that it has."""
    return _note(lambda proofs: proofs.kept.newest())


@pages.get("/checkpoint/cosigned")
def cosigned_checkpoint() -> Response:
    """Return the newest checkpoint that a witness has cosigned."""
    return _note(lambda proofs: proofs.kept.newest_cosigned())


@pages.get("/checkpoint/<int(max=9007199254740991):size>")
def old_checkpoint(size: int) -> Response:
    """Return the checkpoint of this size."""
    return _note(lambda proofs: proofs.kept.of_size(size))


@pages.get("/key")
def key() -> Response:
    """Return the log's public key; who relies on it gets it from elsewhere as well."""
    proofs = shilu().proofs
    file = proofs.key_file if proofs else None
    if file is None or not file.is_file():
        return _text("no key yet\n", 404)
    return _text(file.read_text(encoding="utf-8"))


@pages.get("/tile/<path:path>")
def tile(path: str) -> Response:
    """Return a tile's hashes, or the first so many of a tile that is not full."""
    asked = TILE_PATH.fullmatch(path)
    if asked is None:
        return _text("no such tile\n", 404)
    width = int(asked["width"] or TILE_WIDTH)
    index = int(re.sub(r"[x/]", "", asked["index"]))
    with shilu().views.connect() as connection:
        found = tile_hashes(connection, int(asked["level"]), index) or b""
    if (
        width > TILE_WIDTH
        or (asked["width"] and width == TILE_WIDTH)
        or len(found) < width * HASH_BYTES
    ):
        return _text("no such tile\n", 404)
    response = make_response(found[: width * HASH_BYTES])
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["Cache-Control"] = FOR_GOOD
    return response


@pages.get("/proof/inclusion")
def inclusion() -> Response:
    """Return the proof that the event at ``position`` is in the first ``size`` events."""

    def answer(grown: Tree) -> dict[str, Any]:
        position = _number("position")
        size = _number("size", _signed_size(grown))
        path = grown.inclusion(position - 1, size)
        return {
            "position": position,
            "size": size,
            "leaf_hash": base64ed(grown.leaf(position - 1)),
            "root": base64ed(grown.root(size)),
            "hashes": [base64ed(item) for item in path],
        }

    return _proof(answer)


@pages.get("/proof/consistency")
def consistency() -> Response:
    """Return the proof that the first ``to`` events begin with the first ``from``."""

    def answer(grown: Tree) -> dict[str, Any]:
        old, new = _number("from"), _number("to", _signed_size(grown))
        path = grown.consistency(old, new)
        return {
            "from": old,
            "to": new,
            "from_root": base64ed(grown.root(old)),
            "to_root": base64ed(grown.root(new)),
            "hashes": [base64ed(item) for item in path],
        }

    return _proof(answer)


@pages.post("/cosignature")
def cosignature() -> Response:
    """Take a witness's cosignature: the checkpoint's note with the witness's line."""
    request.max_content_length = MAX_NOTE
    proofs = shilu().proofs
    if proofs is None:
        return _text("no checkpoints here\n", 404)
    try:
        names = proofs.kept.cosign(Note.parse(request.get_data()), proofs.witnesses)
    except NoteError as problem:
        return _text(f"{problem}\n", 400)
    except UnknownCheckpoint as problem:
        return _text(f"{problem}\n", 404)
    except NotWitnessed as problem:
        return _text(f"{problem}\n", 403)
    return _text("".join(f"{name}\n" for name in names))


def _note(find: Callable[[Proofs], Kept | None]) -> Response:
    proofs = shilu().proofs
    found = find(proofs) if proofs else None
    return _text("no checkpoint yet\n", 404) if found is None else _text(str(found.note))


def _proof(answer: Callable[[Tree], dict[str, Any]]) -> Response:
    with shilu().views.connect() as connection:
        try:
            return jsonify(answer(tree(connection)))
        except NotAsked as problem:
            return make_response(jsonify(error=f"{problem} is a whole number"), 400)
        except ProofError as problem:
            return make_response(jsonify(error=str(problem)), 404)


def _signed_size(grown: Tree) -> int:
    """Return the size of the newest checkpoint, or of the whole tree before there is one."""
    proofs = shilu().proofs
    newest = proofs.kept.newest() if proofs else None
    return newest.checkpoint.size if newest else grown.size


def _number(name: str, default: int | None = None) -> int:
    given = request.args.get(name)
    if given is None and default is not None:
        return default
    if given is None or not NUMBER.fullmatch(given):
        raise NotAsked(name)
    return int(given)


def _text(text: str, status: int = 200) -> Response:
    return make_response(text, status, {"Content-Type": "text/plain; charset=utf-8"})
