"""Who may be connected, and for how long. uvicorn serves whoever has connected, for as long as they please.

A connection is waited for while its peer owes something: a request's header, the rest of a request, the next request,
or taking what was answered. Each of these has its time, and when there are too many, the one that has been waited for
longest makes room. A peer that floods the door so closes its own connections, and nobody else's. What has come in
whole is in hand, and is answered.
"""

import asyncio
import logging
from enum import Enum, auto
from typing import Any, cast

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from kiosk.serving.door import peer_of
from kiosk.serving.tally import Tally

_log = logging.getLogger(__name__)
_wire = logging.getLogger(f"{__name__}.wire")  # uvicorn's, less its line for each stranger: those are counted
_wire.setLevel(logging.ERROR)

MOST = 64  # connections at once
SHARE = 32  # of them, of one peer
BATCH = 4  # accepted in one turn of the loop: far fewer than a share, or a flood would close what was not yet read
HEADER_WITHIN = 5.0  # seconds from being accepted, or from the first byte of a later request
REQUEST_WITHIN = 10.0  # seconds, likewise, to the end of its body
KEPT_FOR = 10.0  # seconds from an answer to the next request
TAKEN_WITHIN = 10.0  # seconds until a peer that takes nothing of an answer is given up
NO_HTTP = "that sent no HTTP"


class Crowd(ServerState):
    """uvicorn's record of who is connected, and how many were sent away."""

    def __init__(self) -> None:
        super().__init__()
        self.sent_away = Tally(_told)

    def lets_in(self, newcomer: "Guarded") -> bool:
        """Whether there is room, if need be made by closing the one that has been waited for longest."""
        there = [held for held in self.connections if isinstance(held, Guarded) and held is not newcomer]
        of_peer = [held for held in there if held.peer == newcomer.peer]
        if len(of_peer) < SHARE and len(there) < MOST:
            return True
        waited_for = [held for held in (of_peer if len(of_peer) >= SHARE else there) if held.waited_for]
        if not waited_for:
            return False
        min(waited_for, key=lambda held: held.since).end("to make room")
        return True


class _Phase(Enum):
    HEADER = auto()  # the header of a request is waited for
    BODY = auto()  # the rest of it
    ANSWER = auto()  # it is whole, and ours to answer
    KEPT = auto()  # the next request is waited for


class Guarded(H11Protocol):
    """A connection that ends when its peer keeps us waiting. Its server's state is a Crowd."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.logger = _wire
        self.peer = ""
        self.since = self.loop.time()  # of the phase that is waited for
        self._crowd = cast("Crowd", server_state)
        self._phase = _Phase.HEADER
        self._due: asyncio.TimerHandle | None = None

    @property
    def waited_for(self) -> bool:
        """Whether the next step is the peer's."""
        return self._due is not None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a header, if there is room."""
        super().connection_made(transport)
        self.peer = peer_of(self.client[0] if self.client else "")
        if self._crowd.lets_in(self):
            self._wait(HEADER_WITHIN)
        else:
            self.end("for want of room", b"503 Service Unavailable")

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A step of the peer's."""
        if self._phase is _Phase.KEPT:
            self._begin(_Phase.HEADER, HEADER_WITHIN)
        super().data_received(data)
        self._reckon()

    def on_response_complete(self) -> None:
        """A step of ours; another request may have come behind the one that is answered."""
        super().on_response_complete()
        self._reckon()

    def pause_writing(self) -> None:
        """It is the peer's step now to take what is answered."""
        super().pause_writing()
        self._reckon()

    def resume_writing(self) -> None:
        """It has taken it; where the rest of its request is waited for, that goes on."""
        super().resume_writing()
        if self._phase is _Phase.ANSWER:
            self._stop_waiting()
        self._reckon()

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP: said, unless an answer is under way, which can't be taken back."""
        if self.conn.our_state is not h11.IDLE:
            self.end(NO_HTTP)
            return
        self._crowd.sent_away.add(NO_HTTP)
        super().send_400_response(msg)

    def end(self, reason: str, answer: bytes = b"") -> None:
        """Close it at once, after an answer's status if there is one to give; `reason` is counted."""
        self._stop_waiting()
        self._crowd.sent_away.add(reason)
        self._crowd.connections.discard(self)
        if answer:
            self.transport.write(b"HTTP/1.1 %b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % answer)
        self.transport.abort()

    def _reckon(self) -> None:
        """Whose step it is, now that something has happened."""
        theirs = self.conn.their_state
        if self.transport.is_closing() or self.flow.write_paused:
            if not self.waited_for:
                self._begin(self._phase, TAKEN_WITHIN)
        elif theirs is h11.IDLE and self._phase in (_Phase.BODY, _Phase.ANSWER):
            self._begin(_Phase.KEPT, KEPT_FOR)
        elif theirs is h11.SEND_BODY and self._phase is not _Phase.BODY:
            since = self.since if self._phase is _Phase.HEADER else self.loop.time()
            self._begin(_Phase.BODY, since + REQUEST_WITHIN - self.loop.time())
        elif theirs not in (h11.IDLE, h11.SEND_BODY):
            self._phase = _Phase.ANSWER
            self._stop_waiting()

    def _begin(self, phase: _Phase, within: float) -> None:
        self._phase = phase
        self.since = self.loop.time()
        self._wait(within)

    def _wait(self, within: float) -> None:
        self._stop_waiting()
        self._due = self.loop.call_later(within, self._late)

    def _stop_waiting(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _late(self) -> None:
        self._due = None
        if self._phase is _Phase.KEPT:
            self.transport.abort()
            return
        unanswered = self._phase is _Phase.HEADER or (self._phase is _Phase.BODY and not self.cycle.response_started)
        self.end("that took too long", b"408 Request Timeout" if unanswered else b"")


def _told(counted: str) -> None:
    _log.warning("connections closed: %s", counted, extra={"EVENT": "ConnectionsClosed"})
