"""The operator's server, played: takes the results, verifies each signature, and keeps them."""

import json
from dataclasses import dataclass

import standardwebhooks
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.serving.routed import Routed


@dataclass(frozen=True, slots=True)
class Received:
    """One result with a valid signature."""

    id: str
    type: str
    sequence: int
    order_id: str | None
    what: str | None


class Operator:
    """An ASGI app at `/results`. A result that comes again is kept once, by its webhook-id."""

    def __init__(self, secret: str) -> None:
        self._webhook = standardwebhooks.Webhook(secret)
        self._received: dict[str, Received] = {}
        self.refused = 0
        self.app = Routed([Route("/results", self._take, methods=["POST"])])

    @property
    def received(self) -> list[Received]:
        """All of them, as they came."""
        return list(self._received.values())

    def about(self, order_id: str) -> list[Received]:
        """The results about one order, as they came."""
        return [one for one in self._received.values() if one.order_id == order_id]

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        try:
            self._webhook.verify(body, dict(request.headers))
        except standardwebhooks.WebhookVerificationError:
            self.refused += 1
            return Response(status_code=401)
        message = json.loads(body)
        data = message["data"]
        received = Received(
            request.headers["webhook-id"], message["type"], data["sequence"], data.get("order_id"), data.get("what")
        )
        self._received.setdefault(received.id, received)
        return Response(status_code=204)
