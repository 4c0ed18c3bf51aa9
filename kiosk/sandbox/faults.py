"""Fault switches: what shall go wrong, on which call, how often. Knows nothing of HTTP; those who answer ask it.

`GET /sandbox/faults` shows what is set, `PUT` replaces all of it, `DELETE` clears it. The form:

    {"pay": {"drop_after": {"times": 1}, "delay": {"seconds": 2}}, "notification": {"duplicate": {}}}

`times` counts calls (absent: until cleared), `seconds` (0..600) belongs to delay, delay_before and slow.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator


class Call(StrEnum):
    """What a fault is set on."""

    PAY = "pay"
    DETAIL = "detail"
    CANCEL = "cancel"
    REFUND = "refund"
    NOTIFICATION = "notification"


class Trouble(StrEnum):
    """What can go wrong."""

    DELAY_BEFORE = "delay_before"  # the call takes effect late, as one that is long in flight
    DELAY = "delay"  # it takes effect at once and is answered late
    DROP_BEFORE = "drop_before"  # the connection is cut, and nothing was done
    DROP_AFTER = "drop_after"  # it is done, and the connection is cut
    STATUS_500 = "status_500"  # HTTP 500, and nothing was done
    BAD_SIGNATURE = "bad_signature"
    UNSIGNED = "unsigned"
    WRONG_AMOUNT = "wrong_amount"  # well signed, with another amount
    WRONG_ORDER = "wrong_order"  # well signed, about another order
    GARBAGE = "garbage"  # no JSON
    SYSTEM_ERROR = "system_error"  # respCode 999999, and nothing was done
    REFUSED = "refused"  # respCode 100005, and nothing was done
    ABSENT = "absent"  # "Transaction does not exist", though it does
    STRANGE_STATUS = "strange_status"  # well signed, with a status that nobody knows
    SLOW = "slow"  # the refund is `processing` for so long
    FAILS = "fails"  # the refund is `processing`, and the next time it is asked about it has failed
    LOST = "lost"  # the notification never goes out
    DUPLICATE = "duplicate"  # it goes out twice
    OUT_OF_ORDER = "out_of_order"  # it waits until DETAIL was asked, and a `processing` follows it


MESSAGE = frozenset({Trouble.BAD_SIGNATURE, Trouble.UNSIGNED, Trouble.WRONG_AMOUNT, Trouble.WRONG_ORDER})
OF_CALL = MESSAGE | {
    Trouble.DELAY_BEFORE,
    Trouble.DELAY,
    Trouble.DROP_BEFORE,
    Trouble.DROP_AFTER,
    Trouble.STATUS_500,
    Trouble.GARBAGE,
    Trouble.SYSTEM_ERROR,
    Trouble.STRANGE_STATUS,
}
OF_ONE = {
    Call.DETAIL: {Trouble.ABSENT},
    Call.CANCEL: {Trouble.REFUSED},
    Call.REFUND: {Trouble.REFUSED, Trouble.SLOW, Trouble.FAILS},
}
OF_NOTIFICATION = MESSAGE | {Trouble.DELAY, Trouble.GARBAGE, Trouble.LOST, Trouble.DUPLICATE, Trouble.OUT_OF_ORDER}
TAKES_SECONDS = frozenset({Trouble.DELAY_BEFORE, Trouble.DELAY, Trouble.SLOW})


class Switch(BaseModel):
    """One fault: how many calls it shall still hit (None: all of them), and for delays how many seconds they last."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    times: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[float, Field(gt=0, le=600)] | None = None


class Setting(RootModel[dict[Call, dict[Trouble, Switch]]]):
    """All the switches, as the control API takes and shows them."""

    @model_validator(mode="after")
    def _must_make_sense(self) -> Self:
        for call, switches in self.root.items():
            possible = OF_NOTIFICATION if call is Call.NOTIFICATION else OF_CALL | OF_ONE.get(call, set())
            for trouble, switch in switches.items():
                if trouble not in possible:
                    raise ValueError(f"{trouble} does not happen to {call}")
                if (trouble in TAKES_SECONDS) != (switch.seconds is not None):
                    raise ValueError(f"seconds belongs to {' and '.join(sorted(TAKES_SECONDS))}, and they need it")
        return self


class Faults:
    """The switches that are set."""

    def __init__(self) -> None:
        self._setting = Setting({})

    @property
    def setting(self) -> Setting:
        """What is set now, with the counts that are left."""
        return self._setting

    def replace(self, setting: Setting) -> None:
        """Forget what was set, and set this."""
        self._setting = setting

    def take(self, call: Call) -> dict[Trouble, float]:
        """The troubles of the call that begins now, each with its seconds (0 where it has none), counted down."""
        switches = self._setting.root.get(call, {})
        left = {trouble: _once_less(switch) for trouble, switch in switches.items() if switch.times != 1}
        others = {name: kept for name, kept in self._setting.root.items() if name is not call}
        self._setting = Setting({**others, call: left} if left else others)
        return {trouble: switch.seconds or 0.0 for trouble, switch in switches.items()}


def _once_less(switch: Switch) -> Switch:
    return switch if switch.times is None else switch.model_copy(update={"times": switch.times - 1})
