"""The merchants that the sandbox knows: who they are, and the keys on the gateway's side. The default is the demo's.

The keys below protect nothing: they open a gateway that lives on this machine and moves no money.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.gateway.signing import Key, RsaKey, ShaKey

CLIENT_ID = "M0001"
SIGN_ID = "K0001"
TRANSACTION_KEY = "sandbox-transaction-key"
NOTIFICATION_KEY = "sandbox-notification-key"
TERMINAL_ID = "kiosk-0001"

# A static code after the EMVCo merchant-presented rules: KRW, open amount, the terminal's name, and the check sum.
ENTRY_CODE = (
    "00020101021126230010qr.sandbox0105M00015204752353034105802KR5912Sandbox shop6005Seoul62140710kiosk-0001630487E4"
)


@dataclass(frozen=True, slots=True)
class Merchant:
    """One merchant, seen from the gateway.

    `key` verifies requests and signs answers: for RSA the merchant's public and the gateway's private key.
    `notification_key` signs NOTIFICATIONs, which go to the order's notifyUrl or else to `notify_url` ("": nowhere).
    `entry_codes` are the static codes, each with the id of the terminal it stands on. `cashier_redirects`: the answer
    for CASHIER_PAYMENT names a page to open instead of a code to show.
    """

    client_id: str = CLIENT_ID
    key: Key = field(default_factory=lambda: ShaKey(SIGN_ID, TRANSACTION_KEY))
    notification_key: ShaKey | RsaKey = field(default_factory=lambda: ShaKey(SIGN_ID, NOTIFICATION_KEY))
    notify_url: str = ""
    entry_codes: Mapping[str, str] = field(default_factory=lambda: {ENTRY_CODE: TERMINAL_ID})
    cashier_redirects: bool = False
