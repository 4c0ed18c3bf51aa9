"""The way to a server: its name, a connection, TLS. Walked once, and each step is told by itself.

A step that fails is the finding; those behind it are skipped, so that one fault is one line.
"""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from ipaddress import ip_address
from urllib.parse import urlsplit

from kiosk.diagnostics.findings import Check, Grade, Group, Said, fault, good, not_here, skipped, warning

CONNECT = 3.0  # seconds, for each step
SLOW = 1.0  # seconds to a connection, from which on shoppers notice
SOON = 21  # days to a certificate's end
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is. `whose`: as in "the gateway". `trust`: what its certificate is checked with."""

    whose: str
    host: str
    port: int
    secure: bool
    trust: ssl.SSLContext

    @classmethod
    def at(cls, url: str, whose: str, trust: ssl.SSLContext) -> "Server":
        """The server of an address."""
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        return cls(whose, parts.hostname or "", parts.port or (443 if secure else 80), secure, trust)


class Way:
    """One walk: resolve, connect, shake hands. Each is asked for once, and waits for the one before it.

    `needed`: without this server nothing is sold, so that a step that fails is a fault; else it is a warning.
    """

    def __init__(self, server: Server, *, needed: bool = True) -> None:
        self._server = server
        self._needed = needed
        self._steps: dict[str, Said] = {}
        self._turn = asyncio.Lock()

    def checks(self, group: Group, lane: str, prefix: str = "") -> Iterator[Check]:
        """The checks of the steps; with a prefix where a group has several ways."""
        for name, what in (
            ("dns", f"the name of {self._server.whose} is known"),
            ("reach", f"{self._server.whose} takes a connection"),
            ("tls", f"{self._server.whose} has a certificate that is good"),
        ):
            yield Check(group, f"{prefix}{name}", what, partial(self.step, name), lane)

    async def step(self, name: str) -> Said:
        """What came of a step."""
        async with self._turn:
            for known, walk in (("dns", self._resolve), ("reach", self._connect), ("tls", self._shake_hands)):
                if known not in self._steps:
                    broken = any(said.grade is Grade.FAULT for said in self._steps.values())
                    where = f"{self._server.whose} is not reached"
                    self._steps[known] = skipped(where) if broken else await walk()
                if known == name:
                    break
            said = self._steps[name]
            return replace(said, grade=Grade.WARNING) if said.grade is Grade.FAULT and not self._needed else said

    async def open(self) -> bool:
        """Whether the whole way is open."""
        await self.step("tls")
        return not any(said.grade is Grade.FAULT for said in self._steps.values())

    async def _resolve(self) -> Said:
        host = self._server.host
        with contextlib.suppress(ValueError):
            return good(f"{ip_address(host)} is an address: there is no name to ask for")
        try:
            async with asyncio.timeout(CONNECT):
                found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except TimeoutError:
            why = "the name server does not answer"
        except OSError as error:
            why = error.strerror or str(error)
        else:
            addresses = sorted({str(one[4][0]) for one in found})
            return good(f"{host} is {', '.join(addresses[:3])}")
        return fault(
            f"the name {host} is not known: {why}",
            "no network, no name server, or a mistake in the name",
            "look at the cable or the SIM; resolvectl status; then the address in the configuration",
        )

    async def _connect(self) -> Said:
        server, began = self._server, time.monotonic()
        try:
            async with asyncio.timeout(CONNECT):
                _, writer = await asyncio.open_connection(server.host, server.port)
        except TimeoutError:
            return fault(
                f"{server.host}:{server.port} does not answer within {CONNECT:.0f} s",
                "a firewall that swallows it, or no way into the internet",
                "ask the site's network to let out TCP to this host and port",
            )
        except OSError as error:
            return fault(
                f"{server.host}:{server.port} can't be reached: {error.strerror or error}",
                "nothing listens there, a firewall refuses it, or there is no network",
                "check the address in the configuration; ip route; the site's firewall",
            )
        took = time.monotonic() - began
        await _close(writer)
        if took > SLOW:
            return warning(f"a connection takes {took:.1f} s", "a slow or crowded network", "look at the link's signal")
        return good(f"{server.host}:{server.port} is reached in {took * 1000:.0f} ms")

    async def _shake_hands(self) -> Said:
        server = self._server
        if not server.secure:
            return not_here(f"{server.whose} is spoken to without TLS (http)")
        try:
            async with asyncio.timeout(CONNECT):
                _, writer = await asyncio.open_connection(server.host, server.port, ssl=server.trust)
        except ssl.SSLCertVerificationError as error:
            return await self._bad_certificate(error)
        except (TimeoutError, OSError) as error:
            return fault(
                f"TLS with {server.host} fails: {str(error) or type(error).__name__}",
                "something on the way that does not let TLS through, or no TLS there",
                "ask the site's network for a way without a proxy",
            )
        certificate = writer.get_extra_info("peercert") or {}
        await _close(writer)
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
        left = (ends - datetime.now(UTC)).days
        if left < SOON:
            return warning(
                f"the certificate of {server.host} ends in {left} days, on {ends:%Y-%m-%d}",
                f"{server.whose} has not renewed it yet",
                f"tell whoever runs {server.whose}",
            )
        return good(f"the certificate is good for {left} days, until {ends:%Y-%m-%d}")

    async def _bad_certificate(self, error: ssl.SSLCertVerificationError) -> Said:
        """An expired certificate, or a clock that is wrong? The server's own Date tells, and does nothing else."""
        finding = f"the certificate of {self._server.host} is not accepted: {error.verify_message}"
        off = await self._told_date()
        if off is not None and abs(off) > DAY:
            days = -off / DAY
            return fault(
                f"{finding}; this machine's clock is {days:+.0f} days off the server's",
                "this machine's clock is wrong",
                "timedatectl set-ntp true, and wait; without network time: timedatectl set-time",
            )
        return fault(
            finding,
            f"something in between answers for {self._server.whose}, or its certificate was not renewed",
            f"try another network; if that is no better, tell whoever runs {self._server.whose}",
        )

    async def _told_date(self) -> timedelta | None:
        """The Date of whoever answers there, minus ours. Nothing of ours is sent, and nothing is believed."""
        unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        server = self._server
        try:
            async with asyncio.timeout(CONNECT):
                reader, writer = await asyncio.open_connection(server.host, server.port, ssl=unverified)
                writer.write(f"HEAD / HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n\r\n".encode())
                head = await reader.read(4096)
                await _close(writer)
        except (TimeoutError, OSError):
            return None
        for line in head.decode("latin-1").splitlines():
            name, _, value = line.partition(":")
            if name.strip().lower() == "date":
                with contextlib.suppress(ValueError):
                    return parsedate_to_datetime(value.strip()) - datetime.now(UTC)
        return None


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(1):
            await writer.wait_closed()
