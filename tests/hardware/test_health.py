"""What a part remembers of how it is."""

from hardware.health import Condition
from hardware.ports import Health


def test_nothing_answers_at_first_and_what_works_has_no_fault() -> None:
    part = Condition("lamp")
    assert part.health == Health("lamp", present=False)
    part.works()
    assert part.health.healthy


def test_a_fault_is_remembered_when_it_is_over() -> None:
    part = Condition("lamp")
    part.ails("dim")
    part.answers()
    assert part.health == Health("lamp", present=True, fault="dim", last_fault="dim")
    part.ails(None)
    assert part.health == Health("lamp", present=True, last_fault="dim")


def test_what_is_lost_for_a_fault_has_it_and_what_was_let_go_has_none() -> None:
    part = Condition("lamp")
    part.works()
    part.lost("no wire")
    assert part.health == Health("lamp", present=False, fault="no wire", last_fault="no wire")
    part.lost(None)
    assert part.health == Health("lamp", present=False, last_fault="no wire")


def test_what_is_gone_keeps_its_fault_and_one_that_is_over_is_none() -> None:
    part = Condition("lamp")
    part.ails("dim")
    part.had("flickered")
    part.gone()
    assert part.health == Health("lamp", present=False, fault="dim", last_fault="flickered")


def test_it_may_be_known_better_what_it_is() -> None:
    part = Condition("lamp")
    part.works()
    part.is_called("lamp of 3 W")
    assert part.health == Health("lamp of 3 W", present=True)
