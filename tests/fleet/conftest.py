"""One machine for all these tests: blank at first, then set up by site.yml over ssh, as an operator would."""

from collections.abc import Iterator

import pytest
from fleet_stand import NAME, Installed, Operator, Stand
from nspawn_machine import machine, why_not

WRITTEN = "find /etc /opt /usr /boot /var/lib -xdev -type f -newer /run/before | sort"


@pytest.fixture(scope="session")
def stand() -> Iterator[Stand]:
    if reason := why_not():
        pytest.fail(f"no machine can be booted here: {reason}")
    with machine(NAME) as one:
        around = Stand(one)
        try:
            yield around
        finally:
            around.close()


@pytest.fixture(scope="session")
def operator(stand: Stand, tmp_path_factory: pytest.TempPathFactory) -> Operator:
    return Operator(tmp_path_factory.mktemp("operator"), stand.machine)


@pytest.fixture(scope="session")
def installed(stand: Stand, operator: Operator) -> Installed:
    stand.machine.sh("sleep 0.1; touch /run/before; sleep 0.1")
    preview = operator.play("--check", "--diff", "site.yml")
    untouched = stand.machine.sh(WRITTEN)
    first = operator.play("site.yml")
    assert first.code == 0, first.said
    return Installed(preview, first, operator.play("-vvv", "site.yml"), untouched)
