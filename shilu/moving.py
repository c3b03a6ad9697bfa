"""`shilu branch move`: a branch into another database, without losing an acknowledged entry.

While the branch is written to, its log is copied and its views are built there. Then its writes
stand still: the directory says so (503 and Retry-After, for this branch alone), and a fence in the
old log keeps out whoever has not heard of it. What came in meanwhile is copied, the copy is held to
the newest checkpoint, and the directory is switched. The old copy stays, fenced, until somebody
drops it. A move that was cut short anywhere is repeated, or undone.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import psycopg

import projections
from projections.base import advance, begin, places
from projections.follower import Follower
from projections.proof_tree import tree
from store.audit import Promised, verify_log
from store.backup import BATCH, Kept, sealed_event
from store.branch import BranchStore
from store.branches import Directory, Entry
from store.checkpoints import CHECKPOINT_METADATA, Checkpoints, checkpoints_engine
from store.fence import fence, is_fenced, lift
from store.migrate import create_branch
from store.verifier.shilu_verify import Verdict
from workers.bookmark import DISPATCHER

FEW = 1000  # events that may be left when the writes are stopped: some tenths of a second
OWN = "own"  # the installation's own database, in place of an address
Progress = Callable[[int, int], None]


class MoveRefused(Exception):
    """The branch cannot be moved so; the message says why and what to do."""


@dataclass(frozen=True)
class Move:
    """A branch of the directory on its way to the database ``to`` (an address, or OWN)."""

    directory: Directory
    name: str
    to: str
    origin: str
    vkey: str

    @cached_property
    def entry(self) -> Entry:
        """The branch as the directory has it. Raises MoveRefused where there is none."""
        self.directory.forget()
        found = self.directory.entry(self.name)
        if found is None:
            raise MoveRefused(f"there is no branch {self.name}: see `shilu branch list`")
        return found

    @property
    def target_url(self) -> str:
        """What the directory will say: empty for the installation's own database."""
        return "" if self.to == OWN else self.to

    @cached_property
    def source(self) -> BranchStore:
        """Where the branch lies."""
        return self.directory.store_of(self.entry)

    @cached_property
    def target(self) -> BranchStore:
        """Where it will lie."""
        return self.directory.store_at(self.name, self.target_url)

    def run(self, progress: Progress) -> int:
        """Move the branch; return how many events lie at the new place. Raises MoveRefused."""
        if self.target == self.source:
            self._stay()
            return self.source.reader().head()
        self._check()
        create_branch(self.target, projections.VIEW_METADATA)
        self._check_copy()
        while self._left() > FEW:  # more comes in while this is copied
            self._copy(progress)
            self._build_views()
        self._verify()
        self.directory.begin_move(self.name, self.to)
        fence(self.source)
        self._copy(progress)
        self._build_views()
        self._take_along()
        self._compare()
        self.directory.end_move(self.name, self.target_url)
        return self.target.reader().head()

    def undo(self) -> None:
        """Let the branch be written to where it lies; whatever was copied stays where it is."""
        if not self.entry.moving_to:
            raise MoveRefused(f"branch {self.name} is not being moved")
        lift(self.source)
        self.directory.end_move(self.name)

    # --- inside ---

    def _stay(self) -> None:
        """The branch lies there: end what a crash behind the switch may have left."""
        if self.entry.moving_to:
            lift(self.source)
            self.directory.end_move(self.name)

    def _check(self) -> None:
        if self.entry.moving_to and self.entry.moving_to != self.to:
            raise MoveRefused(
                f"branch {self.name} is being moved elsewhere: repeat that move, or --undo it"
            )
        if not self.target.database_url:
            raise MoveRefused("a branch is moved to PostgreSQL: --to postgresql://…")
        if self.source.database_url and _are_one(self.source, self.target):
            raise MoveRefused("the branch lies in this database already, under another address")

    def _check_copy(self) -> None:
        """Refuse a target that holds another branch's log: what is there must begin ours."""
        there, here = self.target.reader(), self.source.reader()
        head = there.head()
        for position in {1, head} if head else ():
            ours, theirs = here.at(position), there.at(position)
            if ours is None or theirs is None or ours.envelope != theirs.envelope:
                raise MoveRefused(
                    f"another log lies in {self.target.schema} there: drop that schema first"
                )
        if head and is_fenced(self.target):
            lift(self.target)  # an older copy of this branch, which moved away from there

    def _left(self) -> int:
        return self.source.reader().head() - self.target.reader().head()

    def _copy(self, progress: Progress) -> None:
        """Copy what the target lacks, byte for byte, each event at its own position."""
        source, target = self.source.reader().audit_source, self.target.recorder()
        done, head = self.target.reader().head(), self.source.reader().head()
        while done < head:
            rows = source.audit_rows(done, min(BATCH, head - done))
            positions = target.insert_events([sealed_event(row) for row in rows])
            if list(positions) != [row.position for row in rows]:
                raise MoveRefused("somebody else writes into the new place: stop that first")
            done = rows[-1].position
            progress(done, head)

    def _build_views(self) -> None:
        target = self.target
        follower = Follower(target.reader(), target.views_engine(), projections.ALL)
        follower.prepare()
        follower.catch_up()

    def _verify(self) -> None:
        """Hold the copy to the newest checkpoint: every byte of every event."""
        newest = Checkpoints(checkpoints_engine(self.source), self.origin).newest()
        if newest is None:
            return
        promised = Promised(self.name, self.vkey, str(newest.note).encode())
        try:
            verify_log(self.target.reader().audit_source, promised)
        except Verdict as verdict:
            raise MoveRefused(f"the copy is not what was signed: {verdict.reason}") from verdict

    def _take_along(self) -> None:
        """Take along what is not built from the log: checkpoints, and how far tasks were sent."""
        only = {"origin": self.origin}
        there = Kept(checkpoints_engine(self.target), CHECKPOINT_METADATA, (), only)
        there.put(Kept(checkpoints_engine(self.source), CHECKPOINT_METADATA, (), only).rows())
        sent = places(self.source.views_engine()).get(DISPATCHER.name)
        begin(self.target.views_engine(), [DISPATCHER])
        now = places(self.target.views_engine())[DISPATCHER.name].position
        if sent is not None and sent.position > now:
            with self.target.views_engine().execution_options(write=True).begin() as connection:
                advance(connection, [DISPATCHER], now, sent.position)

    def _compare(self) -> None:
        """Hold the whole copy to the newest checkpoint and to the old log. Nobody writes now."""
        if self.target.reader().head() != self.source.reader().head():
            raise MoveRefused("the copy is not whole: repeat the move")
        newest = Checkpoints(checkpoints_engine(self.source), self.origin).newest()
        if newest is None:
            return
        with self.target.views_engine().connect() as connection:
            root = tree(connection).root(newest.checkpoint.size)
        if root != newest.checkpoint.root:
            raise MoveRefused("the copy is not what was signed: repeat the move into a new schema")


