"""The command line: each command once, the same name in README, compose file and tests.

Imports of the other rooms stand inside the commands, so that ``shilu worker`` loads no web server.
Exit codes: 0 done; 1 the answer is no (a check found a difference, a file has errors, a rule
refused); 2 wrong use; 3 not ready (not migrated, a store that does not answer).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shilu import __version__
from shilu.branch_commands import branch
from shilu.terminal import NO, BadInput, NotReady, bar, echo_json, instant, ready
from shilu.wiring import (
    accounts_of,
    accounts_url_of,
    backing_up,
    branch_of,
    directory_of,
    examine_all,
    granted_branches,
    read_settings,
    safe_settings,
    store_of,
)

if TYPE_CHECKING:
    from projections.evidence import Evidence


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="shilu")
@click.option("--branch", help="Of which branch a command is about [the first: SHILU_BRANCH].")
def main(branch: str | None) -> None:
    """Shilu 实录: an event-sourced record for insurance sales teams.

    All commands read SHILU_DATA, SHILU_BRANCH, SHILU_PORT, DATABASE_URL and REDIS_URL
    (README, "Settings"). Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 not ready.
    """


# --- processes ---


@main.command()
def up() -> None:
    """Start and supervise every process: web, follower, worker, scheduler, signer."""
    from shilu.supervisor import up as supervise

    raise SystemExit(supervise(read_settings()))


@main.command()
def web() -> None:
    """Serve pages and API (one process, many threads)."""
    from shilu.web import serve

    settings = safe_settings()
    serve(settings.host, settings.port, settings.threads, settings.log_level)


@main.command()
def follower() -> None:
    """Follow every branch's log and keep the projections up to date."""
    import workers

    raise SystemExit(workers.run_follower())


@main.command()
def worker() -> None:
    """Run the checks that are queued."""
    import workers

    raise SystemExit(workers.run_worker())


@main.command()
def scheduler() -> None:
    """Queue what is due, each second, and sweep what was lost."""
    import workers

    raise SystemExit(workers.run_scheduler())


@main.command()
def signer() -> None:
    """Sign checkpoints and receipts: the only process that has the log's key."""
    settings = read_settings()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = settings.signer_key_file, settings.signer_socket, settings.verifier_key_file
    command = [sys.executable, "-m", "store.signer", settings.log_origin, *map(str, files)]
    os.execv(sys.executable, command)  # noqa: S606  it needs a tenth of what is loaded here


# --- setting up ---


@main.command()
@click.option("--quiet", is_flag=True, help="Say nothing when all is well.")
def migrate(quiet: bool) -> None:
    """Create or update every table of every branch. Safe to repeat, also twice at once."""
    from projections import VIEW_METADATA
    from store.migrate import create_branch
    from store.migrate import migrate as create_tables

    settings = safe_settings()
    queue = None if settings.redis_url else settings.data_dir / "queue.db"
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # keys and logins lie there
    with ready():
        directory = directory_of(settings)
        create_tables(directory.first, accounts_url_of(settings), queue, VIEW_METADATA)
        for store in directory.stores().values():
            if store != directory.first:
                create_branch(store, VIEW_METADATA)
    if not quiet:
        for name in directory.entries():
            click.echo(f"branch {name}: tables are up to date")


