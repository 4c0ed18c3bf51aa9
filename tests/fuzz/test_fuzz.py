"""Each target with all that is kept for it, and a few hundred changes of that; `make fuzz` goes on for minutes."""

from collections.abc import Iterator

import pytest
from fuzz_inputs import changed, kept
from fuzz_targets import TARGETS, Target
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture(params=TARGETS)
def named(request: pytest.FixtureRequest) -> Iterator[tuple[str, Target]]:
    with TARGETS[request.param]() as target:
        yield request.param, target


def test_what_is_kept_and_what_comes_of_it_is_borne(named: tuple[str, Target]) -> None:
    name, target = named
    seeds = [file.read_bytes() for file in kept(name)]
    assert seeds
    for seed in seeds:
        target(seed)

    @settings(max_examples=200, database=None)
    @given(st.data())
    def borne(data: st.DataObject) -> None:
        target(data.draw(changed(seeds)))

    borne()
