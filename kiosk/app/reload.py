"""`systemctl reload kiosk`: what of a new configuration is taken while the daemon runs, and what waits for a restart.

What a shopper reads and may do, and where results go, is taken. Who the kiosk is, what it is wired to and where it
listens is opened once, at start.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from kiosk.app.devices.config import hardware_mistakes
from kiosk.app.inbox import Inbox
from kiosk.gateway.client import Gateway
from kiosk.sale.events import RulesChanged
from kiosk.sale.order import Product
from kiosk.settings import Settings, SettingsError, rules

LIVE = (
    "kiosk.language",
    "kiosk.language_button",
    "payment.",
    "release.",
    "operator.",
    "times.",
    "notifications.webhook.url",
)
FIXED = ("payment.currency",)  # amounts in hand are of it


@dataclass(frozen=True, slots=True)
class Change:
    """A new configuration beside the one that runs. `settings`: what is to run now.

    `taken` and `waits`: the names of the keys that are otherwise than before, by whether they take a restart.
    """

    settings: Settings
    taken: tuple[str, ...]
    waits: tuple[str, ...]

    @property
    def line(self) -> str:
        """What became of it, in one line for a person."""
        if not self.taken and not self.waits:
            return "the configuration is as it was"
        taken = f"taken: {', '.join(self.taken)}" if self.taken else "nothing taken"
        return f"{taken}; takes a restart: {', '.join(self.waits)}" if self.waits else taken


def change(running: Settings, wanted: Settings) -> Change:
    """What of `wanted` can be taken. Raises SettingsError when it would not be a configuration to start with either."""
    if wrong := hardware_mistakes(wanted):
        raise SettingsError("\n".join(wrong))
    before, after = dict(_flat(running.model_dump())), dict(_flat(wanted.model_dump()))
    differ = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    fixed = any(key in FIXED for key in differ)  # amounts of another currency can't be compared with those in hand
    taken = tuple(key for key in differ if _live(key, before, after) and not (fixed and key.startswith("payment.")))
    waits = tuple(key for key in differ if key not in taken)
    spoken = {"language": wanted.kiosk.language, "language_button": wanted.kiosk.language_button}
    kiosk = running.kiosk.model_copy(update=spoken)
    settings = running.model_copy(
        update={
            "kiosk": kiosk,
            "payment": running.payment if fixed else wanted.payment,
            "release": wanted.release,
            "operator": wanted.operator,
            "times": wanted.times,
            "notifications": wanted.notifications if "notifications.webhook.url" in taken else running.notifications,
        }
    )
    return Change(settings, taken, waits)


def _live(key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """A first address takes its secret, and without one there is no courier: those wait."""
    return key.startswith(LIVE) and (not key.startswith("notifications.") or (key in before and key in after))


def _flat(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{key}.")
        elif value is not None:
            yield f"{path}{key}", value


class Speaker(Protocol):
    """What has a language."""

    def speak(self, language: Literal["ko", "en"]) -> None:
        """Speak it from now on."""
        ...


class Live:
    """The running configuration, and those of the daemon's parts that can take another one.

    `post_to` gives the operator's address to the courier; `look` begins to look for payment codes.
    """

    def __init__(
        self,
        settings: Settings,
        inbox: Inbox,
        gateway: Gateway,
        speakers: tuple[Speaker, ...],
        post_to: Callable[[Settings], None],
        look: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._inbox = inbox
        self._gateway = gateway
        self._speakers = speakers
        self._post_to = post_to
        self._look = look
        self._looking = False

    def watch(self) -> None:
        """Look for payment codes, where they are taken and nobody looks yet."""
        if not self._looking and Product.PAYMENT_CODE in self._settings.payment.products:
            self._looking = True
            self._look()

    def take(self, wanted: Settings) -> str:
        """Take of it what can be taken, all at once; what became of it, in one line. Raises SettingsError."""
        new = change(self._settings, wanted)
        self._settings = new.settings
        self._inbox.post(RulesChanged(rules(new.settings)))
        self._gateway.describe(new.settings.payment.description)
        for speaker in self._speakers:
            speaker.speak(new.settings.kiosk.language)
        self._post_to(new.settings)
        self.watch()
        return new.line
