"""The auditor's proof page (X3): the newest checkpoint, and the whole log verified on request.

The verification streams: each step is sent when it is done, and the sheet shows the last one alone,
so that it moves without a script. What was found is put on record.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import structlog
from eventsourcing.persistence import PersistenceError
from flask import Blueprint, make_response, render_template, stream_template
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from domain.audit import Found, LogVerdict
from domain.refusals import Refusal
from domain.words import By
from projections import audit_trail
from projections.audit_trail import Filters
from service.access import Thing, need
from service.checkpoint_qr import qr_of
from service.context import Proofs, shilu
from service.event_words import names_for, sentence
from service.evidence_jobs import Busy, Job, JobFailed
from service.forms import Form, PageForm, by, sent, text
from service.language import N_, _, local
from service.reading import views
from service.sessions import reader
from store.checkpoints import Kept
from store.daily_message import CHINA, message
from store.signed_note import MAX_NOTE, Checkpoint, Note, NoteError, VerifierKey, base64ed

pages = Blueprint("proof", __name__)
log = structlog.get_logger(__name__)
BLOCK = 256  # events; altered ones are named with their block
DAYS = 366  # whose last checkpoints the log is held to
DONE_SHOWN = 10
NO_CHECKPOINT = N_("还没有签过存证，稍后再来。")
FAILED = {
    "no-checkpoint": NO_CHECKPOINT,
    "signer-away": N_("签名进程没有应答，请管理员检查。"),
}
BROKEN = N_("验证没有完成，请再试一次；一直这样的话，请告诉管理员。")
BUSY = N_("已经有两个验证或导出在进行，请稍后再试。")


class VerifyForm(PageForm):
    """An older checkpoint, to which the log is held as well."""

    since = text(MAX_NOTE)


@pages.get("/proof")
def proof() -> Response:
    """Show the newest checkpoint, what it can be checked with, and what was checked."""
    need(reader(), Thing.EVIDENCE)
    return _page(Form())


@pages.post("/proof/verify")
def verify() -> Response:
    """Verify the whole log, step by step, and put on record what was found."""
    need(reader(), Thing.EVIDENCE)
    form = sent(VerifyForm())
    proofs = signed(form)
    if proofs is None or proofs.evidence is None or not form.good:
        return _page(form)
    since = [*_older(form, proofs), *proofs.kept.last_of_days(DAYS)]
    if form.errors:
        return _page(form)
    question = {"do": "verify", "since": since, "witnesses": []}
    try:
        job = Job(proofs.evidence, question)
    except Busy:
        busy(form)
        return _page(form)
    found = SimpleNamespace(verdict=None)
    steps = _steps(job, found, by(form))
    page = stream_template("verify.html", steps=steps, found=found)
    response = make_response(page)
    response.headers["X-Accel-Buffering"] = "no"  # a proxy that waits would hide the progress
    response.call_on_close(job.stop)
    return response


@pages.get("/proof/message")
def daily_message() -> Response:
    """Return the newest checkpoint as the message of the day, to be kept elsewhere."""
    need(reader(), Thing.EVIDENCE)
    proofs = shilu().proofs
    newest = proofs.kept.newest() if proofs else None
    if proofs is None or newest is None:
        raise NotFound
    day = str(newest.signed_at.astimezone(CHINA).date())
    response = make_response(message(newest, log_key(proofs), day))
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="shilu-{day}.txt"'
    return response


@pages.get("/proof/recompute")
def recompute() -> str:
    """Show the page on which the browser itself recomputes an exported bundle."""
    need(reader(), Thing.EVIDENCE)
    proofs = shilu().proofs
    key = str(log_key(proofs)) if proofs and proofs.key_file.is_file() else ""
    return render_template("recompute.html", key=key)


def signed(form: Form) -> Proofs | None:
    """Return what the log can be held to, once it has a checkpoint; else say so in the form."""
    proofs = shilu().proofs
    if proofs is None or proofs.kept.newest() is None:
        form.problem, form.status = _(NO_CHECKPOINT), 409
        return None
    return proofs


def busy(form: Form) -> None:
    """Say in the form that others are first."""
    form.problem, form.status = _(BUSY), 503


def log_key(proofs: Proofs) -> VerifierKey:
    """Return the log's public key."""
    return VerifierKey.parse(proofs.key_file.read_text(encoding="utf-8"))


