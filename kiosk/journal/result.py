"""The operator's message format (kiosk/README.md, "Results"). Made once: each retry sends the same bytes."""

import json

from kiosk.sale.commands import SendResult


def body(result: SendResult, kiosk_id: str, sequence: int, journal_head: str) -> str:
    """The JSON text of a result: `{"type", "timestamp", "data"}`. `journal_head`: the newest link's digest.

    `data` always has the same keys, null where a result is about no order or the gateway has given no id yet, and the
    result's details beside them, which can't take their place.
    """
    order = result.order
    data: dict[str, object] = {
        **result.details,
        "kiosk_id": kiosk_id,
        "sequence": sequence,
        "journal_head": journal_head,
        "order_id": order.id if order else None,
        "gateway_order_id": order.gateway_id if order else None,
        "product": order.product.value if order else None,
        "amount": {"value": str(order.amount.minor), "currency": order.amount.currency} if order else None,
    }
    content = {"type": result.topic.value, "timestamp": result.at.isoformat(), "data": data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
