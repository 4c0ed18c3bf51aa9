"""A shopper before a daemon that runs as a process, by its front panel; and the phone, by the daemon's own sandbox."""

import time
from typing import Any

import httpx
from process import PATIENCE, Running


class Shopper:
    """Buys one thing after the other."""

    def __init__(self, daemon: Running, gateway: str) -> None:
        self._panel = httpx.Client(base_url=daemon.panel, trust_env=False, timeout=PATIENCE)
        self._gateway = httpx.Client(base_url=gateway, trust_env=False, timeout=PATIENCE)
        listens = f"{daemon.listener}/notification"
        self._gateway.put("/sandbox/notify-url", json={"url": listens}).raise_for_status()
        self.until("idle")

    def close(self) -> None:
        """Go."""
        self._panel.close()
        self._gateway.close()

    def get(self, path: str) -> Any:
        """What the panel has there."""
        return self._panel.get(path).raise_for_status().json()

    def keys(self, keys: str) -> None:
        """Press them."""
        self._panel.post("/api/keys", json={"keys": keys}).raise_for_status()

    def look(self, picture: bytes) -> None:
        """Hold a picture before the camera."""
        self._panel.post("/api/camera", content=picture, headers={"content-type": "image/png"}).raise_for_status()

    def code(self) -> str:
        """A payment code, as a wallet shows it."""
        return str(self._gateway.post("/sandbox/codes", json={"behaviour": "pay"}).raise_for_status().json()["code"])

    def until(self, state: str) -> dict[str, Any]:
        """Wait until it is so."""
        end = time.monotonic() + PATIENCE
        while (now := self.get("/api/state"))["state"] != state:
            assert time.monotonic() < end, now
            time.sleep(0.003)
        return dict(now)

    def buys(self) -> None:
        """A purchase by a code on the display, from the first key to the goods."""
        self.keys("1500#1")
        end = time.monotonic() + PATIENCE
        while not (shown := self.get("/api/state"))["qr"]:
            assert time.monotonic() < end, shown
            time.sleep(0.003)
        self._gateway.post("/sandbox/scan", json={"code": shown["qr"]}).raise_for_status()
        self.until("paid")

    def latency(self, what: str) -> float:
        """What the daemon measured itself: the median, in seconds."""
        return float(self.get("/api/state")["latencies"][what])
