"""Static files, read once, served from memory under names that carry their content's hash."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

FOLDER = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
PACKABLE = {".css", ".js", ".svg", ".webmanifest"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file in memory; ``packed`` is its gzip form, if that is worth it."""

    kind: str
    content: bytes
    packed: bytes | None
    address: str


def read_assets(folder: Path) -> dict[str, Asset]:
    """Return the folder's files by their plain names."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _asset(folder, path) for path in files}


def _asset(folder: Path, path: Path) -> Asset:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:10]
    name = path.relative_to(folder).with_suffix(f".{digest}{path.suffix}").as_posix()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = gzip.compress(content, 9, mtime=0) if path.suffix in PACKABLE else None
    return Asset(kind, content, packed, f"/static/{name}")


def set_up(app: Flask) -> None:
    """Serve the static files and give templates ``asset(name)``."""
    assets = read_assets(FOLDER)
    by_address = {asset.address: asset for asset in assets.values()}

    @app.get("/static/<path:name>", endpoint="asset")
    def serve(name: str) -> Response:
        found = by_address.get(f"/static/{name}")
        if found is None:
            raise NotFound
        return _answer(found)

    app.jinja_env.globals["asset"] = lambda name: assets[name].address


def _answer(asset: Asset) -> Response:
    packed = asset.packed if request.accept_encodings["gzip"] else None
    response = Response(packed or asset.content, mimetype=asset.kind)
    response.headers["Cache-Control"] = FOR_EVER
    if asset.packed:
        response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response