@main.command()
@click.option("--until", help="The demo's last instant, with its zone [now].")
@click.option("--seed", type=int, default=531, show_default=True, help="Other seed, other people.")
@click.option("--if-absent", is_flag=True, help="Do nothing when the demo is there already.")
def demo(until: str | None, seed: int, if_absent: bool) -> None:
    """Fill the branch with invented people and weeks of work, and make demo logins."""
    from shilu.demo import LOGINS_FILE, demo_is_there, make_demo

    settings = read_settings()
    logins, accounts = settings.data_dir / LOGINS_FILE, accounts_of(settings)
    if if_absent and demo_is_there(logins):
        return

    def add_account(login: str, person_id: str, role: str, password: str) -> None:
        if accounts.find(login):
            accounts.set_password(login, password)
            accounts.exempt_all([login])  # a stranger must get in without a second factor
        else:
            accounts.create(login, password, person_id, branch_of(settings), role, exempt=True)

    with ready(), bar("making the demo branch") as progress:
        made = make_demo(
            store_of(settings),
            add_account,
            logins,
            until=instant(until, "--until") if until else datetime.now(UTC),
            seed=seed,
            progress=progress,
        )
    click.echo(f"{made.events} events of {made.people} people; logins in {logins}")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:
    """Examine this installation: what would lose, disclose or falsify something, and what to do.

    Exit code 1 when anything is wrong; warnings alone leave it at 0.
    """
    from shilu.doctor import State

    found = examine_all(read_settings())
    if as_json:
        echo_json([asdict(finding) for finding in found])
    else:
        for finding in found:
            advice = f" -> {finding.advice}" if finding.advice else ""
            of = f"{finding.branch}: " if finding.branch else ""
            click.echo(f"{finding.state:<8} {finding.name:<11} {of}{finding.told}{advice}")
    raise SystemExit(NO if any(finding.state is State.WRONG for finding in found) else 0)


@main.group()
def user() -> None:
    """Accounts: who may sign in."""


@user.command("add")
@click.argument("login")
@click.option("--person", required=True, help="The person id in the branch, such as A0007.")
@click.option(
    "--role",
    required=True,
    type=click.Choice(["agent", "supervisor", "upper_supervisor", "auditor", "administrator"]),
)
@click.option(
    "--password", envvar="SHILU_PASSWORD", prompt=True, hide_input=True, confirmation_prompt=True
)
@click.option("--own", is_flag=True, help="The password is chosen by its owner, at this keyboard.")
@click.option(
    "--branches", default="", help="Other branches that are seen too: a,b or all (not for agents)."
)
def user_add(login: str, person: str, role: str, password: str, own: bool, branches: str) -> None:
    """Let LOGIN sign in. The password is asked for, or read from SHILU_PASSWORD.

    It is a first password: its owner must change it at the first sign-in, within seven days.
    """
    from store.accounts import AccountError, WeakPassword

    settings = read_settings()
    name = branch_of(settings)
    with ready():
        granted = granted_branches(settings, role, branches)
        try:
            accounts = accounts_of(settings)
            accounts.create(login, password, person, name, role, initial=not own, branches=granted)
        except WeakPassword as error:
            raise click.ClickException(f"{login}: {error}") from error
        except AccountError as error:
            reason = type(error).__doc__ or ""
            raise click.ClickException(f"{login}: {reason.strip()}") from error
    more = f"; sees {granted} too" if granted else ""
    click.echo(f"{login} may sign in to branch {name} as {role}{more}")


@user.command("grant")
@click.argument("login")
@click.argument("branches")
def user_grant(login: str, branches: str) -> None:
    """Let LOGIN see other BRANCHES besides the own one: a,b or all; "" takes it back.

    For auditors, administrators and upper supervisors. Their sessions end.
    """
    from store.accounts import UnknownLogin

    settings = read_settings()
    with ready():
        accounts = accounts_of(settings)
        account = accounts.find(login)
        granted = granted_branches(settings, account.role, branches) if account else ""
        try:
            accounts.grant(login, granted)
        except UnknownLogin as error:
            raise click.ClickException(f"nobody has the login {login}") from error
    click.echo(f"{login} sees {granted or 'no other branch'}")


# --- the record ---


@main.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read and check everything, write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_(folder: Path, dry_run: bool, as_json: bool) -> None:
    """Read a branch in the interchange format from FOLDER. Harmless to repeat."""
    from shilu.importer import import_branch

    store = store_of(read_settings())
    with ready(), bar("importing", hidden=as_json) as progress:
        report = import_branch(store, folder, dry_run=dry_run, progress=progress)
    if as_json:
        echo_json(report)
    else:
        click.echo(report.text())
    raise SystemExit(NO if report.errors else 0)


