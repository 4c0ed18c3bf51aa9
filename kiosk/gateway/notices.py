"""NOTIFICATIONs: verified with the notification key, then read. Knows no server: headers and a body come in.

What can't be believed is a BadNotice. It is not acknowledged, so the gateway sends it again, and DETAIL tells anyway.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kiosk.gateway import messages
from kiosk.gateway.signing import RsaKey, ShaKey, ambiguous, read_json
from kiosk.gateway.wire import Field, Header, JsonObject, TransactionType
from kiosk.sale.order import Product
from kiosk.sale.outcome import Approved, Closed, Declined, Pending, Unknown


class BadNotice(Exception):  # noqa: N818 - the sender's fault, no error of ours
    """A NOTIFICATION that is not believed; the message says why in one line, and nothing of its contents."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A verified NOTIFICATION.

    `order_id` is None for a payment of a static code (`static`), which only `gateway_id` and `terminal_id` name,
    whatever order id the gateway may have given it. `outcome` states what became of the payment. News of a refund or a
    cancellation never states that it was paid or declined: it is `Closed` if the gateway says so, and otherwise
    `Pending`, "something happened, ask DETAIL". `ambiguous`: what was signed can be read in another way too.
    """

    order_id: str | None
    gateway_id: str
    outcome: Approved | Pending | Declined | Closed
    kind: TransactionType
    terminal_id: str | None
    static: bool = False
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class NoticeReader:
    """Reads what the gateway sends to the merchant `client_id`, signed with the notification key; `zone` is its own.

    With the sign type TOKEN, NOTIFICATIONs are signed all the same (gateway/README.md), so a TokenKey is no key here.
    """

    client_id: str
    key: ShaKey | RsaKey
    zone: ZoneInfo

    def read(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Verify and read one. Header names may be of any case. Raises BadNotice."""
        said = {name.lower(): value for name, value in headers.items()}
        if said.get(Header.CLIENT_ID.lower()) != self.client_id:
            raise BadNotice("it is for another clientId")
        signature = said.get(Header.SIGN.lower(), "")
        if not signature:
            raise BadNotice("it is not signed")
        if not self.key.shaped(signature):  # whoever has no signature has nothing parsed
            raise BadNotice("its signature is none")
        try:
            message = read_json(body)
        except ValueError as error:
            raise BadNotice(f"its body is {error}") from None
        if not self.key.verify(message, signature):
            raise BadNotice("its signature is wrong")
        return self._notice(messages.data_of(message), ambiguous=ambiguous(message))

    def _notice(self, data: JsonObject, *, ambiguous: bool) -> Notice:
        order_id = messages.text(data, Field.ORDER_ID) or None
        gateway_id = messages.text(data, Field.GATEWAY_ID)
        if not messages.plain_ids(data):
            raise BadNotice("it has an id that can be none")
        if not gateway_id:
            raise BadNotice("it does not say which payment it is about")
        static = messages.text(data, Field.PRODUCT) == Product.ENTRY_CODE
        if order_id is None and not static:
            raise BadNotice("it names no order, and is not about a static code")
        try:
            kind = TransactionType(messages.text(data, Field.TRANSACTION_TYPE))
        except ValueError:
            raise BadNotice("its transactionType is none that is known") from None
        outcome = messages.stated(data, self.zone)
        if kind is not TransactionType.PAYMENT and not isinstance(outcome, Closed):
            outcome = Pending(gateway_id)
        if isinstance(outcome, Unknown):
            raise BadNotice(f"it tells {outcome.reason}")
        terminal_id = messages.text(data, Field.TERMINAL_ID) or None
        return Notice(None if static else order_id, gateway_id, outcome, kind, terminal_id, static, ambiguous)
