"""The door: a listening socket that lets a peer in only so often. Sending one away here costs a hundredth of what
serving it would, and so a flood from one address leaves time for the others, and for the sale.
"""

import ipaddress
import socket
import time
from collections.abc import Callable
from typing import Any

OFTEN = 50.0  # connections a second that one peer may open, in the long run
AT_ONCE = 128.0  # and at once; the last half of them only for requests that are there already
AT_A_TURN = 64  # sent away in one turn of the loop
MOST_PEERS = 1024  # that are remembered
NETWORK = 64  # bits of an IPv6 address that say whose it is
TOO_OFTEN = "of a peer that came too often"


class Door(socket.socket):
    """Takes over a listening socket. `sent_away` is told of each connection that was closed, in a word why."""

    def __init__(self, listener: socket.socket, sent_away: Callable[[str], None]) -> None:
        super().__init__(fileno=listener.detach())
        self.setblocking(False)  # noqa: FBT003 - the library's own
        self._sent_away = sent_away
        self._peers: dict[str, tuple[float, float]] = {}  # what each has left, and when that was so

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection that may come in. BlockingIOError: there is none yet."""
        for _ in range(AT_A_TURN):
            connection, address = super().accept()
            if self._may_enter(peer_of(address[0]), connection):
                return connection, address
            connection.close()
            self._sent_away(TOO_OFTEN)
        raise BlockingIOError  # there may be more: asyncio comes again, after what else is to be done

    def _may_enter(self, peer: str, connection: socket.socket) -> bool:
        now = time.monotonic()
        left, since = self._peers.pop(peer, (AT_ONCE, now))
        left = min(AT_ONCE, left + (now - since) * OFTEN)
        enters = left >= AT_ONCE / 2 or (left >= 1 and _asks(connection))
        self._peers[peer] = (left - 1 if enters else left, now)
        if len(self._peers) > MOST_PEERS:
            del self._peers[next(iter(self._peers))]  # the one that has not come for longest
        return enters


def _asks(connection: socket.socket) -> bool:
    """Whether the header of a request is there already."""
    try:
        return b"\r\n\r\n" in connection.recv(16384, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return False


def peer_of(address: str) -> str:
    """Whose connections are counted together: an IPv4 address, or an IPv6 network of one household."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address  # of a socket file
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((int(ip), NETWORK), strict=False))
