"""The front panel's gate: which Host a request may name, and the headers that every answer carries. No routes.

A name that an attacker owns can be made to point at this machine (DNS rebinding), so that a page of theirs would count
as ours. It still says its own name in Host. An address can't be turned that way, so any address is let in.
"""

import re
from collections.abc import Collection
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.frontpanel.admission import COOKIE, LIFE, Admission

HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]+))(?::[0-9]{1,5})?")  # RFC 9110, 7.2


ELSEWHERE = frozenset({"/api/diagnosis", "/api/decode"})  # what may be posted from beyond this machine
NOT_LET_IN = "scan the code of the service menu's network page, or: ssh -L 8080:127.0.0.1:8080"


class Gate:
    """Lets requests through to `app` that name an address, or one of `names`, as their host.

    From beyond this machine, only those that `admission` knows, and only to read.
    """

    def __init__(self, app: ASGIApp, names: Collection[str], admission: Admission) -> None:
        self._app = app
        self._names = {name.lower() for name in names}
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._way_in(scope)(scope, receive, with_headers)

    def _way_in(self, scope: Scope) -> ASGIApp:
        """The app, or what is answered in its place."""
        if not self._is_ours(Headers(scope=scope).get("host", "")):
            return JSONResponse({"error": "that is no name of this machine"}, status_code=400)
        client = scope.get("client")
        if client is None or (_is_address(client[0]) and ip_address(client[0]).is_loopback):
            return self._app
        request = HTTPConnection(scope)
        if visit := self._admission.enter(request.query_params.get("token", "")):
            answer = RedirectResponse("/", status_code=303)
            answer.set_cookie(COOKIE, visit, max_age=int(LIFE), httponly=True, samesite="lax")
            return answer
        reads = scope["method"] in ("GET", "HEAD") or scope["path"] in ELSEWHERE
        if reads and self._admission.knows(request.cookies.get(COOKIE, "")):
            return self._app
        return JSONResponse({"error": NOT_LET_IN}, status_code=403)

    def _is_ours(self, host: str) -> bool:
        found = HOST.fullmatch(host)
        if found is None:
            return False
        name = (found[1] or found[2]).lower()
        return name in self._names or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
