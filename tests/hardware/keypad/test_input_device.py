"""A keypad that is an input device: evdev's own class reads the kernel's own events, from a pipe."""

import sys
from collections.abc import Callable, Iterator

import pytest
from evdev import ecodes
from input_pipes import SYN, UsbKeypad, UsbPorts
from waits import soon

from hardware.config import InputDeviceConfig, KeyTiming
from hardware.errors import DeviceError
from hardware.keypad.input_device import CODES, SHIFTS, InputDeviceKeypad
from hardware.ports import KeyAction, KeyEvent, Keypad

PATH = "/dev/input/by-id/usb-Steel_Keypad-event-kbd"


class HastyKeypad(InputDeviceKeypad):
    retry_after = 0.02


class Desk:
    """A keypad on its cable, and what it told."""

    def __init__(self, device: str = PATH, timing: KeyTiming | None = None) -> None:
        self.usb = UsbKeypad(PATH, "Steel Keypad", (*CODES, *SHIFTS))
        self.mouse = UsbKeypad("/dev/input/event0", "Steel Keypad Mouse", ("BTN_LEFT", "KEY_VOLUMEUP"))
        self.ports = UsbPorts(self.mouse, self.usb)
        self.keypad = HastyKeypad(InputDeviceConfig(device, timing=timing or KeyTiming()), library=self.ports)
        self.events: list[KeyEvent] = []
        self.faults: list[str | None] = []

    def listen(self) -> None:
        self.keypad.listen(self.events.append, self.faults.append)
        soon(lambda: self.keypad.health().present)

    @property
    def pressed(self) -> str:
        return "".join(event.keys for event in self.events if event.action is KeyAction.PRESSED)

    def close(self) -> None:
        self.keypad.close()
        self.usb.unplug()
        self.mouse.unplug()


@pytest.fixture
def desks() -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(device: str = PATH, timing: KeyTiming | None = None) -> Desk:
        made.append(Desk(device, timing))
        return made[-1]

    yield make
    for desk in made:
        desk.close()
        assert {device.fd for device in desk.ports.opened} <= {-1}


@pytest.fixture
def desk(desks: Callable[..., Desk]) -> Desk:
    """A keypad that listens."""
    desk = desks()
    desk.listen()
    return desk


def test_it_is_a_keypad_that_opens_nothing_before_it_is_prepared(desks: Callable[..., Desk]) -> None:
    desk = desks()
    keypad: Keypad = desk.keypad
    assert keypad.health().what == f"keypad, input device {PATH}"
    assert not keypad.health().present
    assert desk.ports.opened == []


def test_what_it_calls_itself_is_shown_without_controls(desks: Callable[..., Desk]) -> None:
    desk = desks()
    desk.usb.name = "Num\x1b]0;owned\x07pad\u202e"
    desk.listen()
    assert desk.keypad.health().what == f"keypad, input device Num?]0;owned?pad?, {PATH}"


def test_prepared_it_has_its_device_for_itself(desks: Callable[..., Desk]) -> None:
    desk = desks()
    desk.keypad.prepare()
    desk.keypad.prepare()
    assert desk.keypad.health().healthy
    assert desk.keypad.health().what == f"keypad, input device Steel Keypad, {PATH}"
    assert len(desk.ports.opened) == 1
    other = HastyKeypad(InputDeviceConfig(PATH), library=desk.ports)
    with pytest.raises(DeviceError, match="Steel Keypad is used by another program"):
        other.prepare()
    assert other.health().fault is not None
    other.close()


@pytest.mark.parametrize(("code", "key"), CODES.items())
def test_every_code_is_its_key(desk: Desk, code: str, key: str) -> None:
    desk.usb.press(code)
    desk.usb.release(code)
    soon(lambda: desk.pressed == key)


def test_all_keys_are_there() -> None:
    assert set(CODES.values()) == set("0123456789*#ABCD")


def test_keys_tapped_in_one_packet_are_told_in_order(desk: Desk) -> None:
    desk.usb.tap("KEY_1", "KEY_KP5", "KEY_0", "KEY_0", "KEY_ENTER")
    soon(lambda: desk.pressed == "1500#")


def test_keys_that_mean_nothing_and_repetitions_are_not_told(desk: Desk) -> None:
    desk.usb.press("KEY_1")
    for _ in range(5):
        desk.usb.repeat("KEY_1")
    desk.usb.send((ecodes.EV_KEY, ecodes.KEY_F1, 1), SYN, (ecodes.EV_KEY, ecodes.KEY_F1, 0), SYN)
    desk.usb.release("KEY_1")
    desk.usb.tap("KEY_2")
    soon(lambda: desk.pressed == "12")
    assert len(desk.events) == 2


