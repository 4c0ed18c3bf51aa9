"""What is written holds: links lead somewhere, documents that are cited are there, no file grows too long."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (".make", ".readme", "ansible", "hardware", "kiosk", "systemd", "tests")
TRACKED = sorted(
    str(path.relative_to(ROOT))
    for folder in (ROOT, *(ROOT / name for name in FOLDERS))
    for path in (folder.glob("*") if folder == ROOT else folder.rglob("*"))
    if path.is_file() and "__pycache__" not in path.parts
)
PAGES = [name for name in TRACKED if name.endswith(".md")]
SOURCES = [name for name in TRACKED if name.endswith((".py", ".toml", ".yml", ".conf", ".service", ".j2", ".md"))]
TABLES = {"kiosk/sale/transitions.py"}  # data: rows, and no logic between them


def anchors(text: str) -> set[str]:
    """The headings of a page, as GitHub names them in addresses."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page: Path, text: str) -> list[str]:
    """The links of a page that lead nowhere in the repository."""
    found = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        there = (page.parent / file).resolve() if file else page
        target = there / "README.md" if there.is_dir() else there
        if not there.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            found.append(link)
    return found


def missing(source: Path, text: str) -> list[str]:
    """The documents that a file cites and that are not there: beside it, above that, or at the top."""
    cited = set(re.findall(r"(?<![\w/])[\w.-][\w./-]*\.md\b", re.sub(r"\w+:/\S+", "", text)))
    folders = (source.parent, source.parent.parent, ROOT)
    return sorted(name for name in cited if not any((folder / name).is_file() for folder in folders))


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    assert broken(ROOT / name, (ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", [name for name in SOURCES if not name.startswith("tests/documents/")])
def test_every_document_that_is_cited_is_there(name: str) -> None:
    assert missing(ROOT / name, (ROOT / name).read_text(encoding="utf-8")) == []


def test_a_link_and_a_citation_that_lead_nowhere_are_found() -> None:
    page = ROOT / "README.md"
    assert broken(page, "[a](nowhere.md) [b](hardware/README.md#no-such) [c](#licence) [d](https://x.y)") == [
        "nowhere.md",
        "hardware/README.md#no-such",
    ]
    assert missing(ROOT / "kiosk" / "x.py", "see nowhere.md and sale/README.md, README.md") == ["nowhere.md"]


def test_the_readme_is_a_front_door() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 200


@pytest.mark.parametrize("name", [name for name in TRACKED if name.startswith(("kiosk/", "hardware/"))])
def test_no_module_is_too_long(name: str) -> None:
    if name.endswith(".py") and name not in TABLES:
        assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) < 300
