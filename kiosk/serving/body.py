"""Reading no more of a request than is wanted."""

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request


async def bounded_body(request: Request, most: int) -> bytes:
    """The body, of at most so many bytes; no more is read. Raises HTTPException: 413, or 400 when it is broken off."""
    too_large = HTTPException(413, f"larger than {most} bytes")
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > most:
        raise too_large
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise too_large
            parts.append(part)
    except ClientDisconnect:
        raise HTTPException(400, "broken off") from None
    return b"".join(parts)
