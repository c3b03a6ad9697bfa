"""The compose file starts what exists: commands, variables and ports, and keeps Compose's schema."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from shilu.cli import main
from shilu.settings import VARIABLES

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"
PROXY_FILE = ROOT / "deploy/Caddyfile"
CHECK = Path(sys.executable).with_name("check-jsonschema")
THEIR_OWN = {"SHILU_SITE"}  # read by the proxy


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
    return loaded


def ours(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {n: s for n, s in compose["services"].items() if s["image"].startswith("shilu:")}


def check_schema(path: Path) -> int:
    command = [str(CHECK), "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_the_compose_file_keeps_the_schema() -> None:
    assert check_schema(COMPOSE_FILE) == 0


def test_the_schema_check_finds_a_misspelt_condition(tmp_path: Path) -> None:
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(COMPOSE_FILE.read_text().replace("service_healthy", "service_healty"))

    assert check_schema(broken) != 0


def test_every_command_in_the_compose_file_exists(compose: dict[str, Any]) -> None:
    commands = {service["command"][0] for service in ours(compose).values()}

    assert commands == {"migrate", "web", "follower", "worker", "scheduler", "signer"}
    assert commands <= set(main.commands)


def test_every_variable_in_the_compose_file_is_a_setting(compose: dict[str, Any]) -> None:
    given = {name for service in ours(compose).values() for name in service["environment"]}
    filled_in = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE_FILE.read_text()))

    assert given <= set(VARIABLES)
    assert filled_in <= set(VARIABLES) | THEIR_OWN


def test_the_proxy_finds_the_port_the_web_processes_listen_on(compose: dict[str, Any]) -> None:
    web = compose["services"]["web"]

    port = web["environment"]["SHILU_PORT"]

    assert "ports" not in web
    assert web["expose"] == [port]
    assert f":{port}/readyz" in web["healthcheck"]["test"][-1]
    assert f"EXPOSE {port}" in (ROOT / "Dockerfile").read_text()
    assert re.search(rf"name web\s+port {port}\s", PROXY_FILE.read_text())
    assert web["environment"]["SHILU_PROXIES"] == "1"


def test_nobody_but_the_proxy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    services, networks = compose["services"], compose["networks"]

    assert [name for name, service in services.items() if service.get("ports")] == ["proxy"]
    assert [name for name, network in networks.items() if (network or {}).get("internal")] == [
        "front",
        "inside",
    ]
    reach_out = {name for name, s in services.items() if "outside" in s.get("networks", ())}
    assert reach_out == {"proxy", "worker"}
    assert services["db"]["networks"] == services["broker"]["networks"] == ["inside"]


def test_what_can_be_two_is_two_and_everything_has_a_limit(compose: dict[str, Any]) -> None:
    deployed = {name: service["deploy"] for name, service in compose["services"].items()}

    assert {name for name, d in deployed.items() if d.get("replicas") == 2} == {"web", "worker"}
    assert all(d["resources"]["limits"].keys() >= {"cpus", "memory"} for d in deployed.values())


def test_the_password_of_the_database_is_a_file_and_no_variable(compose: dict[str, Any]) -> None:
    secret = "/run/secrets/database-password"
    readers = {name for name, s in compose["services"].items() if s.get("secrets")}

    assert readers == {*ours(compose), "db"}
    assert compose["services"]["web"]["environment"]["SHILU_DATABASE_PASSWORD_FILE"] == secret
    assert compose["services"]["db"]["environment"]["POSTGRES_PASSWORD_FILE"] == secret
    assert "secrets/" in (ROOT / ".gitignore").read_text().split()
    assert "secrets" in (ROOT / ".dockerignore").read_text().split()


def test_every_dependency_is_a_service_and_healthy_ones_have_a_check(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    for service in services.values():
        for name, needed in service.get("depends_on", {}).items():
            assert name in services
            if needed["condition"] == "service_healthy":
                assert "healthcheck" in services[name]


def test_the_urls_point_at_services_and_the_broker_keeps_its_tasks(
    compose: dict[str, Any],
) -> None:
    environment = compose["services"]["worker"]["environment"]

    assert "@db:5432/" in environment["DATABASE_URL"]
    assert environment["REDIS_URL"].startswith("redis://broker:6379")
    assert "noeviction" in compose["services"]["broker"]["command"]


def test_only_the_signer_sees_the_key_of_the_log(compose: dict[str, Any]) -> None:
    mounted = {name for name, s in ours(compose).items() if "signer:/signer" in s["volumes"]}
    signer = compose["services"]["signer"]

    assert mounted == {"signer"}
    assert signer["environment"]["SHILU_SIGNER_KEY_FILE"].startswith("/signer/")
    assert signer["network_mode"] == "none"
    assert "/data /signer" in (ROOT / "Dockerfile").read_text()


def test_the_image_holds_every_package() -> None:
    copied = set(re.findall(r"^COPY (\w+) \./\1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))

    assert copied == {"domain", "projections", "workers", "service", "store", "shilu"}
