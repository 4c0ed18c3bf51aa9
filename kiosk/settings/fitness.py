"""What can be right by itself and makes no sense together: where the panel and the listener listen."""

from collections.abc import Iterator
from ipaddress import ip_address

from kiosk.settings.model import ListenSection, Settings

EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not bound to


def unfit(settings: Settings, *, service: bool) -> Iterator[str]:
    """One line, which begins with its key, for each mistake. `service`: whether there is a PIN for service mode."""
    panel, listener = settings.panel, settings.listener
    if listener is not None and meet(panel, listener):
        yield f"listener.listen = {listener.listen!r}: is where the panel listens; expected another port"
    if not only_here(panel) and not service:
        yield (
            f"panel.listen = {panel.listen!r}: can be reached from elsewhere, and nobody could be let in without "
            "a service PIN: expected 127.0.0.1, or kiosk pin"
        )


def meet(one: ListenSection, other: ListenSection) -> bool:
    """Whether only one of them could listen."""
    hosts = {one.host, other.host}
    everywhere = len(hosts) == 1 or bool(hosts & EVERYWHERE) or (only_here(one) and only_here(other))
    return one.port == other.port != 0 and everywhere


def only_here(section: ListenSection) -> bool:
    """Whether it is for this machine alone."""
    try:
        return ip_address(section.host).is_loopback
    except ValueError:
        return section.host == "localhost"
