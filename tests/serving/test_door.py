"""How often a peer is let in, over real sockets. Time stands still here but where a test moves it."""

import asyncio
import contextlib
import select
import socket
from collections.abc import Iterator

import pytest

from kiosk.serving import door
from kiosk.serving.door import (
    AT_A_TURN,
    AT_ONCE,
    MOST_DOUBTFUL,
    MOST_PEERS,
    OFTEN,
    SECOND_LOOK,
    TOO_OFTEN,
    Door,
    peer_of,
)

BODY = b"POST / HTTP/1.1\r\nHost: k\r\ncontent-LENGTH:  5\r\n\r\nhello"
pytestmark = pytest.mark.anyio
WHOLE = b"GET / HTTP/1.1\r\nHost: k\r\n\r\n"


PATIENCE = 30.0  # seconds for the second look at hundreds, on a busy machine


class Street:
    """A door, those who come to it, and the time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sent_away: list[str] = []
        self.taken_in: list[socket.socket] = []
        self.door = Door(
            socket.create_server(("127.0.0.1", 0), backlog=4096), self.taken_in.append, self.sent_away.append
        )
        self._open: list[socket.socket] = [self.door]

    def monotonic(self) -> float:
        return self.now

    def come(self, many: int, sent: bytes = b"", of: str = "127.0.0.1") -> None:
        for _ in range(many):
            comer = socket.create_connection(self.door.getsockname(), source_address=(of, 0))
            comer.sendall(sent)
            self._open.append(comer)
            self.last = comer

    async def let_in(self) -> list[str]:
        """Whose connections come in, at once or at a second look, until all that came have been looked at."""
        found: list[str] = []
        coming = select.poll()
        coming.register(self.door, select.POLLIN)
        while coming.poll(0):
            with contextlib.suppress(BlockingIOError):
                connection, address = self.door.accept()
                self._open.append(connection)
                found.append(address[0])
        async with asyncio.timeout(PATIENCE):
            while self.door._doubtful:
                await asyncio.sleep(SECOND_LOOK)
        found += [connection.getpeername()[0] for connection in self.taken_in]
        self._open += self.taken_in
        self.taken_in.clear()
        return found

    def close(self) -> None:
        for opened in self._open:
            opened.close()


@pytest.fixture
def street(monkeypatch: pytest.MonkeyPatch) -> Iterator[Street]:
    street = Street()
    monkeypatch.setattr(door, "time", street)
    yield street
    street.close()


HALF = int(AT_ONCE / 2)


async def test_half_of_what_a_peer_may_is_kept_for_requests_that_are_there(street: Street) -> None:
    street.come(200)
    assert len(await street.let_in()) == HALF + 1
    assert street.sent_away == [TOO_OFTEN] * (200 - HALF - 1)
    for slow in (b"GET / HTTP/1.1\r\nHost", BODY[:-1], b"\r\n"):
        street.come(1, slow)
        assert await street.let_in() == []
    street.come(1, BODY)
    assert len(await street.let_in()) == 1
    street.come(10, WHOLE)
    assert len(await street.let_in()) == 10


async def test_whole_requests_have_an_end_too(street: Street) -> None:
    street.come(2 * int(AT_ONCE), WHOLE)
    assert len(await street.let_in()) == AT_ONCE


async def test_a_flood_costs_others_nothing(street: Street) -> None:
    street.come(300, WHOLE)
    street.come(3, of="127.0.0.2")
    assert (await street.let_in()).count("127.0.0.2") == 3


async def test_what_was_used_comes_back_with_time_and_no_more_than_that(street: Street) -> None:
    street.come(300, WHOLE)
    await street.let_in()
    street.now += 10 / OFTEN
    street.come(20, WHOLE)
    assert len(await street.let_in()) == 10
    street.now += 3600
    street.come(300, WHOLE)
    assert len(await street.let_in()) == AT_ONCE


async def test_other_work_has_its_turn_between_those_sent_away(street: Street) -> None:
    street.come(HALF + 1 + 2 * AT_A_TURN)
    for _ in range(HALF + 1):
        street.door.accept()[0].close()
    with pytest.raises(BlockingIOError):
        street.door.accept()
    assert len(await street.let_in()) == 0
    assert len(street.sent_away) == 2 * AT_A_TURN


async def test_whose_request_comes_a_moment_later_is_let_in_then(street: Street) -> None:
    street.come(HALF + 1)
    await street.let_in()
    street.come(2)
    with pytest.raises(BlockingIOError):
        street.door.accept()
    street.last.sendall(WHOLE)
    assert await street.let_in() == ["127.0.0.1"]
    assert street.sent_away == [TOO_OFTEN]


async def test_no_more_than_so_many_are_doubtful(street: Street) -> None:
    street.come(HALF + 1 + 2 * MOST_DOUBTFUL)
    assert len(await street.let_in()) == HALF + 1
    assert len(street.sent_away) == 2 * MOST_DOUBTFUL


async def test_peers_are_forgotten_before_they_fill_the_memory(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_PEERS", 3)
    assert MOST_PEERS > 3
    for number in range(2, 9):
        street.come(300, of=f"127.0.0.{number}")
        assert len(await street.let_in()) == HALF + 1
    street.come(1, of="127.0.0.8")
    assert await street.let_in() == []
    street.come(1, of="127.0.0.2")
    assert await street.let_in() == ["127.0.0.2"]


@pytest.mark.parametrize(
    ("address", "peer"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::3", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_household_is_one_peer(address: str, peer: str) -> None:
    assert peer_of(address) == peer
