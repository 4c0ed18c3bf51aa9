"""A status with something in each of its fields."""

from datetime import UTC, datetime

from kiosk.diagnostics.status import (
    ClockReading,
    Contact,
    LastSale,
    Money,
    Outbox,
    PartStatus,
    Status,
    Trouble,
)
from kiosk.sale.panel import Name

AT = datetime(2026, 11, 28, 3, 4, 5, tzinfo=UTC)


def status(*troubles: Trouble, in_service: bool = True, offset: float | None = -95.0) -> Status:
    return Status(
        kiosk_id="kiosk-0001",
        version="0.1.0",
        state=Name.IDLE if in_service else Name.OUT_OF_SERVICE,
        in_service=in_service,
        troubles=troubles,
        started_at=AT,
        uptime=93_784.0,
        released=3,
        last_sale=LastSale(
            order_id="K1",
            claim="A1",
            product="ORDER_CODE",
            amount=Money(value="1500", currency="KRW"),
            state="released",
            at=AT,
        ),
        outbox=Outbox(pending=2, quarantined=1),
        open_orders=1,
        unresolved_orders=4,
        clock=ClockReading(at=AT, quality="synchronised", offset_seconds=offset),
        gateway=Contact(base_url="https://gateway.example", answered_at=AT, trouble="no answer", trouble_at=AT),
        parts={"camera": PartStatus(what="ov5647", present=False, fault="unplugged", last_fault="unplugged")},
    )
