"""The machine's addresses, as a technician types them into a browser."""

import fcntl
import ipaddress
import socket
import struct

SIOCGIFADDR = 0x8915  # netdevice(7)


def addresses() -> dict[str, str]:
    """The IPv4 address of each interface that has one, but for loopback."""
    found = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(asked.fileno(), SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue  # it has none
            address = ipaddress.IPv4Address(answer[20:24])
            if not address.is_loopback:
                found[name] = str(address)
    return found