def test_two_codes_of_one_key_are_one_key(desk: Desk) -> None:
    desk.usb.press("KEY_7")
    desk.usb.press("KEY_KP7")
    desk.usb.release("KEY_7")
    desk.usb.tap("KEY_8")
    soon(lambda: desk.pressed == "78")


def test_a_chord_and_a_held_key_are_told_as_those_of_a_matrix(desks: Callable[..., Desk]) -> None:
    desk = desks(timing=KeyTiming(hold=0.2))
    desk.listen()
    desk.usb.press("KEY_ESC")
    desk.usb.press("KEY_KPENTER")
    soon(lambda: len(desk.events) == 3)
    assert desk.events == [
        KeyEvent(KeyAction.PRESSED, "*"),
        KeyEvent(KeyAction.TOGETHER, "*#"),
        KeyEvent(KeyAction.HELD, "*"),
    ]


def test_a_stuck_key_is_a_fault_until_it_is_up_and_the_others_go_on(desks: Callable[..., Desk]) -> None:
    desk = desks(timing=KeyTiming(stuck=0.1))
    desk.listen()
    desk.usb.press("KEY_KP5")
    line = "keypad: key 5 has been down for 0.1 s; it is stuck or something lies on it"
    soon(lambda: desk.faults == [line])
    desk.usb.tap("KEY_KP6")
    soon(lambda: desk.pressed == "56")
    desk.usb.release("KEY_KP5")
    soon(lambda: desk.faults == [line, None])


def test_a_key_that_chatters_is_cut_off(desks: Callable[..., Desk]) -> None:
    desk = desks(timing=KeyTiming(chatter=3))
    desk.listen()
    desk.usb.tap(*["KEY_9"] * 8, "KEY_1")
    soon(lambda: desk.pressed.endswith("1"))
    assert desk.pressed == "9991"
    assert desk.keypad.health().fault is not None
    assert "key 9 has been pressed more than 3 times" in desk.keypad.health().fault


@pytest.mark.parametrize("shift", SHIFTS)
def test_a_telephones_keypad_types_its_signs_with_shift(desk: Desk, shift: str) -> None:
    """As it came from the field: 1500# was read as 15003."""
    desk.usb.tap("KEY_1", "KEY_5", "KEY_0", "KEY_0")
    desk.usb.press(shift)
    desk.usb.tap("KEY_3", "KEY_8")
    desk.usb.release(shift)
    desk.usb.tap("KEY_3")
    soon(lambda: desk.pressed == "1500#*3")


def test_under_shift_no_other_digit_is_one(desk: Desk) -> None:
    desk.usb.press("KEY_LEFTSHIFT")
    desk.usb.tap(*[f"KEY_{digit}" for digit in "01245679"], *[f"KEY_KP{digit}" for digit in "0123456789"], "KEY_ENTER")
    desk.usb.release("KEY_LEFTSHIFT")
    desk.usb.tap("KEY_1")
    soon(lambda: desk.pressed == "#1")


def test_a_key_is_what_it_was_when_it_went_down_whichever_of_the_two_comes_up_first(desk: Desk) -> None:
    desk.usb.press("KEY_LEFTSHIFT")
    desk.usb.press("KEY_3")
    desk.usb.release("KEY_LEFTSHIFT")
    desk.usb.press("KEY_RIGHTSHIFT")
    desk.usb.release("KEY_3")
    desk.usb.release("KEY_RIGHTSHIFT")
    desk.usb.tap("KEY_3")
    soon(lambda: desk.pressed == "#3")


def test_when_the_kernel_dropped_the_shift_key_it_is_asked_for_that_too(desk: Desk) -> None:
    desk.usb.down = {ecodes.ecodes["KEY_LEFTSHIFT"], ecodes.ecodes["KEY_3"], ecodes.ecodes["KEY_4"]}
    desk.usb.send((ecodes.EV_SYN, ecodes.SYN_DROPPED, 0), SYN)
    soon(lambda: desk.pressed == "#")


def test_when_the_kernel_dropped_events_it_is_asked_what_is_down(desk: Desk) -> None:
    desk.usb.press("KEY_1")
    desk.usb.down = {ecodes.ecodes["KEY_4"], ecodes.ecodes["KEY_F1"]}  # the events of these were dropped
    desk.usb.send((ecodes.EV_SYN, ecodes.SYN_DROPPED, 0), SYN)
    soon(lambda: desk.pressed == "14")
    desk.usb.tap("KEY_1")
    soon(lambda: desk.pressed == "141")


