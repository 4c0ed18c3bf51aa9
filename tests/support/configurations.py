"""Configurations to be read, right and wrong."""

from pathlib import Path

PLAIN = """\
[kiosk]
id = "bench-7"
state_dir = "/srv/state"
credentials_dir = "/srv/credentials"

[gateway]
base_url = "https://gateway.example"
client_id = "M1"
sign_id = "K1"

[payment]
description = "Parking"
"""


def written(directory: Path, text: str = PLAIN) -> Path:
    """The text as a configuration file."""
    file = directory / "kiosk.toml"
    file.write_text(text, encoding="utf-8")
    return file


def with_line(section: str, line: str) -> str:
    """The plain configuration with a line in one of its sections, in place of the one with the same key."""
    key = line.partition("=")[0].strip()
    lines, inside, done = [], False, False
    for one in PLAIN.splitlines():
        if inside and one.partition("=")[0].strip() == key:
            continue
        lines.append(one)
        inside = one == f"[{section}]" or (inside and not one.startswith("["))
        if one == f"[{section}]":
            lines.append(line)
            done = True
    if not done:
        lines += [f"[{section}]", line]
    return "\n".join(lines) + "\n"
