"""Checks of what people have written: the configuration, and the credentials beside it. No secret is in a finding."""

import base64
from collections.abc import Callable, Iterator
from functools import partial
from ipaddress import ip_address
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from kiosk.diagnostics.findings import Check, Group, Said, fault, good, not_here, skipped, warning
from kiosk.settings import ListenSection, Settings, SettingsError
from kiosk.settings.credentials import needed, read_one

LENGTHS = range(16, 513)  # characters of a key or token that somebody copied whole
WEBHOOK_BYTES = range(24, 65)  # of a secret, after "whsec_" (Standard Webhooks)
RSA_BITS = 2048


def configuration_checks(settings: Settings, file: Path, mistakes: tuple[str, ...]) -> Iterator[Check]:
    """`mistakes`: what is wrong with the hardware's section and its wiring, a line each."""

    def check(name: str, what: str, look: Callable[[], Said]) -> Check:
        async def looked() -> Said:
            return look()

        return Check(Group.CONFIGURATION, name, what, looked)

    yield check("file", "the file is understood", lambda: good(f"{file} is in order"))
    yield check("hardware", "parts and pins fit together", partial(_hardware, mistakes))
    yield check("ports", "no two parts want the same port", partial(_ports, settings))
    yield check("panel", "the front panel is not open to strangers", partial(_panel, settings))


def _hardware(mistakes: tuple[str, ...]) -> Said:
    if not mistakes:
        return good("parts, pins and buses fit together")
    return fault("; ".join(mistakes), "the configuration's [hardware]", "correct it, then: kiosk config check")


def _ports(settings: Settings) -> Said:
    panel, listener = settings.panel, settings.listener
    if listener is None:
        return good("the front panel's is the only one")
    if panel.port and panel.port == listener.port and _meet(panel, listener):
        return fault(
            f"panel.listen and listener.listen are both port {panel.port}",
            "one of them was copied from the other",
            "give one of them another port, then: systemctl restart kiosk",
        )
    return good(f"front panel {panel.listen}, listener {listener.listen}")


def _meet(one: ListenSection, other: ListenSection) -> bool:
    everywhere = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to
    return one.host == other.host or bool({one.host, other.host} & everywhere)


def _panel(settings: Settings) -> Said:
    host = settings.panel.host
    if host == "localhost" or (_is_address(host) and ip_address(host).is_loopback):
        return good("the front panel is for this machine alone")
    return warning(
        f"panel.listen = {settings.panel.listen}: other machines can see the front panel",
        "it was opened in the configuration",
        "127.0.0.1 and an ssh tunnel are safer: ssh -L 8080:127.0.0.1:8080",
    )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


# --- credentials -----------------------------------------------------------------------------------------------------


def credential_checks(settings: Settings) -> Iterator[Check]:
    """One for each file that the configuration needs, and one for how they fit together."""
    directory = settings.kiosk.credentials_dir
    names = needed(settings)

    async def one(file: Path) -> Said:
        return _credential(file)

    async def together() -> Said:
        return _pairs(directory, names)

    for name in names:
        yield Check(Group.CREDENTIALS, name, "there, ours alone, and whole", partial(one, directory / name))
    yield Check(Group.CREDENTIALS, "pairs", "each is another, and those of a pair match", together)


def _credential(file: Path) -> Said:
    try:
        secret = read_one(file)
    except SettingsError as error:
        return fault(str(error), "it was not copied here, or not as it was issued", f"put it there anew: {file.name}")
    said = f"{file.name} is there, for us alone"
    odd = _odd(file.name, secret)
    if odd:
        return fault(f"{file}: {odd}", "it was not copied whole, or something came along", "copy it anew")
    return good(said)


def _odd(name: str, secret: str | RSAPrivateKey | RSAPublicKey) -> str:
    """What is strange about a secret, without a character of it."""
    if isinstance(secret, RSAPrivateKey | RSAPublicKey):
        return "" if secret.key_size >= RSA_BITS else f"a key of {secret.key_size} bits; expected {RSA_BITS} or more"
    if name == "webhook-secret":
        count = len(base64.b64decode(secret.removeprefix("whsec_")))
        return "" if count in WEBHOOK_BYTES else f"{count} bytes after whsec_; expected {_range(WEBHOOK_BYTES)}"
    if secret[0] in "\"'" or secret[-1] in "\"'":
        return "it stands in quotes, which count as part of it"
    if any(character.isspace() or not character.isprintable() for character in secret):
        return "there are blanks or line breaks within it"
    return "" if len(secret) in LENGTHS else f"{len(secret)} characters; expected {_range(LENGTHS)}"


def _range(lengths: range) -> str:
    return f"{lengths.start} to {lengths.stop - 1}"


def _pairs(directory: Path, names: tuple[str, ...]) -> Said:
    try:
        found = {name: read_one(directory / name) for name in names}
    except SettingsError:
        return skipped("not all of them can be read")
    if len(names) == 1:
        return not_here("there is only one")
    private, public = found.get("rsa-private-key.pem"), found.get("gateway-public-key.pem")
    ours = private.public_key().public_numbers() if isinstance(private, RSAPrivateKey) else None
    if isinstance(public, RSAPublicKey) and public.public_numbers() == ours:
        return fault(
            "gateway-public-key.pem is the public half of our own rsa-private-key.pem",
            "our key was put where the gateway's belongs",
            "take the gateway's public key from UQPAY's portal",
        )
    texts = {name: secret for name, secret in found.items() if isinstance(secret, str)}
    same = sorted(name for name, secret in texts.items() if list(texts.values()).count(secret) > 1)
    if same:
        return fault(
            f"{' and '.join(same)} are the same", "one was copied over the other", "copy each anew from UQPAY's portal"
        )
    return good("each is another")
