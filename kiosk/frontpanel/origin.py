"""What every request that changes something has to be: of our own page."""

from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request


def same_page(request: Request) -> None:
    """Refuse what another site's page sends."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "a page of another site may not work this kiosk")
