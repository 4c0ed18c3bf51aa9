"""The daemon as systemd and its ports show it."""

import socket
from pathlib import Path

import pytest
from diagnosed import alone, diagnosed
from scripted_gateway import free_port

from kiosk.demo.stage import write_config
from kiosk.diagnostics.checks.service import service_checks
from kiosk.diagnostics.findings import Finding, Grade
from kiosk.diagnostics.status import Status, Trouble
from kiosk.sale.panel import Name
from kiosk.settings import load

pytestmark = pytest.mark.anyio
RUNS = {
    "LoadState": "loaded",
    "ActiveState": "active",
    "UnitFileState": "enabled",
    "NRestarts": "0",
    "WatchdogUSec": "20s",
    "Result": "success",
}


def status(state: Name = Name.IDLE, troubles: tuple[Trouble, ...] = (), version: str = "0.1.0") -> Status:
    return Status.model_construct(
        state=state, in_service=state is not Name.OUT_OF_SERVICE, troubles=troubles, version=version
    )


class Scene:
    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        config = write_config(
            directory, gateway="http://127.0.0.1:1", operator="http://127.0.0.1:2", panel_port=self.port
        )
        self.settings = load(config)
        self.unit: dict[str, str] | None = RUNS
        self.daemon: Status | None = status()

    def look(self, name: str) -> Finding:
        return alone(service_checks(self.settings, lambda: self.daemon, "0.1.0", lambda: self.unit), f"service.{name}")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


async def test_a_healthy_service_is_silent(scene: Scene) -> None:
    with socket.create_server(("127.0.0.1", scene.port)):
        seen = await diagnosed(service_checks(scene.settings, lambda: scene.daemon, "0.1.0", lambda: scene.unit))
    assert {one.grade for one in seen.values()} == {Grade.GOOD, Grade.NOT_HERE}
    assert [name for name, one in seen.items() if one.grade is Grade.NOT_HERE] == ["service.listener_port"]


@pytest.mark.parametrize(
    ("changes", "grade", "words"),
    [
        ({"ActiveState": "failed", "Result": "watchdog"}, Grade.FAULT, "failed (watchdog)"),
        ({"ActiveState": "inactive"}, Grade.FAULT, "inactive"),
        ({"UnitFileState": "disabled"}, Grade.WARNING, "not after a power cut"),
        ({"NRestarts": "7"}, Grade.WARNING, "7 times"),
        ({"LoadState": "bad-setting"}, Grade.FAULT, "bad-setting"),
        ({"LoadState": "not-found"}, Grade.NOT_HERE, "not installed"),
    ],
)
def test_the_units_troubles(scene: Scene, changes: dict[str, str], grade: Grade, words: str) -> None:
    scene.unit = RUNS | changes
    found = scene.look("unit")
    assert (found.grade, words in found.finding) == (grade, True), found
    assert grade is Grade.NOT_HERE or found.next_step


def test_a_unit_without_a_watchdog_is_told(scene: Scene) -> None:
    scene.unit = RUNS | {"WatchdogUSec": "0"}
    assert scene.look("watchdog").grade is Grade.WARNING


def test_without_systemd_neither_is_a_fault(scene: Scene) -> None:
    scene.unit = None
    assert {scene.look(name).grade for name in ("unit", "watchdog")} == {Grade.NOT_HERE}


def test_a_daemon_that_does_not_answer_is_a_fault(scene: Scene) -> None:
    scene.daemon = None
    assert scene.look("daemon").grade is Grade.FAULT
    assert scene.look("version").grade is Grade.SKIPPED


def test_out_of_service_and_trouble_in_service_are_told_in_the_daemons_words(scene: Scene) -> None:
    trouble = Trouble.model_construct(part="camera", what="unplugged")
    scene.daemon = status(Name.OUT_OF_SERVICE, (trouble,))
    assert scene.look("daemon").finding == "out of service; camera: unplugged"
    scene.daemon = status(Name.IDLE, (trouble,))
    assert scene.look("daemon").grade is Grade.WARNING


def test_an_old_daemon_after_an_update_is_told(scene: Scene) -> None:
    scene.daemon = status(version="0.0.9")
    assert (scene.look("version").grade, "restart" in scene.look("version").next_step) == (Grade.WARNING, True)


def test_a_closed_port_of_a_running_daemon_is_a_fault(scene: Scene) -> None:
    found = scene.look("panel_port")
    assert (found.grade, str(scene.port) in found.finding) == (Grade.FAULT, True)
    assert "firewall" in found.cause


def test_a_port_that_another_program_has_is_a_fault(scene: Scene) -> None:
    scene.daemon = None
    with socket.create_server(("127.0.0.1", scene.port)):
        found = scene.look("panel_port")
    assert (found.grade, "another program" in found.finding) == (Grade.FAULT, True)
    assert scene.look("panel_port").grade is Grade.SKIPPED
