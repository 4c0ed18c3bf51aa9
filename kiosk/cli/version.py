"""Which kiosk this is: its version, and the commit that it was built from or runs from."""

import subprocess
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path


def this_version() -> str:
    """Such as `kiosk 0.2.0 (1f0c9d27a4b1)`; without the commit where nobody knows it."""
    commit = _built_from() or _checked_out()
    return f"kiosk {version('kiosk')} ({commit})" if commit else f"kiosk {version('kiosk')}"


def _built_from() -> str:
    file = files("kiosk") / "COMMIT"  # of a wheel (.make/commit.py)
    return file.read_text(encoding="ascii").strip() if file.is_file() else ""


def _checked_out() -> str:
    """The commit of a checkout that runs in place; "" for anything else."""
    checkout = Path(str(files("kiosk"))).parent
    if not (checkout / ".git").exists():
        return ""
    asked = ["git", "-C", str(checkout), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, timeout=10, check=True).stdout.strip()  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ""
