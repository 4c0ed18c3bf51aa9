"""`make fuzz MINUTES=5`: all targets in turn until the time is over. What one does not bear is kept in its corpus."""

import argparse
import hashlib
import logging
import sys
import time
from pathlib import Path

from fuzz_inputs import CORPUS, changed, kept
from fuzz_targets import TARGETS, Target
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

AT_ONCE = 500  # inputs of one target before the next has its turn


def turn(name: str, target: Target, until: float) -> tuple[int, Path | None]:
    """Try inputs; how many, and the file of the smallest that is not borne."""
    seeds = [file.read_bytes() for file in kept(name)]
    tried, last = 0, b""

    @settings(max_examples=AT_ONCE, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def bear(data: st.DataObject) -> None:
        nonlocal tried, last
        drawn = data.draw(changed(seeds))
        if time.monotonic() < until:
            last = drawn
            tried += 1
            target(last)

    try:
        bear()
    except Exception as finding:  # noqa: BLE001 - whatever it is, it is the finding
        file = CORPUS / name / f"found-{hashlib.sha256(last).hexdigest()[:8]}"
        file.write_bytes(last)
        print(f"\n{name}: {type(finding).__name__}: {finding}\n  kept as {file}")  # noqa: T201 - for its user
        return tried, file
    return tried, None


def main() -> int:
    """Exit 1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("targets", nargs="*", default=[*TARGETS])
    given_ = parser.parse_args()
    logging.disable(logging.WARNING)  # of what is refused; an error is a finding
    end = time.monotonic() + 60 * given_.minutes
    tried = dict.fromkeys(given_.targets, 0)
    found: list[Path] = []
    left = list(given_.targets)
    while left and time.monotonic() < end:
        for name in [*left]:
            slice_ = min(end, time.monotonic() + max(1.0, (end - time.monotonic()) / len(left) / 4))
            with TARGETS[name]() as target:
                count, finding = turn(name, target, slice_)
            tried[name] += count
            if finding:
                found.append(finding)
                left.remove(name)
            print("\r" + "  ".join(f"{one} {many}" for one, many in tried.items()), end="", flush=True)  # noqa: T201
    print(f"\n{sum(tried.values())} inputs, {len(found)} findings")  # noqa: T201 - likewise
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
