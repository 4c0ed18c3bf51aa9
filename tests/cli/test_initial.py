"""`kiosk init`, as somebody with an empty machine runs it."""

import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.cli.initial import QUESTIONS
from kiosk.settings import load


def init(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kiosk", "init", *words]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=60)


def test_what_is_offered_makes_a_configuration_that_says_what_it_means(tmp_path: Path) -> None:
    file = tmp_path / "kiosk" / "kiosk.toml"
    done = init("--defaults", "--config", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    settings = load(file)
    assert (settings.kiosk.id, settings.payment.kind, settings.hardware.board) == (
        "kiosk-0001",
        "vending",
        "raspberrypi",
    )
    assert (settings.notifications.webhook, settings.listener) == (None, None)
    assert file.read_text().count("#") > 60
    secrets = settings.kiosk.credentials_dir
    assert (secrets, stat.S_IMODE(secrets.stat().st_mode)) == (file.parent / "credentials", 0o700)
    assert settings.kiosk.state_dir.is_dir()
    assert f"kiosk --config {file} config check" in done.stdout
    assert str(secrets) in done.stdout


def test_with_the_secrets_that_it_names_it_is_in_order(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    init("--defaults", "--config", str(file))
    for name in ("transaction-key", "notification-key"):
        (tmp_path / "credentials" / name).touch(mode=0o600)
        (tmp_path / "credentials" / name).write_text(f"{name}-of-the-bench")
    command = [sys.executable, "-m", "kiosk", "config", "check", "--config", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_seven_questions_are_asked_and_answered(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    answers = ("gate-7", "xx", "en", "https://gateway.example", "M7", "K7", "parking", "simulated")
    done = init("--config", str(file), given="\n".join(answers) + "\n")
    assert done.returncode == 0, done.stderr
    assert len(QUESTIONS) == 7
    assert "expected ko or en" in done.stderr
    settings = load(file)
    assert (settings.kiosk.id, settings.kiosk.language, settings.gateway.client_id) == ("gate-7", "en", "M7")
    assert (settings.payment.kind, settings.payment.description) == ("parking", "Parking")


def test_what_is_there_is_not_written_over_unasked(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text("mine")
    done = init("--defaults", "--config", str(file))
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "--yes" in done.stderr
    assert file.read_text() == "mine"
    assert init("--defaults", "--yes", "--config", str(file)).returncode == 0
    assert load(file).kiosk.id == "kiosk-0001"


def test_answers_that_make_no_configuration_are_told_in_one_line(tmp_path: Path) -> None:
    answers = ("a b", "en", "gateway", "M7", "K7", "parking", "simulated")
    done = init("--config", str(tmp_path / "kiosk.toml"), given="\n".join(answers) + "\n")
    assert done.returncode == 2
    assert "kiosk.id" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_place_that_can_not_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = init("--defaults", "--config", str(tmp_path / "file" / "kiosk.toml"))
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "--config" in done.stderr


def test_ctrl_c_writes_nothing_and_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "kiosk", "init", "--config", str(file)]
    with subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=subprocess.PIPE, start_new_session=True
    ) as asked:
        try:
            os.close(follower)
            assert asked.stderr is not None
            assert b"id" in asked.stderr.read(20)
            asked.send_signal(2)
            assert asked.wait(20) == 130
            assert b"Traceback" not in asked.stderr.read()
        finally:
            asked.kill()
            os.close(leader)
    assert not file.exists()


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_each_question_is_about_a_setting_that_there_is(tmp_path: Path, question: object) -> None:
    file = tmp_path / "kiosk.toml"
    init("--defaults", "--config", str(file))
    section, _, key = question.key.partition(".")
    assert getattr(getattr(load(file), section), key) == question.default
