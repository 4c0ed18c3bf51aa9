"""What the operator is sent (kiosk/README.md, "Results"). Made once: each retry sends the same bytes."""

import json

from kiosk.sale.commands import Report


def body(report: Report, kiosk_id: str, sequence: int) -> str:
    """The JSON text of a report: `{"type", "timestamp", "data"}`.

    `data` always has the same keys, null where a report is about no order or the gateway has given no id yet, and the
    report's details beside them, which can't take their place.
    """
    order = report.order
    data: dict[str, object] = {
        **report.details,
        "kiosk_id": kiosk_id,
        "sequence": sequence,
        "order_id": order.id if order else None,
        "gateway_order_id": order.gateway_id if order else None,
        "product": order.product.value if order else None,
        "amount": {"value": str(order.amount.minor), "currency": order.amount.currency} if order else None,
    }
    content = {"type": report.topic.value, "timestamp": report.at.isoformat(), "data": data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
