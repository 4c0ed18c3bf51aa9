"""What every test may ask for, and what every property test goes by."""

import os

import pytest
from hypothesis import HealthCheck, settings

# No limits on an example's time, nor on drawing one: the first text that a process draws builds Hypothesis's tables of
# Unicode, for over a second, and a busy machine takes any time for anything. A hang is pytest-timeout's to end.
settings.register_profile("kiosk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kiosk")

collect_ignore = [] if os.environ.get("KIOSK_FLEET") else ["fleet"]  # boots machines: make fleet-test


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
