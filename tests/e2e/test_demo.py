import subprocess
import sys


def test_the_demo_plays_every_product_by_itself_and_says_how_long_it_took() -> None:
    played = subprocess.run(
        [sys.executable, "-m", "kiosk", "demo", "--script"], capture_output=True, text=True, check=False, timeout=110
    )
    assert played.returncode == 0, played.stdout + played.stderr
    for product in ("ORDER_CODE", "PAYMENT_CODE", "CASHIER_PAYMENT", "ENTRY_CODE"):
        assert product in played.stdout
    assert played.stdout.count("as it should be") == 4
    assert "key to PAY" in played.stdout
