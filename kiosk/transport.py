"""HTTP connections to others. What TLS needs is loaded when it is first needed, once for all, and not by a start.

Believed are the authorities that certifi lists, whatever the environment says: neither a proxy nor a file that it names
decides where money goes.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable
from functools import cache

import httpx

_once = threading.Lock()


def authorities() -> ssl.SSLContext:
    """Whom TLS believes. Blocks when it is first called: to read them all takes a small board a third of a second."""
    with _once:
        return _authorities()


@cache
def _authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class Transport(httpx.AsyncBaseTransport):
    """httpx's transport, one for each scheme that is asked for. `idle`: seconds that a connection is kept."""

    def __init__(self, idle: float, trusted: Callable[[], ssl.SSLContext] = authorities) -> None:
        self._limits = httpx.Limits(keepalive_expiry=idle)
        self._trusted = trusted
        self._made: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it."""
        scheme = request.url.scheme
        if scheme not in self._made:
            # without TLS, one that believes nobody
            trust = await asyncio.to_thread(self._trusted) if scheme == "https" else _nobody()
            self._made.setdefault(scheme, httpx.AsyncHTTPTransport(verify=trust, trust_env=False, limits=self._limits))
        return await self._made[scheme].handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        for transport in self._made.values():
            await transport.aclose()


def _nobody() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
