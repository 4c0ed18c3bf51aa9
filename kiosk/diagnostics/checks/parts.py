"""Checks of the board's parts: each tests itself, by the daemon that has it, or opened for this."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial

from kiosk.diagnostics.findings import Check, Group, Said, fault, good, not_here, skipped
from kiosk.diagnostics.status import Busy, PartStatus

ADVICE: Mapping[str, tuple[str, str]] = {  # likely cause, and next step, where the part's own line has none
    "display": ("a loose plug, a wrong address, or no bus", "check its four wires; i2cdetect -y 1; [hardware.display]"),
    "lamps": ("a wire that touches another, or a pin that is taken", "check the wires; python -m hardware lamps"),
    "buzzer": ("a pin that is taken", "python -m hardware tunes"),
    "keypad": ("a key that hangs, water, or wires that touch", "lift or change that key; python -m hardware keys"),
    "camera": (
        "a loose ribbon, something before the lens, or a weak supply",
        "check it; python -m hardware look",
    ),
    "decoder": ("a library that is missing", "install the release anew (ansible-playbook site.yml)"),
    "release": ("a sensor or relay that hangs", "look at the chute and its sensor; python -m hardware pulse"),
}
PARTS = {Group(name): name for name in ADVICE}


class PartChecks:
    """`test` gives how a part is after its self-test, None where there is none; it raises Busy."""

    def __init__(self, test: Callable[[str], Awaitable[PartStatus | None]], *, simulated: bool) -> None:
        self._test = test
        self._simulated = simulated

    def checks(self) -> Iterator[Check]:
        """One for each part; they are tried one after the other."""
        for group, name in PARTS.items():
            what = f"the {name} does what needs no person"
            yield Check(group, "self_test", what, partial(self._one, name), "parts")

    async def _one(self, name: str) -> Said:
        try:
            part = await self._test(name)
        except Busy as busy:
            return skipped(str(busy))
        if part is None:
            return not_here(f"no {name} is configured")
        if part.fault is None and part.present:
            made_up = self._simulated and name != "decoder"
            return not_here("simulated: there is no real one") if made_up else good(part.what)
        finding, _, step = (part.fault or f"{part.what}: it is not there").partition("; ")
        cause, advice = ADVICE[name]
        return fault(finding, cause, f"{step}; {advice}" if step else advice)
