"""Inputs for the targets: what was kept, changed a little as crossed wires and cunning people change it."""

from pathlib import Path

from hypothesis import strategies as st

CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus"
TOKENS = (
    b"\x00", b"\xff", b"\x1b", b'"', b"\\u0000", b"\xed\xa0\x80", b"{", b"[" * 20, b"&", b"=", b"|", b"\r\n\r\n",
    b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"-1", b"1e999", b"NaN", b"99", b"\xef\xbb\xbf",
)  # fmt: skip


def kept(target: str) -> list[Path]:
    """The inputs that are kept for a target."""
    return sorted((CORPUS / target).iterdir())


@st.composite
def changed(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """One of the seeds, or none, after up to eight changes."""
    data = bytearray(draw(st.sampled_from([*seeds, b""])))
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(data)))
        until = min(len(data), at + draw(st.integers(0, 40)))
        match draw(st.integers(0, 5)):
            case 0:
                data[at:until] = b""
            case 1:
                data[at:at] = draw(st.sampled_from(TOKENS))
            case 2:
                data[at:until] = draw(st.binary(max_size=20))
            case 3:
                data[at:at] = data[at:until]
            case 4 if at < len(data):
                data[at] ^= 1 << draw(st.integers(0, 7))
            case _:
                other = draw(st.sampled_from([*seeds, b""]))
                data[at:] = other[draw(st.integers(0, len(other))) :]
    return bytes(data)
