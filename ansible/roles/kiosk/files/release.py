"""A release: this checkout and all that it needs, as one archive for machines without a compiler or a package registry.

    release.py name
    release.py build --machine aarch64 --python 3.13 --archive FILE

`name` is the version and a digest of what the release is made of, so the same checkout has the same name everywhere.
`build` writes a tar archive: wheels/ for that architecture and Python (glibc), requirements.txt with their hashes,
RELEASE, the name, and the README. Needs the interpreter of the checkout's .venv (`make fleet`).
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

CHECKOUT = Path(__file__).resolve().parents[4]
PARTS = ("kiosk", "hardware", "systemd", "pyproject.toml", "requirements.txt", "README.md")
SYSTEMS_OWN = ("systemd-python",)  # source only; python3-systemd on every kiosk
GLIBC = range(17, 37)  # manylinux_2_17 .. 2_36: Debian 12 has 2.36


def name() -> str:
    """The release's name, as "0.2.0-1f6c2b7a"."""
    digest = hashlib.sha256()
    for part in PARTS:
        path = CHECKOUT / part
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(f"{file.relative_to(CHECKOUT)}\0".encode() + file.read_bytes())
    version = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return f"{version}-{digest.hexdigest()[:8]}"


def needed(text: str, machine: str, python: str) -> Iterator[str]:
    """The requirements that hold there, each with its hashes; `text` as `uv pip compile` writes it."""
    there = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "platform_machine": machine,
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    for entry in re.split(r"\n(?=\S)", text.strip()):
        line, *hashes = entry.split(" \\\n")
        requirement = Requirement(line)
        if requirement.name not in SYSTEMS_OWN and (not requirement.marker or requirement.marker.evaluate(there)):
            yield " \\\n".join((f"{requirement.name}{requirement.specifier}", *hashes))


def build(machine: str, python: str, archive: Path) -> None:
    """Write the archive; it is there whole or not at all."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    platforms = [f"--platform=manylinux_2_{glibc}_{machine}" for glibc in GLIBC]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    with tempfile.TemporaryDirectory(dir=archive.parent) as scratch:
        here = Path(scratch)
        requirements, wheels, packed = here / "requirements.txt", here / "wheels", here / "packed.tar"
        lines = needed((CHECKOUT / "requirements.txt").read_text(encoding="utf-8"), machine, python)
        requirements.write_text("\n".join(lines) + "\n", encoding="utf-8")
        (here / "RELEASE").write_text(f"{name()}\n", encoding="utf-8")
        where = ["--only-binary=:all:", "--no-deps", "--require-hashes", "-r", str(requirements), "-d", str(wheels)]
        target = [*platforms, f"--python-version={python}", "--implementation=cp"]
        subprocess.run([*pip, "download", *where, *target], check=True)
        subprocess.run(
            [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(CHECKOUT)], check=True
        )
        with tarfile.open(packed, "w") as tar:
            for part in ("RELEASE", "requirements.txt", "wheels"):
                tar.add(here / part, part)
            tar.add(CHECKOUT / "README.md", "README.md")
        packed.replace(archive)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("name")
    wanted = commands.add_parser("build")
    wanted.add_argument("--machine", required=True, choices=("aarch64", "x86_64"))
    wanted.add_argument("--python", required=True, choices=("3.11", "3.13"))
    wanted.add_argument("--archive", required=True, type=Path)
    given = parser.parse_args()
    if given.command == "name":
        print(name())
        return
    try:
        build(given.machine, given.python, given.archive)
    except subprocess.CalledProcessError as error:
        sys.exit(f"no release for {given.machine} and Python {given.python}: pip ended with {error.returncode}")


if __name__ == "__main__":
    main()
