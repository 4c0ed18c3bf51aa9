"""The door: a listening socket that lets a peer in only so often. Sending one away here costs a fraction of what
serving it would, and so a flood from one address leaves time for the others, and for the sale.
"""

import asyncio
import ipaddress
import re
import socket
import time
from collections import deque
from collections.abc import Callable
from typing import Any

OFTEN = 50.0  # connections a second that one peer may open, in the long run
AT_ONCE = 128.0  # and at once; the last half of them only for requests that are there whole already
AT_A_TURN = 64  # sent away in one turn of the loop
SECOND_LOOK = 0.1  # seconds after which one whose request was not there yet is looked at again
MOST_DOUBTFUL = 512  # that wait for it; half of what a service may have open
LARGEST = 32 * 1024  # bytes of a request that are looked at
MOST_PEERS = 1024  # that are remembered
NETWORK = 64  # bits of an IPv6 address that say whose it is
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})", re.IGNORECASE)
TOO_OFTEN = "of a peer that came too often"


class Door(socket.socket):
    """Takes over a listening socket. To be used in the event loop.

    `let_in` is given those that were doubtful when they came and asked a moment later; `sent_away` is told of each that
    was closed, in a word why.
    """

    def __init__(
        self, listener: socket.socket, let_in: Callable[[socket.socket], None], sent_away: Callable[[str], None]
    ) -> None:
        super().__init__(fileno=listener.detach())
        self.setblocking(False)  # noqa: FBT003 - the library's own
        self._let_in = let_in
        self._sent_away = sent_away
        self._peers: dict[str, tuple[float, float]] = {}  # what each has left, and when that was so
        self._doubtful: deque[tuple[socket.socket, str, float]] = deque()  # whose they are, and when to look again

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection that may come in. BlockingIOError: there is none yet."""
        for _ in range(AT_A_TURN):
            connection, address = super().accept()
            peer = peer_of(address[0])
            if self._may_enter(peer, connection):
                return connection, address
            loop = asyncio.get_running_loop()
            due = loop.time() + SECOND_LOOK
            if not self._doubtful:
                loop.call_at(due, self._look_again)
            self._doubtful.append((connection, peer, due))
            if len(self._doubtful) > MOST_DOUBTFUL:
                self._decide()
        raise BlockingIOError  # there may be more: asyncio comes again, after what else is to be done

    def close(self) -> None:
        """Stop listening, and close those that are doubtful."""
        while self._doubtful:
            self._doubtful.popleft()[0].close()
        super().close()

    def _look_again(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(AT_A_TURN):
            if self._doubtful and self._doubtful[0][2] <= loop.time():
                self._decide()
        if self._doubtful:
            loop.call_at(self._doubtful[0][2], self._look_again)

    def _decide(self) -> None:
        connection, peer, _ = self._doubtful.popleft()
        if self._may_enter(peer, connection, doubtful=True):
            connection.setblocking(False)  # noqa: FBT003 - the library's own
            self._let_in(connection)
        else:
            connection.close()
            self._sent_away(TOO_OFTEN)

    def _may_enter(self, peer: str, connection: socket.socket, *, doubtful: bool = False) -> bool:
        now = time.monotonic()
        left, since = self._peers.pop(peer, (AT_ONCE, now))
        left = min(AT_ONCE, left + (now - since) * OFTEN)
        enters = (left >= AT_ONCE / 2 and not doubtful) or (left >= 1 and _asks(connection))
        self._peers[peer] = (left - 1 if enters else left, now)
        if len(self._peers) > MOST_PEERS:
            del self._peers[next(iter(self._peers))]  # the one that has not come for longest
        return enters


def _asks(connection: socket.socket) -> bool:
    """Whether a whole request is there already, with its body; a slow sender's is not."""
    try:
        seen = connection.recv(LARGEST, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return False
    head, end, body = seen.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return bool(end) and len(body) >= (min(int(length[1]), LARGEST - len(head) - 4) if length else 0)


def peer_of(address: str) -> str:
    """Whose connections are counted together: an IPv4 address, or an IPv6 network of one household."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address  # of a socket file
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((int(ip), NETWORK), strict=False))