def done_before(connection: Connection, topic: str) -> list[SimpleNamespace]:
    """Return the newest events of auditors of this topic, as sentences."""
    rows = audit_trail.stream(connection, Filters(topic=topic), limit=DONE_SHOWN)
    names, zone = names_for(connection, rows), shilu().rules().time_zone
    return [
        SimpleNamespace(
            position=row.position,
            text=sentence(row, names),
            when=local(row.recorded_at, zone).strftime("%Y-%m-%d %H:%M"),
        )
        for row in rows
    ]


def _page(form: Form) -> Response:
    proofs = shilu().proofs
    newest = proofs.kept.newest() if proofs else None
    with views("audit_trail", "team_day") as connection:
        done = done_before(connection, "audit.")
    shown = _checkpoint(proofs, newest) if proofs and newest else None
    page = render_template("proof.html", form=form, checkpoint=shown, done=done)
    return make_response(page, form.status)


def _checkpoint(proofs: Proofs, kept: Kept) -> SimpleNamespace:
    said, zone = kept.checkpoint, shilu().rules().time_zone
    return SimpleNamespace(
        origin=said.origin,
        size=f"{said.size:,}",
        root=base64ed(said.root),
        signed_at=local(kept.signed_at, zone).strftime("%Y-%m-%d %H:%M:%S"),
        key=str(log_key(proofs)) if proofs.key_file.is_file() else "",
        witnesses=[
            SimpleNamespace(name=line.name, at=_seconds(line.made_at, zone))
            for line in kept.note.signatures[1:]
        ],
        qr=qr_of(kept).svg,
    )


def _seconds(seconds: int, zone: str) -> str:
    from_1970 = shilu().now().fromtimestamp(seconds).astimezone()
    return local(from_1970, zone).strftime("%Y-%m-%d %H:%M:%S")


def _older(form: Form, proofs: Proofs) -> Iterator[str]:
    """Yield the older checkpoint that was pasted, if it is one of this log."""
    pasted = (form.data.get("since") or "").replace("\r\n", "\n").strip()
    if not pasted:
        return
    whole = pasted + "\n"
    try:
        note = Note.parse(whole.encode())
        Checkpoint.parse(note.text)
        if note.by(log_key(proofs)) is None:
            raise NoteError("not signed by this log")
    except NoteError:
        form.fail("since", _("这不是本日志签过的存证"))
        return
    yield whole


def _steps(job: Job, found: SimpleNamespace, who: By) -> Iterator[SimpleNamespace]:
    """Yield the steps; behind the last one ``found`` has the verdict, which is on record then."""
    try:
        for done, of in job.steps():
            yield SimpleNamespace(done=done, of=of, text=f"{done:,} / {of:,}")
    except JobFailed as failed:
        found.problem = _(FAILED.get(str(failed), BROKEN))
        return
    _tell(job.answer, found)
    record(Found(found.verdict, found.size, found.newer, found.event), who)


def _tell(answer: dict[str, Any], found: SimpleNamespace) -> None:
    found.verdict = list(LogVerdict)[answer["code"]]
    found.size, found.newer = answer["size"], answer.get("newer", 0)
    found.event, found.block, found.told = answer["event"], answer["block"], answer["told"]
    if found.block is not None:
        first = found.block * BLOCK + 1
        found.range = f"{first:,}–{first + BLOCK - 1:,}"


def record(found: Found, who: By) -> None:
    """Put a verification on record; what was found is told even where that fails."""
    try:
        shilu().record.audits.verified(str(who.command_id), found, by=who)
    except (PersistenceError, Refusal) as problem:
        log.error("a verification is not on record", problem=type(problem).__name__)
