"""What a technician's commands ask of the running daemon: its status, its parts, out of use or back, the PIN's lock."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.app.control import Result, answered, heard_at
from kiosk.app.drain import Drain
from kiosk.diagnostics.pin import Tries
from kiosk.diagnostics.status import Busy, PartStatus, Status


@dataclass(frozen=True, slots=True)
class Attending:
    """`GET /status`, `POST /parts/{name}/test`, `/drain`, `/undrain` and `/service/unlock` of the control socket."""

    status: Callable[[], Awaitable[Status]]
    test: Callable[[str], Awaitable[PartStatus | None]]
    drain: Drain
    tries: Tries

    def routes(self) -> tuple[Route, ...]:
        """For `kiosk.app.control`."""
        return (
            Route("/status", self._status),
            Route("/parts/{name}/test", self._test, methods=["POST"]),
            Route("/drain", self._drain, methods=["POST"]),
            Route("/undrain", self._undrain, methods=["POST"]),
            Route("/service/unlock", self._unlock, methods=["POST"]),
        )

    async def _status(self, _: Request) -> Response:
        return Response((await self.status()).model_dump_json(), media_type="application/json")

    async def _test(self, request: Request) -> Response:
        try:
            part = await self.test(request.path_params["name"])
        except Busy as busy:
            return answered(str(busy), Result.FAILED, status=409)
        if part is None:
            return Response(status_code=204)
        return Response(part.model_dump_json(), media_type="application/json")

    async def _drain(self, request: Request) -> Response:
        try:
            await self.drain.set(request.query_params.get("reason") or "taken out of use by the operator")
        except OSError as error:
            return answered(f"it stays in use: the state directory can't be written: {error.strerror}", Result.FAILED)
        return answered("out of use, until: kiosk undrain. A sale in hand goes on to its end", Result.DONE)

    async def _undrain(self, _: Request) -> Response:
        was = self.drain.on
        await self.drain.lift()
        return answered("in use again; see: kiosk status" if was else "it was in use", Result.DONE)

    async def _unlock(self, _: Request) -> Response:
        self.tries.forgive()
        return answered("service mode takes the PIN again", Result.DONE)


def ask_status(state_dir: Path) -> Status:
    """From the command line: how the daemon is. Raises ConnectionError when it does not answer."""
    with heard_at(state_dir) as client:
        response = client.get("/status")
        if response.status_code != 200:
            raise ConnectionError(str(response.json()["line"]))
        return Status.model_validate_json(response.content)


def ask_test(state_dir: Path, name: str) -> PartStatus | None:
    """From the command line: a part after its self-test. Raises Busy, and ConnectionError."""
    with heard_at(state_dir) as client:
        response = client.post(f"/parts/{name}/test")
        if response.status_code == 204:
            return None
        if response.status_code != 200:  # a shopper is there, or the journal is in trouble
            raise Busy(str(response.json()["line"]))
        return PartStatus.model_validate_json(response.content)
