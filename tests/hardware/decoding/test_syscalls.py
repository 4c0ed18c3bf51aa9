"""The list of calls, run as the kernel runs it: for both machines, whichever of them this is."""

import platform
import re
import struct
from pathlib import Path

import pytest

from hardware.decoding.syscalls import ALLOW, CALLS, FORBID, INSTRUCTION, KILL, MACHINES, program

PROCESS = 4711
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def decided(machine: str, number: int, *arguments: int, audit: int | None = None) -> int:
    """What the filter says of a call: a small machine for classic BPF, with the instructions that it uses."""
    code = [
        INSTRUCTION.unpack_from(program(machine, PROCESS), at) for at in range(0, len(program(machine, PROCESS)), 8)
    ]
    data = struct.pack("<IIQ6Q", number, audit or MACHINES[machine].audit, 0, *arguments, *[0] * (6 - len(arguments)))
    at = accumulator = 0
    for _ in code:
        operation, yes, no, value = code[at]
        at += 1
        match operation:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", data, value)
            case 0x15:
                at += yes if accumulator == value else no
            case 0x45:
                at += yes if accumulator & value else no
            case 0x06:
                return int(value)
            case other:
                raise AssertionError(f"an instruction that is none: {other:#x}")
    raise AssertionError("it does not end")


@pytest.fixture(params=["x86_64", "aarch64"])
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_what_is_on_the_list_is_allowed_and_nothing_else(machine: str) -> None:
    known = MACHINES[machine]
    asked = {known.mmap, known.mprotect, known.tgkill}
    allowed = {number for number in range(600) if number not in asked and decided(machine, number) == ALLOW}
    assert allowed == set(CALLS[machine].values())
    assert {decided(machine, number) for number in range(600) if number not in allowed | asked} == {FORBID}


def test_memory_may_be_had_but_none_that_can_be_run(machine: str) -> None:
    for call in (MACHINES[machine].mmap, MACHINES[machine].mprotect):
        assert [decided(machine, call, 0, 4096, protection) for protection in range(8)] == [ALLOW] * 4 + [FORBID] * 4
        assert decided(machine, call, 0, 4096, 3 | 1 << 32) == ALLOW


def test_it_may_end_itself_and_no_other(machine: str) -> None:
    call = MACHINES[machine].tgkill
    assert decided(machine, call, PROCESS, PROCESS, 6) == ALLOW
    assert {decided(machine, call, process, PROCESS, 6) for process in (1, 0, PROCESS - 1, 2**32 - 1)} == {FORBID}


@pytest.mark.parametrize("audit", [0x40000003, 0xC000003E ^ 0x20000000, 0x40000028, 1])
def test_calls_of_another_architecture_end_it(machine: str, audit: int) -> None:
    assert decided(machine, 0, audit=audit) == KILL


def test_x32_calls_are_on_no_list(machine: str) -> None:
    assert {decided(machine, number | 0x40000000) for number in CALLS[machine].values()} == {FORBID}


def test_both_machines_have_the_same_calls() -> None:
    assert CALLS["x86_64"].keys() == CALLS["aarch64"].keys()
    assert platform.machine() in MACHINES


def test_the_numbers_are_the_kernels(machine: str) -> None:
    """As its headers have them: for both where they are installed, which is where C is compiled."""
    names = {**CALLS[machine], "mmap": MACHINES[machine].mmap, "mprotect": MACHINES[machine].mprotect}
    names |= {"tgkill": MACHINES[machine].tgkill, "seccomp": MACHINES[machine].seccomp}
    text = HEADERS[machine].read_text() if HEADERS[machine].exists() else ""
    found = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    assert {name: found.get(name, number) for name, number in names.items()} == names


def test_another_machine_is_not_known() -> None:
    with pytest.raises(KeyError):
        program("armv7l", PROCESS)
