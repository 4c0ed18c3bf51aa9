"""A blank machine becomes a selling kiosk: site.yml over ssh, on a booted Debian 12."""

from conftest import Installed


def test_site_yml_on_the_blank_machine_ends_green_within_ten_minutes(installed: Installed) -> None:
    assert installed.first.code == 0, installed.first.said
    assert installed.first.took < 600


def test_a_second_run_changes_nothing(installed: Installed) -> None:
    assert installed.second.code == 0, installed.second.said
    assert installed.second.count("changed") == 0, installed.second.said
