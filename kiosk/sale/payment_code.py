"""A shopper's payment code, and how such codes may be shown."""

from dataclasses import dataclass


def masked(code: str) -> str:
    """`28**************1234`: only the ends, whatever its length."""
    return f"{code[:2]}**************{code[-4:]}" if len(code) > 12 else "****"


@dataclass(frozen=True, slots=True)
class PaymentCode:
    """A shopper's payment code. It can charge them for a minute: it is never shown, logged or stored."""

    value: str

    def __repr__(self) -> str:
        return f"PaymentCode({masked(self.value)})"

    __str__ = __repr__
