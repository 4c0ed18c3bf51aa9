"""Two thousand strangers at a port: some say nothing, some send a byte now and then; who is sent away comes again.

A process of its own (`python crowd.py PORT ADDRESS`), so that it has no part in how fast the server is. It says that
all have come once, and goes when its standard input ends.
"""

import contextlib
import select
import socket
import subprocess
import sys
from collections.abc import Iterator

MANY = 2000
STARTS = (b"", b"POST /no", b"POST /notification HTTP/1.1\r\nHost: k\r\nContent-Length: 9999\r\n\r\nx")
AGAIN = 0.25  # seconds between two bytes of a slow sender, and until one that was sent away is back


def _step(held: socket.socket | None, port: int, address: str, start: bytes) -> socket.socket | None:
    try:
        if held is None:
            held = socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(address, 0))
            held.settimeout(0)
            held.send(start)
        elif start:
            held.send(b"x")
        elif held.recv(1024) == b"":
            raise ConnectionResetError
    except BlockingIOError:
        return held
    except OSError:
        if held is not None:
            held.close()
        return None
    return held


def _stand(port: int, address: str) -> None:
    crowd: list[socket.socket | None] = [None] * MANY
    while True:
        crowd = [_step(held, port, address, STARTS[place % len(STARTS)]) for place, held in enumerate(crowd)]
        sys.stdout.write("there\n")
        sys.stdout.flush()
        if select.select([sys.stdin], [], [], AGAIN)[0]:
            return


@contextlib.contextmanager
def crowd(port: int, address: str) -> Iterator[None]:
    """They have come, and stay while the context is open. `address`: the one of the loopback that they come from."""
    command = [sys.executable, __file__, str(port), address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"there\n"
            yield
        finally:
            process.stdin.close()
            process.stdout.close()
            process.kill()


if __name__ == "__main__":
    _stand(int(sys.argv[1]), sys.argv[2])
