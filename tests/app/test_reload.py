"""What of a new configuration is taken while the kiosk runs, and what waits for a restart."""

from pathlib import Path

import pytest
from configurations import PLAIN, written

from kiosk.app.reload import change
from kiosk.settings import Settings, SettingsError, load

WEBHOOK = '\n[notifications.webhook]\nurl = "https://operator.example/{}"\n'
SIMULATED = '\n[hardware]\nboard = "simulated"\n'


def settings(tmp_path: Path, *edits: tuple[str, str], more: str = "") -> Settings:
    text = PLAIN + SIMULATED + more
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return load(written(tmp_path, text))


def test_nothing_new_is_said_so(tmp_path: Path) -> None:
    found = change(settings(tmp_path), settings(tmp_path))
    assert found.line == "the configuration is as it was"


@pytest.mark.parametrize(
    ("edit", "key"),
    [
        (("[payment]\n", '[payment]\nmax_amount = "5000"\n'), "payment.max_amount"),
        (("[payment]\n", '[payment]\nproducts = ["ORDER_CODE"]\n'), "payment.products"),
        (('"Parking"', '"Coffee"'), "payment.description"),
        (("[kiosk]\n", '[kiosk]\nlanguage = "en"\n'), "kiosk.language"),
        (("[payment]\n", '[release]\nafter_crash = "refund"\n[payment]\n'), "release.after_crash"),
    ],
)
def test_what_a_shopper_meets_is_taken(tmp_path: Path, edit: tuple[str, str], key: str) -> None:
    wanted = settings(tmp_path, edit)
    found = change(settings(tmp_path), wanted)
    assert found.taken == (key,)
    assert found.waits == ()
    assert found.settings == wanted
    assert found.line == f"taken: {key}"


@pytest.mark.parametrize(
    ("edit", "key"),
    [
        (('"bench-7"', '"bench-8"'), "kiosk.id"),
        (("gateway.example", "other.example"), "gateway.base_url"),
        (('"simulated"', '"raspberrypi"'), "hardware.board"),
        (("[payment]\n", '[panel]\nlisten = "127.0.0.1:9999"\n[payment]\n'), "panel.listen"),
        (("[payment]\n", '[listener]\nlisten = "127.0.0.1:9998"\n[payment]\n'), "listener.listen"),
    ],
)
def test_what_is_opened_at_start_waits_for_a_restart(tmp_path: Path, edit: tuple[str, str], key: str) -> None:
    running = settings(tmp_path)
    found = change(running, settings(tmp_path, edit))
    assert (found.taken, found.waits) == ((), (key,))
    assert found.settings == running
    assert found.line == f"nothing taken; takes a restart: {key}"


def test_another_currency_waits_with_all_its_amounts(tmp_path: Path) -> None:
    running = settings(tmp_path)
    euros = '[payment]\ncurrency = "EUR"\nmin_amount = "1.00"\nmax_amount = "20.00"\n'
    found = change(running, settings(tmp_path, ("[payment]\n", euros)))
    assert found.settings == running
    assert found.waits == ("payment.currency", "payment.max_amount", "payment.min_amount")


def test_the_operators_address_moves_but_does_not_come_or_go(tmp_path: Path) -> None:
    none, old, new = settings(tmp_path), *(settings(tmp_path, more=WEBHOOK.format(name)) for name in ("old", "new"))
    assert change(old, new).taken == ("notifications.webhook.url",)
    assert change(old, new).settings == new
    for running, wanted in ((none, new), (old, none)):
        assert change(running, wanted).waits == ("notifications.webhook.url",)
        assert change(running, wanted).settings == running


def test_wiring_that_makes_no_sense_is_a_mistake(tmp_path: Path) -> None:
    wanted = settings(tmp_path, ('"simulated"', '"raspberrypi"\n[hardware.release]\npin = 17'))
    with pytest.raises(SettingsError, match="GPIO17"):
        change(settings(tmp_path), wanted)