@main.command()
@click.argument("names", nargs=-1)
@click.option("--check", is_flag=True, help="Only compare a rebuild with the live tables.")
@click.option("--json", "as_json", is_flag=True, help="Print what --check found as JSON.")
def rebuild(names: tuple[str, ...], check: bool, as_json: bool) -> None:
    """Rebuild projections (all, or those NAMED) beside the live ones, then swap."""
    from shilu import rebuild as rebuilding

    try:
        chosen = [projection.name for projection in rebuilding.chosen(names)]
    except rebuilding.UnknownProjection as unknown:
        raise click.UsageError(str(unknown)) from unknown
    store, differences = store_of(read_settings()), {}
    with ready(), bar("checking" if check else "rebuilding", hidden=as_json) as progress:
        told, processes = _of_all(progress, len(chosen)), os.cpu_count() or 1
        if check:
            differences = rebuilding.check(store, chosen, told, processes)
        else:
            rebuilding.rebuild(store, chosen, told, processes)
    _report_differences(differences, as_json)
    raise SystemExit(NO if any(differences.values()) else 0)


def _of_all(progress: Callable[[int, int], None], count: int) -> Callable[[str, int, int], None]:
    """Return what adds up how far ``count`` projections are, each of as many events."""
    done: dict[str, int] = {}

    def told(name: str, so_far: int, total: int) -> None:
        done[name] = so_far
        progress(sum(done.values()), total * count)

    return told


def _report_differences(differences: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        echo_json({name: d and asdict(d) for name, d in differences.items()})
        return
    for name, difference in differences.items():
        click.echo(f"{name}: {'equal' if difference is None else difference}")


@main.command()
@click.option("--as-of", required=True, help="An instant with its zone: 2025-03-20T18:00+08:00.")
@click.option("--team", required=True, help="The team id.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Which day [that of the instant].")
@click.option(
    "--reading",
    type=click.Choice(["recorded", "occurred"]),
    default="recorded",
    show_default=True,
    help="What was on record by then, or what had happened by then, also if written later.",
)
@click.option(
    "--known",
    type=click.IntRange(min=1),
    help="For occurred: of what was on record up to this position [all].",
)
@click.option("--json", "as_json", is_flag=True, help="Print the state as JSON.")
def replay(
    as_of: str, team: str, day: datetime | None, reading: str, known: int | None, as_json: bool
) -> None:
    """Replay the log up to an instant and show a team's state as it was then."""
    from shilu import replay as replaying

    if known is not None and reading == "recorded":
        raise click.UsageError("--known goes with --reading occurred")
    moment = instant(as_of, "--as-of")
    on_day = day.date() if day else None
    with ready(), bar("replaying", hidden=as_json) as progress:
        try:
            reader = store_of(read_settings()).reader()
            state = replaying.replay(
                reader, moment, team, on_day, progress, reading=reading, known=known
            )
        except replaying.UnknownTeam as unknown:
            raise click.ClickException(str(unknown)) from unknown
    click.echo(replaying.as_json(state) if as_json else replaying.render(state))


@main.command()
@click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where scores go.")
@click.option("--interactive", is_flag=True, help="Choose calls over JSON lines on stdin, stdout.")
def detect(folder: Path | None, out: Path | None, interactive: bool) -> None:
    """Score agents and visits of the branch in FOLDER into OUT/scores.jsonl."""
    from shilu import detect as detecting
    from shilu.importer import error_lines

    if not interactive and (folder is None or out is None):
        raise click.UsageError("give FOLDER and --out DIR, or --interactive")
    try:
        if folder is None or out is None:
            if isinstance(sys.stdin, TextIOWrapper):  # bytes that are not UTF-8 get an answer too
                sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
            detecting.detect_interactive(sys.stdin, sys.stdout)
            return
        report = detecting.detect_folder(folder, out)
    except detecting.BranchHasErrors as bad:
        raise BadInput(error_lines(bad.errors)) from bad
    except detecting.ProtocolError as bad:
        raise BadInput(f"standard input:{bad.line}: {bad.field or '-'}: {bad.message_en}") from bad
    click.echo(
        f"{report.agents} agents, {report.visits} visits scored into {report.scores_file}; "
        f"alerts: {', '.join(report.alerts) or 'none'}"
    )


@main.command()
@click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--report", is_flag=True, help="Measure the goals, on simulated branches or on FOLDER."
)
@click.option("--compare", "kind", help="Compare alert lines and call budgets on this kind.")
@click.option("--bench", is_flag=True, help="Measure how fast detection is on a large branch.")
@click.option("--record", is_flag=True, help="Replay this branch's own past and put it on record.")
@click.option(
    "--plots", type=click.Path(file_okay=False, path_type=Path), help="PNG files go here."
)
@click.option("--seeds", default=20, show_default=True, help="How many branches of each kind.")
@click.option("--first-seed", default=1000, show_default=True, help="The seed of the first one.")
@click.option("--only", help="Only goals whose kind of branch is this one, or notes.")
@click.option("--actor", default="cli", show_default=True, help="The person id of who does this.")
def backtest(
    folder: Path | None,
    report: bool,
    kind: str | None,
    bench: bool,
    record: bool,
    plots: Path | None,
    seeds: int,
    first_seed: int,
    only: str,
    actor: str,
) -> None:
    """Replay a branch as if live, or measure on simulated branches.

    FOLDER is a branch in the interchange format; with --report, and its truth beside it, the goals
    are measured on it with drawn calls. A recorded backtest is what a new alert line, or weights
    fitted on the branch's own calls, rest on.
    """
    from shilu.backtest import command

    if folder is None and not (report or kind or bench or record):
        raise click.UsageError("give FOLDER, --report, --compare, --bench or --record")
    if folder is not None and not report:
        command.show_folder(folder, click.echo, plots)
    if record:
        _record_backtest(plots, actor)
    if bench:
        click.echo("\n".join(command.speed_lines()))
    tried = range(first_seed, first_seed + seeds)
    if kind:
        with bar("playing branches") as progress:
            lines = command.comparison_lines(kind, tried, plots, progress)
        click.echo("\n".join(lines))
    if report:
        with bar("playing branches") as progress:
            lines = (
                command.sample_lines(folder, tried, progress)
                if folder
                else command.goal_lines(tried, only, progress)
            )
        click.echo("\n".join(lines))


