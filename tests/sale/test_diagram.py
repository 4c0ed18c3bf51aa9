"""The README's diagrams are the tables."""

from pathlib import Path

import pytest

from kiosk.sale.diagram import diagrams, main
from kiosk.sale.events import Checked, OrderMoved, StopWanted
from kiosk.sale.transitions import ORDER_ROWS, SESSION_ROWS

README = Path(__file__).parents[2] / "kiosk" / "sale" / "README.md"
BLANK = (
    "# A\n<!-- diagram:session -->\n<!-- /diagram -->\nmiddle\n<!-- diagram:order -->\nold\n<!-- /diagram -->\nend\n"
)


def test_the_readme_has_the_diagrams_of_the_tables() -> None:
    assert main(["--check", str(README)]) == 0


def test_each_transition_between_two_states_is_drawn_with_its_event() -> None:
    unsaid = {Checked, OrderMoved, StopWanted}
    for name, rows in (("session", SESSION_ROWS), ("order", ORDER_ROWS)):
        edges = dict(line.strip().partition(": ")[::2] for line in diagrams()[name].splitlines())
        for row in rows:
            for to in row.to - {row.state}:
                events = edges[f"{row.state.__name__} --> {to.__name__}"].split(", ")
                assert (row.event.__name__ in events) == (row.event not in unsaid)


def test_an_order_begins_requested_and_has_four_ends() -> None:
    drawn = [line.strip() for line in diagrams()["order"].splitlines()]
    assert [line for line in drawn if line.startswith("[*]")] == ["[*] --> Requested"]
    ends = {line.removesuffix(" --> [*]") for line in drawn if line.endswith("--> [*]")}
    assert ends == {"Released", "GivenBack", "NotCharged", "Unresolved"}


def test_no_state_leads_to_itself() -> None:
    for diagram in diagrams().values():
        edges = [line.split(":")[0].split() for line in diagram.splitlines() if "-->" in line]
        assert not [edge for edge in edges if edge[0] == edge[2]]


def test_written_is_checked_and_the_rest_of_the_file_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "README.md"
    file.write_text(BLANK)
    assert main(["--check", str(file)]) == 1
    assert "--write" in capsys.readouterr().err
    assert main(["--write", str(file)]) == 0
    assert main(["--check", str(file)]) == 0
    written = file.read_text()
    assert written.startswith("# A\n<!-- diagram:session -->\n```mermaid\nstateDiagram-v2\n")
    assert "\nmiddle\n" in written
    assert "\nold\n" not in written
    assert written.endswith("```\n<!-- /diagram -->\nend\n")


@pytest.mark.parametrize("text", ["", "<!-- diagram:session -->\n<!-- /diagram -->\n"])
def test_a_file_without_markers_is_wrong_usage(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "README.md"
    file.write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["--check", str(file)])
    assert ended.value.code == 2
    assert str(file) in capsys.readouterr().err


def test_without_a_file_both_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.count("stateDiagram-v2") == 2
