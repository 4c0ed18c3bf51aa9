"""Part of the build: the wheel says which commit it was built from, in kiosk/COMMIT (`kiosk --version` reads it)."""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Commit(BuildHookInterface[Any]):
    """A checkout without git, as an archive of it, is built without."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it packs. `version`: "standard" for a wheel, "editable" for a checkout."""
        if version == "editable":
            return
        try:
            said = subprocess.run(
                ["git", "-C", self.root, "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
                capture_output=True,
                text=True,
                check=True,
            )
        except (OSError, subprocess.CalledProcessError):
            return
        self._scratch = tempfile.TemporaryDirectory()
        file = Path(self._scratch.name) / "COMMIT"
        file.write_text(said.stdout, encoding="ascii")
        build_data["force_include"][str(file)] = "kiosk/COMMIT"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - hatchling's
        """Called when it has packed."""
        if scratch := getattr(self, "_scratch", None):
            scratch.cleanup()
