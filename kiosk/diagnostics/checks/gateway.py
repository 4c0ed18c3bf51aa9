"""Checks of the gateway: the way to it, who answers there, whether the keys match, how fast it is, and our clock.

All of them come from one walk and one question: DETAIL of an order that can't exist, which moves no money.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

from kiosk.diagnostics.checks.way import Way
from kiosk.diagnostics.findings import Check, Group, Said, fault, good, skipped, warning
from kiosk.gateway.examination import Examination, Verdict
from kiosk.settings import SettingsError

SLOW = 3.0  # seconds to an answer, from which on shoppers wait
AGREES = timedelta(seconds=60)  # a clock further from the gateway's is not trusted with money (kiosk/app/clock.py)
LANE = "gateway"
UNSEEN = "it was not asked: see the checks of the network"

SAID: dict[Verdict, tuple[str, str, str]] = {  # finding, cause, next step
    Verdict.NO_CONNECTION: (
        "the gateway is not reached",
        "the network, or the way to the gateway",
        "see the checks of the network",
    ),
    Verdict.NO_ANSWER: (
        "the gateway takes the question and does not answer",
        "the gateway is overloaded, or something on the way drops what it says",
        "try again in a minute; then ask UQPAY",
    ),
    Verdict.SOMEBODY_ELSE: (
        "somebody else answers in the gateway's place",
        "a captive portal or a proxy of the site's network, or a wrong gateway.base_url",
        "log in to the site's network, or use another (a SIM); check gateway.base_url",
    ),
    Verdict.BROKEN: (
        "the gateway's server is in trouble",
        "an outage at UQPAY",
        "wait, and ask UQPAY; the kiosk comes back by itself",
    ),
    Verdict.NOT_THERE: (
        "there is no DETAIL at that address",
        "a mistake in gateway.base_url or gateway.paths",
        "compare both with UQPAY's documents",
    ),
    Verdict.NOT_LET_IN: (
        "the gateway refuses us before it reads what we say",
        "this machine's address is not on UQPAY's list, or a wrong gateway.base_url",
        "give UQPAY the public address of this machine's network",
    ),
    Verdict.WRONG_CLIENT: (
        "the gateway does not know us",
        "gateway.client_id is wrong, or belongs to its other environment (sandbox, production)",
        "compare gateway.client_id and gateway.base_url with UQPAY's portal",
    ),
    Verdict.WRONG_SIGN_ID: (
        "the key is right, and its name is not",
        "gateway.sign_id or gateway.sign_type is not that of the key",
        "compare gateway.sign_id with the key's id in UQPAY's portal",
    ),
    Verdict.WRONG_KEY: (
        "our key does not fit the gateway's signature",
        "a wrong or revoked key: transaction-key (SHA) or gateway-public-key.pem (RSA); or gateway.digest",
        "copy the key anew from UQPAY's portal, then: systemctl restart kiosk",
    ),
    Verdict.WRONG_PRIVATE_KEY: (
        "the gateway does not accept our signature",
        "rsa-private-key.pem is not the one whose public half UQPAY has, or gateway.sign_id is another's",
        "give UQPAY the public half of this key, or take the key that it knows",
    ),
    Verdict.WRONG_TOKEN: (
        "the gateway does not accept our token",
        "it has expired, or a newer one was issued: one is good at a time for a client id",
        "issue a new token in UQPAY's portal, then: systemctl restart kiosk",
    ),
    Verdict.STRANGE: (
        "the gateway is itself, and says something unexpected",
        "the gateway is in trouble, or has changed",
        "try again in a minute; then ask UQPAY, with these words",
    ),
}


class GatewayChecks:
    """`examine` asks the gateway; it is asked once."""

    def __init__(self, way: Way, examine: Callable[[], Awaitable[Examination]]) -> None:
        self._way = way
        self._examine = examine
        self._known: Examination | None = None
        self._without = ""  # why it could not be asked, though it is reached
        self._turn = asyncio.Lock()

    def checks(self) -> Iterator[Check]:
        """Those of network, gateway and clock that this question answers."""
        yield from self._way.checks(Group.NETWORK, LANE)
        yield Check(Group.GATEWAY, "keys", "the gateway knows us, and signatures match both ways", self._keys, LANE)
        yield Check(Group.GATEWAY, "latency", "it answers while a shopper waits", self._latency, LANE)
        yield Check(Group.CLOCK, "gateway", "our clock agrees with the gateway's", self._clock, LANE)

    async def _examination(self) -> Examination | None:
        async with self._turn:
            if self._known is None and not self._without and await self._way.open():
                try:
                    self._known = await self._examine()
                except SettingsError:  # the checks of the credentials say it
                    self._without = "it was not asked: see the checks of the credentials"
            return self._known

    async def _keys(self) -> Said:
        seen = await self._examination()
        if seen is None:
            return skipped(self._without or UNSEEN)
        if seen.verdict is Verdict.GOOD:
            return good("it refuses an order that can't exist, in a signature that fits: keys match both ways")
        finding, cause, step = SAID[seen.verdict]
        if seen.offset is not None and abs(seen.offset) > AGREES and seen.verdict is not Verdict.WRONG_KEY:
            cause = f"this machine's clock is {_off(seen.offset)}; or {cause}"
        return fault(f"{finding}: {seen.words}", cause, step)

    async def _latency(self) -> Said:
        seen = await self._examination()
        if seen is None or seen.verdict in (Verdict.NO_CONNECTION, Verdict.NO_ANSWER):
            return skipped(self._without or UNSEEN)
        if seen.seconds > SLOW:
            return warning(
                f"an answer took {seen.seconds:.1f} s",
                "a slow or crowded network, or a busy gateway",
                "look at the link's signal; try again at another hour",
            )
        return good(f"an answer took {seen.seconds * 1000:.0f} ms")

    async def _clock(self) -> Said:
        seen = await self._examination()
        if seen is None or seen.offset is None or seen.verdict is Verdict.SOMEBODY_ELSE:
            return skipped("the gateway did not say what time it is")
        if abs(seen.offset) > AGREES:
            return fault(
                f"this machine's clock is {_off(seen.offset)}",
                "no network time since the start, or the clock was set by hand",
                "timedatectl set-ntp true; does the site's network let out NTP (UDP 123)?",
            )
        return good(f"this machine's clock is {_off(seen.offset)}")


def _off(offset: timedelta) -> str:
    return f"{-offset.total_seconds():+.0f} s off the gateway's"
