"""The example inventory: its vault opens with the password beside it, and its kiosks have a configuration to run."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kiosk.settings import Settings

ANSIBLE = Path(__file__).parents[2] / "ansible"
EXAMPLE = ANSIBLE / "inventories" / "example"


@pytest.fixture(scope="module")
def kiosks() -> dict[str, dict[str, Any]]:
    """The variables of each."""
    done = subprocess.run(
        [
            *(str(Path(sys.executable).parent / "ansible-inventory"), "-i", str(EXAMPLE), "--list"),
            *("--vault-password-file", str(EXAMPLE / "vault-password.txt")),
        ],
        cwd=ANSIBLE,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)["_meta"]["hostvars"]
    return found


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """As Ansible's combine, recursive."""
    both = {key: merged(base[key], over[key]) for key in base.keys() & over.keys() if isinstance(over[key], dict)}
    return {**base, **over, **both}


def test_each_kiosk_has_a_configuration_to_start_with(kiosks: dict[str, dict[str, Any]]) -> None:
    assert sorted(kiosks) == ["kiosk-0001", "kiosk-0002"]
    for name, values in kiosks.items():
        settings = merged(values["kiosk_settings"], values.get("kiosk_host_settings", {}))
        settings["kiosk"]["id"] = values["kiosk_id"]
        assert Settings(**settings).kiosk.id == name


def test_the_secrets_are_vaulted_and_all_there(kiosks: dict[str, dict[str, Any]]) -> None:
    vault = (EXAMPLE / "group_vars/kiosks/vault.yml").read_text()
    assert vault.startswith("$ANSIBLE_VAULT;1.1;AES256\n")
    for values in kiosks.values():
        assert set(values["kiosk_secrets"]) == {"transaction-key", "webhook-secret"}
        assert not any(secret in vault for secret in values["kiosk_secrets"].values())


def test_each_secret_of_the_readme_is_one_that_the_role_can_ask_for() -> None:
    role = (ANSIBLE / "roles/kiosk/vars/main.yml").read_text()
    for name in ("transaction-key", "notification-key", "token", "rsa-private-key.pem", "gateway-public-key.pem"):
        assert f"'{name}'" in role