@main.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    add_help_option=False,
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def bench(words: tuple[str, ...]) -> None:
    """Measure this machine: asof, evidence, post. See `shilu bench --help`."""
    from shilu.bench.command import bench as figures

    figures.main(args=list(words), prog_name="shilu bench")


# --- backup ---


@main.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--keys",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the people's keys into this file: keep it apart, and for 30 days at most.",
)
def backup(target: Path, keys: Path | None) -> None:
    """Write the branch's log, accounts and checkpoints into the new file TARGET.

    May run while everything works. The master key and the signer's files are not in it: back them
    up apart. Views are built anew after a restore.
    """
    from store.backup import BackupError

    with ready(), bar("backing up") as progress:
        try:
            events = backing_up(read_settings()).back_up(target, keys, progress)
        except BackupError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{events} events in {target}" + (f"; keys in {keys}" if keys else ""))


@main.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--keys", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Their backup."
)
@click.option(
    "--against",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint that was kept elsewhere, best the newest.",
)
@click.option("--unverified", is_flag=True, help="Restore although nothing from outside is there.")
def restore(source: Path, keys: Path | None, against: tuple[Path, ...], unverified: bool) -> None:
    """Put the backup SOURCE into this branch, which must be migrated and empty.

    Refused (exit code 1), with nothing written, when the backup is older than a checkpoint that
    was kept outside or than what the signer has signed, or when a byte of it was changed.
    """
    from store.backup import BackupError

    promises = [path.read_bytes() for path in against]
    with ready(), bar("restoring") as progress:
        try:
            found = backing_up(read_settings()).restore(
                source, keys, promises, progress, unverified=unverified
            )
        except BackupError as error:
            raise click.ClickException(str(error)) from error
    held = f"held to {found.held_to} signed events" if found.held_to else "held to nothing"
    click.echo(f"{found.events} events, {found.keys} keys restored; {held}")


