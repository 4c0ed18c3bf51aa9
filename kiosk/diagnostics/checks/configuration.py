"""Checks of what people have written: the configuration, and the credentials beside it. No secret is in a finding."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from kiosk.diagnostics.findings import Check, Group, Said, fault, good, not_here, skipped, warning
from kiosk.settings import Settings, SettingsError
from kiosk.settings.credentials import Credential, alike, needed, read_one
from kiosk.settings.fitness import meet, only_here

LONGEST = 512  # characters of a key or token that somebody copied once


def configuration_checks(
    settings: Settings, file: Path, mistakes: tuple[str, ...], illegible: Callable[[], tuple[str, ...]]
) -> Iterator[Check]:
    """`mistakes`: what is wrong with the hardware's section and its wiring, a line each. `illegible`: what shoppers
    could not read.
    """

    def check(name: str, what: str, look: Callable[[], Said]) -> Check:
        async def looked() -> Said:
            return look()

        return Check(Group.CONFIGURATION, name, what, looked)

    yield check("file", "the file is understood", lambda: good(f"{file} is in order"))
    yield check("hardware", "parts and pins fit together", partial(_hardware, mistakes))
    yield check("display", "shoppers can read what is shown", partial(_display, illegible))
    yield check("ports", "no two parts want the same port", partial(_ports, settings))
    yield check("panel", "the front panel is not open to strangers", partial(_panel, settings))


def _hardware(mistakes: tuple[str, ...]) -> Said:
    if not mistakes:
        return good("parts, pins and buses fit together")
    return fault("; ".join(mistakes), "the configuration's [hardware]", "correct it, then: kiosk config check")


def _display(illegible: Callable[[], tuple[str, ...]]) -> Said:
    if not (lines := illegible()):
        return good("codes and letters can be read on it")
    return warning("; ".join(lines), "the display is too small for it", "take a larger display, or other products")


def _ports(settings: Settings) -> Said:
    panel, listener = settings.panel, settings.listener
    if listener is None:
        return good("the front panel's is the only one")
    if meet(panel, listener):
        return fault(
            f"panel.listen and listener.listen are both port {panel.port}",
            "one of them was copied from the other",
            "give one of them another port, then: systemctl restart kiosk",
        )
    return good(f"front panel {panel.listen}, listener {listener.listen}")


def _panel(settings: Settings) -> Said:
    if only_here(settings.panel):
        return good("the front panel is for this machine alone")
    return warning(
        f"panel.listen = {settings.panel.listen}: other machines can see the front panel",
        "it was opened in the configuration",
        "127.0.0.1 and an ssh tunnel are safer: ssh -L 8080:127.0.0.1:8080",
    )


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
    odd = _odd(secret)
    if odd:
        return fault(f"{file}: {odd}", "it was not copied whole, or something came along", "copy it anew")
    return good(said)


def _odd(secret: Credential) -> str:
    """What is strange about a secret, without a character of it."""
    if not isinstance(secret, str):
        return ""
    if secret[0] in "\"'" or secret[-1] in "\"'":
        return "it stands in quotes, which count as part of it"
    if any(character.isspace() or not character.isprintable() for character in secret):
        return "there are blanks or line breaks within it"
    return "" if len(secret) <= LONGEST else f"{len(secret)} characters; expected at most {LONGEST}"


def _pairs(directory: Path, names: tuple[str, ...]) -> Said:
    try:
        found = {name: read_one(directory / name) for name in names}
    except SettingsError:
        return skipped("not all of them can be read")
    if len(names) == 1:
        return not_here("there is only one")
    if same := tuple(alike(directory, found)):
        return fault("; ".join(same), "one was copied over the other", "copy each anew from UQPAY's portal")
    return good("each is another")
