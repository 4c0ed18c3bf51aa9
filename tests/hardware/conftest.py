"""What the tests of parts on pins begin with."""

import pytest
from bench_pins import Bench


@pytest.fixture
def bench() -> Bench:
    """A header of simulated pins, on which nothing hangs yet."""
    return Bench()