def _record_backtest(plots: Path | None, actor: str) -> None:
    from datetime import UTC, datetime

    from domain.application import TeamRecord
    from shilu.backtest.command import show_weeks
    from shilu.backtest.recorded import record_backtest
    from workers.branch_book import BranchBook

    store = store_of(read_settings())
    with ready():
        team_record = TeamRecord(store.log_env(), store.index_phone)
        known = BranchBook(team_record).everything()
        made, weeks = record_backtest(team_record, known, lambda: datetime.now(UTC), actor)
    show_weeks(weeks, click.echo)
    click.echo(
        f"{made.backtest_id}: weights {made.weights_version} (base {made.base:g}, slope {made.slope:g})"
    )
    if plots is not None:
        from shilu.backtest.plots import plot_weeks

        plot_weeks(weeks, plots / f"alerts-{made.backtest_id}.png")


# --- personal data ---


@main.command()
@click.argument("customer")
@click.option(
    "--ground",
    default="customer_request",
    show_default=True,
    type=click.Choice(
        ["customer_request", "consent_withdrawn", "purpose_ended", "retention_ended", "unlawful"]
    ),
    help="Why (PIPL 47).",
)
@click.option("--request", "request_ref", help="The number of the written request, if any.")
@click.option("--actor", default="cli", show_default=True, help="The person id of who does this.")
@click.option("--yes", is_flag=True, help="Do not ask; there is no way back.")
def erase(customer: str, ground: str, request_ref: str | None, actor: str, yes: bool) -> None:
    """Erase CUSTOMER (an id such as C-1) for good: their key is destroyed.

    The log keeps every event and still verifies; what was sealed for them opens no more. Refused
    (exit code 1) while a legal hold stands or the law wants the data kept.
    """
    from shilu.erasing import Refused
    from shilu.erasing import erase as erase_customer

    if not yes:
        click.confirm(f"Erase {customer} for good?", abort=True)
    with ready():
        try:
            position = erase_customer(
                store_of(read_settings()), customer, ground, request_ref, actor
            )
        except Refused as refused:
            raise click.ClickException(str(refused)) from refused
    click.echo(f"{customer}: erased on position {position}, the key is destroyed")


@main.group()
def keys() -> None:
    """The keys that seal personal data."""


@keys.command("rotate")
def keys_rotate() -> None:
    """Wrap every person's key under a new master key; the old one opens nothing any more.

    Safe to interrupt and to repeat, also while everything runs. With SHILU_MASTER_KEY_COMMAND the
    command must print the new key on a second line first.
    """
    store = store_of(read_settings())
    with ready(), bar("rotating") as progress:
        rotated = store.vault().rotate(progress)
    click.echo(f"{rotated.keys} keys wrapped under the master key {rotated.master}")


main.add_command(branch)


# --- evidence ---


@main.group()
def audit() -> None:
    """Check the record, prove an event, export evidence, take a checkpoint away.

    docs/audit.md says what this proves and what it does not.
    """


