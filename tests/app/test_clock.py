"""The daemon's clock: the gateway's time, carried by the monotonic clock."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.app.clock import AGREES, JITTER, Clock
from kiosk.journal import Quality

ZONE = ZoneInfo("Asia/Singapore")


def _off(clock: Clock) -> timedelta:
    return clock.now().at - datetime.now(UTC)


def test_until_the_gateway_has_said_the_time_it_is_this_machines() -> None:
    assert abs(_off(Clock(ZONE))) < timedelta(seconds=1)


def test_the_gateways_time_is_taken_over() -> None:
    clock = Clock(ZONE)
    clock.learn(timedelta(hours=-3))
    assert abs(_off(clock) + timedelta(hours=3)) < timedelta(seconds=1)
    assert clock.now().at.tzinfo is ZONE


def test_the_dates_whole_seconds_do_not_shake_the_clock() -> None:
    clock = Clock(ZONE)
    clock.learn(JITTER / 2)
    assert abs(_off(clock)) < timedelta(seconds=1)


def test_an_answer_without_a_date_changes_nothing() -> None:
    clock = Clock(ZONE)
    clock.learn(timedelta(hours=1))
    clock.learn(None)
    assert abs(_off(clock) - timedelta(hours=1)) < timedelta(seconds=1)
    assert clock.distrust() is not None


def test_a_clock_more_than_a_minute_off_the_gateways_is_not_trusted() -> None:
    clock = Clock(ZONE)
    clock.learn(AGREES)
    assert clock.distrust() is None
    clock.learn(-AGREES - timedelta(seconds=5))
    assert clock.distrust() == "the clock is +65 s off the gateway's; check timedatectl"


def test_a_timer_that_fires_a_hair_early_sees_itself_as_due() -> None:
    due = time.monotonic() + 0.5
    assert Clock(ZONE).now(at_least=due).mono == due


def test_the_time_in_the_chain_is_as_good_as_its_source(tmp_path: Path) -> None:
    clock = Clock(ZONE, tmp_path / "synchronized")
    assert clock.quality() is Quality.UNKNOWN
    clock.carry_on(clock.now().at + timedelta(days=1))
    assert clock.quality() is Quality.UNKNOWN, "the clock is behind what was written last"
    clock.carry_on(clock.now().at - timedelta(days=1))
    assert clock.quality() is Quality.RESTORED
    clock.learn(timedelta(0))
    assert clock.quality() is Quality.SYNCHRONISED
    (tmp_path / "synchronized").touch()
    assert Clock(ZONE, tmp_path / "synchronized").quality() is Quality.SYNCHRONISED
