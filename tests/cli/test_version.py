"""`kiosk --version`: the version, and the commit that is run or was built from."""

import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

from kiosk.cli.version import this_version

CHECKOUT = Path(__file__).parents[2]
COMMIT = r"[0-9a-f]{12}(-dirty)?"


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def checked_in(source: Path) -> str:
    """What a wheel is made of, in a repository of its own; its commit."""
    for name in (".make", "kiosk", "hardware"):
        shutil.copytree(CHECKOUT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, source)
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    for command in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "-m", "all")):
        run("git", *command, cwd=source)
    return run("git", "describe", "--always", "--abbrev=12", "--exclude=*", cwd=source).strip()


def test_a_checkout_says_its_commit_where_it_has_one() -> None:
    assert re.fullmatch(rf"kiosk {re.escape(version('kiosk'))}( \({COMMIT}\))?", this_version())


def test_a_wheel_says_what_it_was_built_from_and_has_its_types(tmp_path: Path) -> None:
    source = tmp_path / "source"
    commit = checked_in(source)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q")
    run(*pip, "--no-deps", "--no-build-isolation", "-w", tmp_path, source, cwd=tmp_path)
    (wheel,) = tmp_path.glob("kiosk-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "installed")
    assert re.fullmatch(COMMIT, commit)
    says = "from kiosk.cli.version import this_version; print(this_version())"
    assert run(sys.executable, "-c", says, cwd=tmp_path / "installed").strip().endswith(f"({commit})")
    for name in ("kiosk/py.typed", "hardware/py.typed", "kiosk/settings/example.toml"):
        assert (tmp_path / "installed" / name).is_file()
