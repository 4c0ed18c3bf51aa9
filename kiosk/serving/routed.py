"""Routes as an app. Starlette's own application class also brings pages for debugging, middleware and a table of HTML's
characters: half a megabyte. What nobody foresaw is answered with 500 by uvicorn.
"""

from collections.abc import Mapping, Sequence

from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, Router
from starlette.types import ExceptionHandler, Receive, Scope, Send


class Routed:
    """The app. `answers`: what is answered in place of an error, by its class; HTTPException has an answer anyway."""

    def __init__(
        self, routes: Sequence[BaseRoute], answers: Mapping[type[Exception], ExceptionHandler] | None = None
    ) -> None:
        self._app = ExceptionMiddleware(Router(routes), answers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        scope["app"] = self  # so that a path that is not there is an HTTPException, and no text of the router's own
        await self._app(scope, receive, send)
