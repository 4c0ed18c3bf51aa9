"""The soak: the daemon as a process, a gateway whose faults are drawn at random, and SIGKILL at any moment.

    make soak ROUNDS=200

Each round is one shopper: a shown or a scanned code, paid, declined, given up or left, while answers are lost, late,
wrong or unclear, NOTIFICATIONs get lost, and refunds are refused, fail or take their time; and in every other round the
power goes. In the end the gateway is well again, and the books of gateway, kiosk, release and operator have to agree.

The static code is left out: a NOTIFICATION that the gateway gave up on is all that anybody hears of it
(kiosk/gateway/README.md).
"""

import argparse
import asyncio
import contextlib
import json
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parent / "support"))

from counted_kiosk import GOODS
from kiosk_process import Daemon, World

from kiosk.demo.operator import Operator
from kiosk.demo.stage import WEBHOOK_SECRET, write_config
from kiosk.sandbox.server import Sandbox, SandboxSettings
from kiosk.serving.server import serving

PROGRAM = str(Path(__file__).parent / "support" / "counted_kiosk.py")
OPEN = {"requested", "awaiting", "closing", "cancelling", "confirming", "releasing", "giving_back"}
SETTLING = 600.0  # seconds until all has to be settled once the gateway is well again
FAULTS = [
    ("pay", ["delay", "delay_before", "drop_before", "drop_after", "status_500", "bad_signature", "unsigned"]),
    ("pay", ["wrong_amount", "wrong_order", "garbage", "system_error", "strange_status"]),
    ("detail", ["drop_before", "drop_after", "status_500", "bad_signature", "wrong_amount", "garbage"]),
    ("detail", ["system_error", "absent", "strange_status", "delay"]),
    ("cancel", ["drop_before", "drop_after", "delay", "refused", "system_error", "status_500"]),
    ("refund", ["drop_before", "drop_after", "refused", "slow", "fails", "system_error"]),
    ("notification", ["lost", "duplicate", "delay", "out_of_order", "bad_signature", "wrong_amount"]),
]