def test_unplugged_it_says_so_and_works_again_when_it_is_back(desk: Desk) -> None:
    desk.usb.press("KEY_2")
    soon(lambda: desk.pressed == "2")
    desk.usb.unplug()
    soon(lambda: not desk.keypad.health().present)
    soon(lambda: desk.faults)
    assert desk.faults[0] is not None
    assert "Steel Keypad was unplugged; plug it in again" in desk.faults[0]
    soon(lambda: desk.faults[-1] == f"keypad: there is no {PATH}; is it plugged in?")
    asked = desk.ports.asked
    soon(lambda: desk.ports.asked > asked + 3)
    assert len(desk.faults) == 2
    desk.usb.plug()
    soon(lambda: desk.faults[-1] is None)
    desk.usb.tap("KEY_2")
    soon(lambda: desk.pressed == "22")
    assert desk.keypad.health().healthy


@pytest.mark.parametrize("words", ["Steel Keypad", "steel"])
def test_it_is_found_by_a_part_of_its_name_among_devices_without_number_keys(
    desks: Callable[..., Desk], words: str
) -> None:
    desk = desks(words)
    desk.listen()
    desk.usb.tap("KEY_3")
    soon(lambda: desk.pressed == "3")
    assert desk.keypad.health().what.endswith(PATH)


def test_a_name_that_no_device_has_is_said_with_the_names_there_are(desks: Callable[..., Desk]) -> None:
    desk = desks("Brass")
    with pytest.raises(DeviceError, match=r'has "Brass" in its name; there are: Steel Keypad$'):
        desk.keypad.prepare()
    desk.usb.unplug()
    with pytest.raises(DeviceError, match="there is none; is the user in the group input"):
        desk.keypad.prepare()


def test_a_path_of_another_device_is_refused(desks: Callable[..., Desk]) -> None:
    desk = desks("/dev/input/event0")
    with pytest.raises(DeviceError, match=r"event0 \(Steel Keypad Mouse\) has no number keys"):
        desk.keypad.prepare()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/dev/input/by-id/none-event-kbd", "there is no /dev/input/by-id/none-event-kbd; is it plugged in?"),
        ("/dev/null", r"/dev/null is no input device that works \(Inappropriate ioctl for device\)"),
    ],
)
def test_evdev_itself_is_asked_and_what_it_raises_is_said_in_words(path: str, said: str) -> None:
    keypad = InputDeviceKeypad(InputDeviceConfig(path))
    with pytest.raises(DeviceError, match=said):
        keypad.prepare()
    keypad.close()


class _Locked(UsbPorts):
    def InputDevice(self, path: str, /) -> None:  # noqa: N802 - evdev's name
        raise PermissionError(13, "Permission denied", path)


def test_a_device_that_may_not_be_opened_is_said_with_what_to_do() -> None:
    keypad = InputDeviceKeypad(InputDeviceConfig(PATH), library=_Locked())
    with pytest.raises(DeviceError, match="may not be opened; is the user in the group input"):
        keypad.prepare()
    keypad.close()


def test_a_missing_library_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "evdev", None)
    keypad = InputDeviceKeypad(InputDeviceConfig(PATH))
    with pytest.raises(DeviceError, match="evdev is not installed; apt install python3-evdev"):
        keypad.prepare()
    keypad.close()


def test_closed_it_gives_the_device_back_and_calls_nobody(desk: Desk) -> None:
    desk.keypad.close()
    desk.keypad.close()
    desk.usb.tap("KEY_1")
    assert desk.events == []
    assert not desk.usb.grabbed
    with pytest.raises(RuntimeError, match="closed"):
        desk.keypad.prepare()


def test_it_can_be_closed_while_its_device_is_away(desk: Desk) -> None:
    desk.usb.unplug()
    soon(lambda: desk.faults)
    desk.keypad.close()
    assert not desk.keypad.health().present


def test_the_test_finds_keys_that_are_down(desks: Callable[..., Desk]) -> None:
    desk = desks()
    assert desk.keypad.self_test().healthy
    desk.usb.press("KEY_KP5")
    assert desk.keypad.self_test().fault == "keypad: key 5 is down: it is stuck, or something lies on it"
    desk.usb.unplug()
    health = desk.keypad.self_test()
    assert not health.present
    assert health.fault is not None
    assert "was unplugged" in health.fault
