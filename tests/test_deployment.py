"""The container files against the settings, the lock files and each other.

No Docker engine is at hand where the tests run, so what can go wrong on paper is checked on paper.
"""

import ast
import re
import shlex
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
OWN_SERVICES = {"web", "worker", "beat", "migrate", "demo"}
# Read by docker-compose.yml and Django, and not by environment.py.
NOT_OURS = {"POSTGRES_PASSWORD", "DJANGO_SETTINGS_MODULE"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Any]:
    return compose["services"]


@pytest.fixture(scope="module")
def stages() -> dict[str, list[tuple[str, str]]]:
    """The instructions of every stage of the Dockerfile, by the stage's name, in order."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    found: dict[str, list[tuple[str, str]]] = {}
    for line in lines:
        instruction, rest = line.split(maxsplit=1)
        if instruction == "FROM":
            stage: list[tuple[str, str]] = []
            found[rest.split(" AS ")[1]] = stage
        stage.append((instruction, rest))
    return found


def setting_names() -> set[str]:
    """The variables that environment.py reads: the first argument of each env.something()."""
    tree = ast.parse((ROOT / "radar/settings/environment.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def example_values() -> dict[str, str]:
    """The lines NAME=value of .env.example, those behind a # too."""
    text = (ROOT / ".env.example").read_text()
    return dict(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=(.*)$", text, flags=re.MULTILINE))


def test_the_example_lists_every_variable_and_no_other() -> None:
    assert set(example_values()) == setting_names() | {"POSTGRES_PASSWORD"}


def test_the_example_carries_no_secret() -> None:
    values = example_values()
    assert values["SECRET_KEY"] == values["POSTGRES_PASSWORD"] == ""


def test_every_service_is_there(services: dict[str, Any]) -> None:
    assert set(services) == OWN_SERVICES | {"postgis", "redis", "valhalla"}


@pytest.mark.parametrize("name", sorted(OWN_SERVICES))
def test_our_services_set_only_variables_that_are_read(name: str, services: dict[str, Any]) -> None:
    environment = services[name]["environment"]
    assert set(environment) <= setting_names() | NOT_OURS
    assert find_spec(environment["DJANGO_SETTINGS_MODULE"])


def test_variables_filled_in_by_compose_are_in_the_example() -> None:
    asked = re.findall(r"(?<!\$)\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text())
    assert asked
    assert set(asked) <= set(example_values())


def test_no_secret_stands_in_the_compose_file(services: dict[str, Any]) -> None:
    for service in services.values():
        for key, value in service["environment"].items() if "environment" in service else ():
            if re.search("KEY|PASSWORD|SECRET", key):
                assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]*\}", value), f"{key} has a value"


def test_urls_name_services(services: dict[str, Any]) -> None:
    environment = services["web"]["environment"]
    for key in ("DATABASE_URL", "REDIS_URL"):
        host = re.search(r"(?:@|//)([a-z]+):\d+/", environment[key])
        assert host is not None
        assert host[1] in services
    database = services["postgis"]["environment"]
    assert f"//{database['POSTGRES_USER']}:" in environment["DATABASE_URL"]
    assert environment["DATABASE_URL"].endswith(f"/{database['POSTGRES_DB']}")


