"""Sheets of paper: what stands on one, as a page to print from the browser or as a PDF.

A sheet is plain data, so that every form of the handbook prints alike: a head, sections, lines to
sign. Names come masked, whoever prints; who printed, when and the print's number are on the paper,
behind the text too. WeasyPrint is loaded only when somebody wants a PDF: it needs libraries that
not every machine has.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flask import Response, make_response, render_template

from domain.paper import PaperKind, Printout, paper_id_of
from domain.words import By
from service import assets
from service.checkpoint_qr import checkpoint_qr
from service.context import shilu
from service.forms import Form
from service.language import _, local
from service.sessions import reader

STYLE = "paper.css"
LIBRARIES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
_LAYING_OUT = threading.BoundedSemaphore(1)  # a layout takes a core and some 100 MB for a moment


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a sheet: a table with ``columns``, or pairs of a label and a text, or a text."""

    title: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form about one agent and day; ``subject`` says which, ``back`` is the page it is from."""

    kind: PaperKind
    subject: str
    agent_id: str
    team_id: str | None
    day: date
    title: str
    head: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    signatures: tuple[str, ...]
    back: str

    def digest(self) -> str:
        """Return the SHA-256 of what stands on the sheet, in hex."""
        facts = asdict(self)
        del facts["back"]
        text = json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


class NoPdf(Exception):
    """The libraries that lay a PDF out are not on this machine."""


def print_sheet(
    sheet: Sheet, form: Form, who_for: Callable[[str], By], *, as_pdf: bool
) -> Response:
    """Put a print on record and answer with it. Raises NoPdf before anything is on record.

    ``who_for`` gives who-and-when for a part of the command. What stands on the sheet is a part of
    it: sent again it is the same print, and a sheet that says something else is another one.
    """
    if as_pdf:
        _weasyprint()
    digest = sheet.digest()
    who = who_for(f"paper/{sheet.kind}/{sheet.subject}/{digest}/{as_pdf}")
    same = sheet.kind, sheet.subject, sheet.agent_id, sheet.team_id, sheet.day
    shilu().record.papers.print_out(Printout(*same, pdf=as_pdf, digest=digest), by=who)
    page = _drawn(sheet, form, who, as_pdf=as_pdf)
    if not as_pdf:
        return make_response(page)
    answer = make_response(pdf_of(page))
    answer.mimetype = "application/pdf"
    name = f"{sheet.kind}-{sheet.day}-{paper_id_of(who.command_id)}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _drawn(sheet: Sheet, form: Form, who: By, *, as_pdf: bool) -> str:
    paper_id = paper_id_of(who.command_id)
    zone = shilu().rules().time_zone
    printed_at = local(who.recorded_at, zone).strftime("%Y-%m-%d %H:%M")
    code = checkpoint_qr()
    return render_template(
        "paper.html",
        sheet=sheet,
        form=form,
        for_pdf=as_pdf,
        paper_id=paper_id,
        printed_by=f"{reader().name}（{reader().person_id}）",
        printed_at=printed_at,
        mark=f"{reader().name} {reader().person_id} · {printed_at} · {paper_id}",
        code=code,
        code_at=local(code.signed_at, zone).strftime("%Y-%m-%d %H:%M") if code else "",
    )


def pdf_of(page: str) -> bytes:
    """Return a page as PDF, A4; nothing is fetched from anywhere. Raises NoPdf."""
    weasyprint = _weasyprint()
    style = (assets.FOLDER / STYLE).read_text(encoding="utf-8")
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=())
    with _LAYING_OUT:
        sheet = weasyprint.CSS(string=style, url_fetcher=fetcher)
        document = weasyprint.HTML(string=page, url_fetcher=fetcher)
        return bytes(document.write_pdf(stylesheets=[sheet]))


def _weasyprint() -> Any:
    try:
        import weasyprint  # 30 MB, and Pango from the system: only for who wants a PDF
    except (ImportError, OSError) as missing:
        raise NoPdf(
            _("这台服务器缺少排版用的程序库（Debian：{names}）。请用浏览器打印。", names=LIBRARIES)
        ) from missing
    return weasyprint
