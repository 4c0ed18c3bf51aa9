"""The daemon's health, as the front panel gives it to technicians."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.diagnostics.status import Status
from kiosk.settings import Settings

if TYPE_CHECKING:
    from kiosk.diagnostics.findings import Finding


class Clinic:
    """`kiosk.frontpanel.clinic.Clinic` of the daemon. `secret`: the webhook-secret, which signs compact statuses."""

    def __init__(self, settings: Settings, status: Callable[[], Awaitable[Status]], secret: str) -> None:
        self._settings = settings
        self._status = status
        self._secret = secret

    async def status(self) -> str:
        """The status, JSON."""
        return (await self._status()).model_dump_json()

    async def diagnose(self) -> str:
        """A whole diagnosis, JSON, as `kiosk diagnose` makes it."""
        from kiosk.app.diagnose import checks_of, diagnosis  # noqa: PLC0415 - not for a daemon that nobody asks

        checks = checks_of(self._settings, Path("kiosk.toml"))
        report = await diagnosis(checks, self._settings.kiosk.id, lambda _check, _finding: None)
        return report.model_dump_json()

    async def examine(self) -> "tuple[Finding, ...]":
        """The gateway, the way to it and the clock, for a technician at the machine."""
        from kiosk.app.diagnose import checks_of  # noqa: PLC0415 - likewise
        from kiosk.diagnostics.findings import chosen, examined  # noqa: PLC0415 - likewise

        wanted = chosen(checks_of(self._settings, Path("kiosk.toml")), ("network", "gateway", "clock.gateway"))
        return await examined(wanted, lambda _check, _finding: None)

    def decode(self, text: str) -> tuple[tuple[str, ...], bool | None]:
        """What a code's text says, and whether this kiosk signed it."""
        from kiosk.diagnostics.compact import decoded  # noqa: PLC0415 - likewise

        read = decoded(text, self._secret)
        return read.lines, read.genuine