def test_services_that_stay_have_a_health_check(
    services: dict[str, Any], stages: dict[str, list[tuple[str, str]]]
) -> None:
    assert "HEALTHCHECK" in dict(stages["runtime"])  # web's own
    for name in set(services) - {"web", "migrate", "demo"}:
        assert services[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name


def test_services_wait_for_what_they_need(services: dict[str, Any]) -> None:
    for name in OWN_SERVICES:
        needed = services[name]["depends_on"]
        assert needed["postgis"]["condition"] == "service_healthy"
        if name != "migrate":
            assert needed["migrate"]["condition"] == "service_completed_successfully"
            assert needed["redis"]["condition"] == "service_healthy"


def test_demo_logins_are_asked_for(services: dict[str, Any]) -> None:
    assert services["demo"]["profiles"] == ["demo"]
    for name in OWN_SERVICES - {"demo"}:
        assert "demo" not in str(services[name].get("command"))


def test_roads_are_asked_for_and_nobody_waits_for_them(services: dict[str, Any]) -> None:
    assert services["valhalla"]["profiles"] == ["valhalla"]
    assert not any("valhalla" in services[name]["depends_on"] for name in OWN_SERVICES)


def test_only_the_site_is_published_and_on_loopback(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


def test_volumes_are_declared(compose: dict[str, Any]) -> None:
    used = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", ())
    }
    assert used == set(compose["volumes"])


def test_compose_builds_the_last_stage(
    services: dict[str, Any], stages: dict[str, list[tuple[str, str]]]
) -> None:
    assert {services[name]["build"]["target"] for name in OWN_SERVICES} == {list(stages)[-1]}


def test_stages_build_on_stages_that_exist(stages: dict[str, list[tuple[str, str]]]) -> None:
    seen: set[str] = set()
    for name, instructions in stages.items():
        for instruction, rest in instructions:
            if instruction == "FROM":
                image = rest.split(" AS ")[0]
                assert image in seen or re.fullmatch(r"[a-z]+:\d[\w.-]+", image), "no fixed version"
            if source := re.search(r"--from=(\w+)", rest):
                assert source[1] in seen
        seen.add(name)


def test_the_image_runs_as_nobody_special(stages: dict[str, list[tuple[str, str]]]) -> None:
    instructions = stages["runtime"]
    users = [rest for instruction, rest in instructions if instruction == "USER"]
    assert len(users) == 1
    assert users[0] not in {"root", "0"}
    after = [name for name, _ in instructions][[name for name, _ in instructions].index("USER") :]
    assert not {"RUN", "COPY", "ADD"} & set(after)


def test_no_secret_in_the_image(stages: dict[str, list[tuple[str, str]]]) -> None:
    for instructions in stages.values():
        for instruction, rest in instructions:
            if instruction in {"ENV", "ARG"}:
                assert not re.search("KEY|PASSWORD|SECRET|TOKEN", rest)
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", ".git", ".local", "node_modules"} <= set(ignored)


def test_variables_of_the_image_are_read(stages: dict[str, list[tuple[str, str]]]) -> None:
    variables = dict(
        pair.split("=", 1)
        for instruction, rest in stages["base"]
        if instruction == "ENV"
        for pair in shlex.split(rest)
    )
    assert find_spec(variables["DJANGO_SETTINGS_MODULE"])
    general = {name for name in variables if name == "PATH" or name.startswith("PYTHON")}
    assert set(variables) - general - NOT_OURS <= setting_names()


def test_what_the_image_copies_exists(stages: dict[str, list[tuple[str, str]]]) -> None:
    for instructions in stages.values():
        for instruction, rest in instructions:
            if instruction == "COPY" and "--from" not in rest:
                for source in rest.split()[:-1]:
                    assert (ROOT / source).exists(), source


def test_the_image_has_a_python_that_the_project_takes(
    stages: dict[str, list[tuple[str, str]]],
) -> None:
    image = re.search(r"python:(\d+)\.(\d+)", stages["base"][0][1])
    required = re.search(
        r'requires-python = ">=(\d+)\.(\d+)"', (ROOT / "pyproject.toml").read_text()
    )
    assert image is not None
    assert required is not None
    assert tuple(map(int, image.groups())) >= tuple(map(int, required.groups()))


def test_locks_pin_every_package_with_hashes_and_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        entries = re.split(r"\n(?=[a-z])", text.strip())
        assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in re.sub(
        r'"url": ".*"', "", (ROOT / "package-lock.json").read_text()
    )  # "url" names who to thank, not where to fetch


def test_the_development_lock_holds_all_of_the_other() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[a-z]\S+==\S+", (ROOT / name).read_text(), flags=re.MULTILINE))

    assert pins("requirements.lock") < pins("requirements-dev.lock")
    assert pins("requirements.lock") < pins("requirements-bench.lock")


def test_the_dev_script_is_sound() -> None:
    bash = shutil.which("bash")
    assert bash
    for script in ("dev", ".ci/run"):
        subprocess.run([bash, "-n", ROOT / script], check=True)
        assert (ROOT / script).stat().st_mode & 0o111
