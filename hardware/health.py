"""What a part remembers of how it is. It knows which of the two, present and fault, changes by what; and no device.

Every part has one `Condition`, tells it what happens, and answers `health()` with it.
"""

from dataclasses import replace

from hardware.ports import Health


class Condition:
    """How a part is, as far as is known. `what`, as in `Health`; nothing answers yet.

    A `Health` is never changed, but replaced whole: any thread may read it while another one tells something.
    """

    def __init__(self, what: str) -> None:
        self.health = Health(what, present=False)

    def is_called(self, what: str) -> None:
        """It is known better now what it is."""
        self.health = replace(self.health, what=what)

    def works(self) -> None:
        """It answers, and nothing is wrong."""
        self.health = replace(self.health, present=True, fault=None)

    def answers(self) -> None:
        """It does again, and whether all is well is to be seen."""
        self.health = replace(self.health, present=True)

    def ails(self, fault: str | None) -> None:
        """Note what is wrong, though it may answer; None: nothing is any more."""
        self.health = replace(self.health, fault=fault, last_fault=fault or self.health.last_fault)

    def had(self, fault: str) -> None:
        """Note what was wrong and is over."""
        self.health = replace(self.health, last_fault=fault)

    def lost(self, fault: str | None) -> None:
        """It does not answer any more: for this fault, or because it was let go."""
        self.ails(fault)
        self.gone()

    def gone(self) -> None:
        """It was let go. What was wrong with it still is."""
        self.health = replace(self.health, present=False)
