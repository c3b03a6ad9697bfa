"""Help: the handbook's reasons behind the reader's pages, and one glossary in both languages."""

from __future__ import annotations

from flask import Blueprint, render_template

from service.glossary import TERMS
from service.language import _
from service.navigation import MENUS
from service.sessions import reader
from service.why import REASONS

pages = Blueprint("help", __name__)


@pages.get("/help")
def show() -> str:
    """Show why the reader's pages ask for what they ask, and what the words mean."""
    topics = [
        (href, _(title), [(rule, _(text)) for rule, text in REASONS[href]])
        for href, _icon, title in MENUS[reader().role]
        if href in REASONS
    ]
    glossary = [(_(title), terms) for title, terms in TERMS]
    return render_template("help.html", topics=topics, glossary=glossary)
