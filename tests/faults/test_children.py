"""A child of `shilu up` is a copy that became a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")


def parent(*lines: str) -> subprocess.CompletedProcess[str]:
    """Run lines in a process that may fork; pytest's own output is none that a child could use."""
    code = "\n".join(["import os, fcntl", "from shilu.children import forked, starter", *lines])
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(("word", "code"), [("--version", 0), ("no-such-command", 2)])
def test_a_child_runs_the_command_and_tells_its_exit_code(word: str, code: int) -> None:
    done = parent(f"child = forked(({word!r},), {{}})", "print(child.wait(), child.poll())")

    assert done.stdout.splitlines()[-1] == f"{code} {code}"


def test_a_child_has_the_settings_that_it_was_given_and_the_parent_has_not() -> None:
    done = parent(
        "print(starter('web', {'SHILU_PORT': 'none'})().wait(), 'SHILU_PORT' in os.environ)"
    )

    assert done.stdout == "2 False\n"
    assert "SHILU_PORT" in done.stderr


def test_a_child_holds_no_file_of_its_parent() -> None:
    done = parent(
        "reading, writing = os.pipe()",
        "child = forked(('migrate', '--help'), {})",
        "os.close(writing)",
        "print('end', os.read(reading, 1), child.wait())",  # it waits while anybody may write
    )

    assert done.stdout.splitlines()[-1] == "end b'' 0"


def test_a_child_leads_a_session_of_its_own_from_the_first_moment() -> None:
    done = parent(
        "child = forked(('migrate', '--help'), {})",
        "print(os.getsid(child.pid) == child.pid, child.wait())",
    )

    assert done.stdout.splitlines()[-1] == "True 0"