@dataclass
class Soak:
    """One soak: the world it plays in, and what it knows."""

    world: World
    draw: random.Random
    goods: Path
    rounds: list[set[str]] = field(default_factory=list)  # the orders that the panel showed each shopper
    wanted: Counter[str] = field(default_factory=Counter)  # won that the operator asked to be given back
    kills: int = 0

    async def play(self, rounds: int) -> None:
        """All rounds, with a line of progress."""
        begun = time.monotonic()
        for number in range(1, rounds + 1):
            self.rounds.append(set())
            await self.world.faults(self.drawn_faults())
            cuts = self.draw.random() < 0.4
            with contextlib.suppress(httpx.HTTPError, AssertionError, TimeoutError):  # out of service, or slow
                async with asyncio.timeout(40):
                    await self.shopper(waits=not cuts)
            with contextlib.suppress(httpx.HTTPError):
                await self.look()
            if cuts:
                await self.power_cut()
            if number % 10 == 0 or number == rounds:
                seconds = time.monotonic() - begun
                orders = len(await self.world.gateway_orders())
                print(f"{number}/{rounds}, {orders} orders, {self.kills} power cuts, {seconds:.0f} s", flush=True)

    def drawn_faults(self) -> dict:
        setting: dict = {}
        for _ in range(self.draw.choice((0, 1, 1, 2, 3))):
            call, troubles = self.draw.choice(FAULTS)
            trouble = self.draw.choice(troubles)
            switch: dict = {"times": self.draw.randint(1, 4)}
            if trouble in {"delay", "delay_before", "slow"}:
                switch["seconds"] = self.draw.choice((0.3, 1.0, 5.0, 20.0))
            setting.setdefault(call, {})[trouble] = switch
        return setting

    async def shopper(self, *, waits: bool) -> None:
        """One person before the machine, who waits for the outcome, or for the power to go."""
        await self.in_service()
        if self.draw.random() < 0.5:
            await self.by_shown_code()
        else:
            await self.by_scanned_code()
        await self.pause(0, 1.5)
        if self.draw.random() < 0.12:
            await self.operate()
        if waits:
            await self.world.until(lambda state: state["state"] not in {"requesting", "paying", "releasing"}, 10)

    async def look(self) -> None:
        """The shopper sees which order the panel is about; one that another shopper saw first is theirs."""
        order_id = (await self.world.state())["order_id"]
        if order_id and not any(order_id in seen for seen in self.rounds):
            self.rounds[-1].add(order_id)

    async def by_shown_code(self) -> None:
        shown = await self.world.shown(f"{self.draw.randint(1, 20)}00#{self.draw.choice('113')}")
        await self.look()
        await self.pause(0, 1)
        match self.draw.choice(("pay", "pay", "pay", "pay and leave", "leave", "decline", "wait")):
            case "pay":
                await self.world.scan(shown["qr"])
            case "pay and leave":
                await self.world.scan(shown["qr"])
                await self.world.keys("*")
            case "leave":
                await self.world.keys("*")
            case "decline":
                body = {"code": shown["qr"], "action": "decline"}
                await self.world.client.post(f"{self.world.sandbox}/sandbox/scan", json=body)
            case _:
                pass

    async def by_scanned_code(self) -> None:
        await self.world.keys(f"{self.draw.randint(1, 20)}00#2")
        await self.world.until(lambda state: state["state"] == "scanning", 5)
        behaviour = self.draw.choice(("pay", "pay", "pay", "decline", "confirm"))
        made = await self.world.client.post(f"{self.world.sandbox}/sandbox/codes", json={"behaviour": behaviour})
        await self.world.client.post(
            f"{self.world.daemon.panel}/api/camera",
            content=made.json()["code"],
            headers={"content-type": "text/plain"},
        )
        await self.pause(0.2, 0.4)
        await self.look()
        if behaviour == "confirm" and self.draw.random() < 0.5:
            await self.pause(0.5, 2)
            waiting = [one for one in await self.world.gateway_orders() if one["status"] == "processing"]
            if waiting:
                await self.world.client.post(f"{self.world.sandbox}/sandbox/orders/{waiting[-1]['order_id']}/pay")

    async def operate(self) -> None:
        """The operator gives a part of a sale back, or all of it; or the next release jams."""
        if self.draw.random() < 0.4:
            await self.world.client.post(f"{self.world.daemon.panel}/api/release/jam")
            return
        sold = [one for one in await self.kiosk_orders() if one["state"] == "released"]
        if sold:
            one = self.draw.choice(sold)
            amount = self.draw.choice(((), ("100",)))
            self.wanted[one["order_id"]] += 100 if amount else int(one["amount"]["value"])
            await self.world.run("refund", one["order_id"], *amount, "--yes")

    async def power_cut(self) -> None:
        """SIGKILL, and the power is back."""
        await self.pause(0, 0.5)
        await asyncio.to_thread(self.world.daemon.stop, signal.SIGKILL)
        self.kills += 1
        await self.start()

    async def start(self) -> None:
        await asyncio.to_thread(self.world.daemon.start)
        listens = f"{self.world.daemon.listener}/notification"
        await self.world.client.put(f"{self.world.sandbox}/sandbox/notify-url", json={"url": listens})

    async def in_service(self) -> None:
        end = time.monotonic() + 25
        while (state := (await self.world.state())["state"]) != "idle" and time.monotonic() < end:
            if state not in {"out_of_service", "requesting", "paying", "releasing", "checking"}:
                await self.world.keys("*")
            await asyncio.sleep(0.2)

    async def pause(self, least: float, most: float) -> None:
        await asyncio.sleep(self.draw.uniform(least, most))

    async def kiosk_orders(self) -> list[dict]:
        return list(json.loads((await self.world.run("orders", "--json")).stdout))

    # --- in the end --------------------------------------------------------------------------------------------------

    async def settle(self) -> float:
        """The gateway is well again: until nothing is open and the operator has everything; the seconds it took."""
        await self.world.faults({})
        begun = time.monotonic()
        await asyncio.to_thread(self.world.daemon.stop, signal.SIGTERM)
        await self.start()
        while time.monotonic() - begun < SETTLING:
            orders = await self.kiosk_orders()
            outbox = (await self.world.state())["outbox"]
            if not any(one["state"] in OPEN | {"unresolved"} for one in orders) and not outbox["pending"]:
                break
            await asyncio.sleep(1)
        return time.monotonic() - begun

    async def findings(self) -> dict[str, list[str]]:
        """What is wrong between the four books, by kind; nothing where they agree."""
        kiosk = {one["order_id"]: one for one in await self.kiosk_orders()}
        gateway = {str(one["order_id"]): one for one in await self.world.gateway_orders()}
        kept = {key: int(one["charged"]) - int(one["given_back"]) for key, one in gateway.items()}
        out = {key for key, one in kiosk.items() if one["released"]}
        unconfirmed = {key for key, one in kiosk.items() if one["state"] == "unconfirmed"}
        goods = len(self.goods.read_text().splitlines()) if self.goods.exists() else 0
        report = await self.world.run("report")
        told = {key: {one.type for one in self.world.operator.about(key)} for key in kiosk}

        def untold(key: str) -> bool:
            charged, back = int(gateway[key]["charged"]) > 0, int(gateway[key]["given_back"]) > 0
            return ("payment.paid" in told[key]) != charged or ("payment.refunded" in told[key]) != back

        counted = len(out - unconfirmed) <= goods <= len(out)
        return {
            "charged twice": [
                " and ".join(keys) for keys in self.rounds if sum(kept.get(key, 0) > 0 for key in keys) > 1
            ],
            "lost": [key for key, won in kept.items() if won > 0 and key not in out],
            "released without payment": [key for key in out if int(gateway[key]["charged"]) == 0],
            "released and given back unasked": [
                key for key in out if int(gateway[key]["given_back"]) > self.wanted[key]
            ],
            "refunded beyond what was paid": [key for key, won in kept.items() if won < 0],
            "unresolved or open": [key for key, one in kiosk.items() if one["state"] in OPEN | {"unresolved"}],
            "unknown to the kiosk": [key for key in gateway if key not in kiosk],
            "refunds differ": [
                key
                for key, one in kiosk.items()
                if key in gateway and int(one["refunded"]["value"]) != int(gateway[key]["given_back"])
            ],
            "the operator heard otherwise": [key for key in kiosk if key in gateway and untold(key)],
            "goods that were not counted": [] if counted else [f"{goods} came out, {len(out)} in the books"],
            "the kiosk's sum": [] if report.returncode == 0 else report.stdout.splitlines(),
        }