def move_shards(store: BranchStore, node: str) -> None:
    """Let Citus move a branch's schema to another of its nodes (``host:port``). Raises MoveRefused."""
    host, _colon, port = node.rpartition(":")
    if not host or not port.isdigit():
        raise MoveRefused("--to-node is HOST:PORT")
    with psycopg.connect(store.database_url, autocommit=True) as connection:
        query = "SELECT 1 FROM pg_extension WHERE extname = 'citus'"
        if connection.execute(query).fetchone() is None:
            raise MoveRefused(
                "this database has no Citus: --to-node moves a branch between its nodes; "
                "use --to for another database"
            )
        try:
            connection.execute(
                "SELECT citus_schema_move(%s, %s, %s)", (store.schema, host, int(port))
            )
        except psycopg.Error as problem:
            raise MoveRefused(str(problem).splitlines()[0]) from problem


def _are_one(one: BranchStore, other: BranchStore) -> bool:
    """Tell whether two addresses lead into one database: a lock taken in one is taken in the other."""
    key = secrets.randbits(62)
    with (
        psycopg.connect(one.database_url, autocommit=True) as first,
        psycopg.connect(other.database_url, autocommit=True) as second,
    ):
        first.execute("SELECT pg_advisory_lock(%s)", (key,))
        row = second.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
    return row is None or not row[0]
