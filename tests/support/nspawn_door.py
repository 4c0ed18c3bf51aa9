"""Standard input and output, joined to port 22 in the network of the process whose number a file holds: for ssh."""

import os
import socket
import sys
import threading
from pathlib import Path


def main() -> None:
    """Enter the network first: the program is run again in there."""
    if sys.argv[1:2] != ["--in"]:
        network = f"--net=/proc/{Path(sys.argv[1]).read_text(encoding='ascii').strip()}/ns/net"
        os.execvp("nsenter", ["nsenter", network, "--", sys.executable, "-I", __file__, "--in"])  # noqa: S606
    line = socket.create_connection(("127.0.0.1", 22), timeout=20)
    line.settimeout(None)

    def out() -> None:
        while data := line.recv(65536):
            os.write(1, data)
        os._exit(0)

    threading.Thread(target=out, daemon=True).start()
    while data := os.read(0, 65536):
        line.sendall(data)


main()
