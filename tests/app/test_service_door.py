"""The service desk's door: nobody is at it all day, and whoever comes finds the desk as it would always have been."""

from types import SimpleNamespace
from typing import Any, cast

from currents import current

from kiosk.app.service import ServiceDoor
from kiosk.sale.events import Key
from kiosk.sale.state import Idle, Serviced

HERE, TESTED = Serviced(60.0, keys=True), Serviced(60.0, keys=False)


class Scene:
    """A door of a machine for which no PIN was made, and how often its page changed."""

    def __init__(self) -> None:
        self.current = current()
        self.turned = 0
        means = cast("Any", SimpleNamespace(parts=SimpleNamespace(size=(128, 128))))
        nothing = cast("Any", None)
        self.door = ServiceDoor(self.current, means, "ko", nothing, "", nothing, self._turn)

    def _turn(self) -> None:
        self.turned += 1

    @property
    def title(self) -> str | None:
        return self.current.page and self.current.page.title


def test_no_desk_is_there_before_a_technician_comes() -> None:
    scene = Scene()
    for session in (Idle(), TESTED):
        scene.door.notice(session)
        scene.door.press(Key.HASH)
    assert (scene.title, scene.turned) == (None, 0)


def test_who_comes_finds_the_desk_and_who_goes_leaves_nothing_of_it() -> None:
    scene = Scene()
    scene.door.notice(HERE)
    assert scene.title == "점검"
    scene.door.notice(Idle())
    assert (scene.title, scene.turned) == (None, 2)


def test_it_speaks_the_language_that_was_set_before_anybody_came_and_later() -> None:
    scene = Scene()
    scene.door.speak("en")
    scene.door.notice(HERE)
    assert scene.title == "Service"
    scene.door.speak("ko")
    scene.door.notice(Idle())
    scene.door.notice(HERE)
    assert scene.title == "점검"
