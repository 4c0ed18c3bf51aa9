"""What every request that changes something has to be: of our own page, and not too long."""

from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request


def same_page(request: Request) -> None:
    """Refuse what another site's page sends."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "a page of another site may not work this kiosk")


async def body_of(request: Request, most: int) -> bytes:
    """The body, of at most so many bytes."""
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise HTTPException(413, f"larger than {most} bytes")
            parts.append(part)
    except ClientDisconnect:
        raise HTTPException(400, "broken off") from None
    return b"".join(parts)
