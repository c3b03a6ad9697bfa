"""How far the dispatcher has come: a row beside the projections' positions, never rebuilt."""

from __future__ import annotations

from sqlalchemy import Engine, MetaData

from projections.base import Overtaken, Projection, advance, begin, positions

DISPATCHER = Projection("dispatcher", 1, MetaData(), {})


class Bookmark:
    """The dispatcher's place in the log; it starts at the beginning and only moves on."""

    def __init__(self, views: Engine) -> None:
        self._views = views
        self._begun = False

    def place(self) -> int:
        """Return the position of the last event that was looked at."""
        if not self._begun:
            begin(self._views, [DISPATCHER])
            self._begun = True
        return positions(self._views)[DISPATCHER.name]

    def move(self, place: int, to: int) -> bool:
        """Move on from ``place``; False if another dispatcher has moved on meanwhile."""
        try:
            with self._views.execution_options(write=True).begin() as connection:
                advance(connection, [DISPATCHER], place, to)
        except Overtaken:
            return False
        return True
