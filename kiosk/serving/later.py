"""An app that is made when it is first asked something: most machines have no page open, and no technician."""

from collections.abc import Callable
from functools import cache

from starlette.types import ASGIApp, Receive, Scope, Send


def when_asked(make: Callable[[], ASGIApp]) -> ASGIApp:
    """The app that `make` gives, once."""
    made = cache(make)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await made()(scope, receive, send)

    return app