@contextlib.asynccontextmanager
async def stage(directory: Path):  # noqa: ANN201 - a context of a World
    async with contextlib.AsyncExitStack() as house:
        sandbox = await house.enter_async_context(Sandbox(SandboxSettings(notify_again=(0.5, 1.0, 2.0))))
        operator = Operator(WEBHOOK_SECRET)
        results = await house.enter_async_context(serving(operator.app, host="127.0.0.1", port=0))
        client = await house.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=30))
        config = write_config(directory, gateway=sandbox.url, operator=results, panel_port=0)
        daemon = Daemon(config, program=(PROGRAM,))
        try:
            yield World(daemon, sandbox.url, operator, client)
        finally:
            await asyncio.to_thread(daemon.stop, signal.SIGKILL)


async def soak(rounds: int, seed: int) -> bool:
    """Play, settle, compare; whether the books agree."""
    with tempfile.TemporaryDirectory(prefix="kiosk-soak-") as name:
        directory = Path(name)
        async with stage(directory) as world:
            played = Soak(world, random.Random(seed), directory / GOODS)  # noqa: S311 - not for secrets
            await played.start()
            await played.play(rounds)
            seconds = await played.settle()
            findings = await played.findings()
            states = Counter(one["state"] for one in await played.kiosk_orders())
            print(f"settled {seconds:.0f} s after the gateway was well again; {dict(states)}")
            for kind, cases in findings.items():
                print(f"{kind:34} {len(cases)}", *cases[:5])
            good = not any(findings.values())
            if not good:
                print(*world.daemon.log[-60:], sep="\n")
            return good


def main() -> int:
    """Exit 0 when the books agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311 - likewise
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}")
    return 0 if asyncio.run(soak(chosen.rounds, chosen.seed)) else 1


if __name__ == "__main__":
    sys.exit(main())