@audit.command("verify")
@click.argument("bundle", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--vkey", default="", help="The log's public key [what the signer wrote].")
@click.option(
    "--since",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint that was kept.",
)
@click.option("--witness", multiple=True, help="A witness's public key: it must have cosigned.")
@click.option("--hashes", type=click.Path(exists=True, path_type=Path), help="Kept leaf hashes.")
@click.option("--event", type=click.Path(exists=True, path_type=Path), help="That of a proof.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def audit_verify(
    bundle: Path | None,
    vkey: str,
    since: tuple[Path, ...],
    witness: tuple[str, ...],
    hashes: Path | None,
    event: Path | None,
    as_json: bool,
) -> None:
    """Check the branch's log where it lies, or a BUNDLE or .tlog-proof.

    Exit codes: 0 intact, 1 altered, 2 unreadable, 3 older than promised (or not ready).
    """
    from store.verifier import shilu_verify

    settings = read_settings()
    key = vkey or str(settings.verifier_key_of(branch_of(settings)))
    if bundle is not None:
        words = [str(bundle), "--vkey", key, *(["--json"] if as_json else [])]
        words += [word for path in since for word in ("--since", str(path))]
        words += [word for name in witness for word in ("--witness", name)]
        words += [*(["--hashes", str(hashes)] if hashes else [])]
        words += [*(["--event", str(event)] if event else [])]
        raise SystemExit(shilu_verify.main(words))
    with _evidence() as evidence, bar("verifying", hidden=as_json) as progress:
        kept = hashes.read_bytes() if hashes else b""
        older = [path.read_bytes() for path in since]
        code, told = evidence.verify(key, witness, older, kept, progress)
    if as_json:
        echo_json(told)
    else:
        where = "" if told["event"] is None else f"block {told['block']}, event {told['event']}: "
        click.echo(f"{told['verdict']}: {where}{told['told']}")
    raise SystemExit(code)


@audit.command("prove")
@click.argument("position", type=click.IntRange(1))
@click.option(
    "--out", type=click.Path(path_type=Path), help="The proof [event-POSITION.tlog-proof]."
)
def audit_prove(position: int, out: Path | None) -> None:
    """Write a proof that the event at POSITION is in the signed record, and the event beside it."""
    target = out or Path(f"event-{position}.tlog-proof")
    if target.suffix != ".tlog-proof":
        raise click.BadParameter("a proof's name ends with .tlog-proof", param_hint="--out")
    with _evidence() as evidence:
        for path in evidence.prove(position, target):
            click.echo(path)


@audit.command("export")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--from", "first", type=click.IntRange(1), default=1, show_default=True)
@click.option("--to", "last", type=click.IntRange(1), help="The last position [all signed].")
@click.option("--since", type=click.IntRange(1), multiple=True, help="Size of an older checkpoint.")
@click.option("--no-contents", is_flag=True, help="Envelopes alone: who, when, what kind.")
def audit_export(
    target: Path, first: int, last: int | None, since: tuple[int, ...], no_contents: bool
) -> None:
    """Write a bundle into TARGET (a new folder, or a .zip) that proves itself offline."""
    from shilu.exporting import NotRecorded, export
    from store.signer_client import SignerAway

    with _evidence() as evidence, bar("exporting") as progress:
        try:
            exported = export(
                evidence, target, first, last, since, contents=not no_contents, progress=progress
            )
        except (ValueError, FileExistsError) as problem:
            raise click.UsageError(str(problem)) from problem
        except SignerAway as away:
            raise NotReady("the signer does not answer: is `shilu signer` running?") from away
        except NotRecorded as problem:
            raise click.ClickException(f"nothing was exported: {problem}") from problem
    click.echo(f"events {exported.first} to {exported.last} of {exported.size} into {target}")


@audit.command("checkpoint")
@click.option("--hashes", type=click.Path(path_type=Path), help="Write the leaf hashes as well.")
def audit_checkpoint(hashes: Path | None) -> None:
    """Print the newest signed checkpoint. Keep it elsewhere: --since holds the record to it."""
    with _evidence() as evidence:
        newest = evidence.newest()
        if hashes is not None:
            hashes.write_bytes(evidence.hashes(newest.checkpoint.size))
    click.echo(str(newest.note), nl=False)


@contextmanager
def _evidence() -> Iterator[Evidence]:
    """Yield what an auditor may ask of the branch; what is missing yet is exit code 3."""
    from projections.evidence import Evidence, NoCheckpoint

    settings = read_settings()
    store = store_of(settings)
    name = branch_of(settings)
    files = settings.verifier_key_of(name), settings.signer_socket
    with ready():
        try:
            yield Evidence(store, settings.origin_of(name), *files)
        except NoCheckpoint as missing:
            raise NotReady(str(missing)) from missing
