"""Lines come out whole however their bytes come in, and too long ones never pile up."""

from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.app.mcp.messages import InputLines

LONGEST = 20


def fed(data: bytes, cuts: list[int]) -> list[bytes | None]:
    lines, found, begin = InputLines(LONGEST), [], 0
    for end in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
        found += lines.feed(data[begin:end])
        begin = end
    return found


@given(
    lines=st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"x"))),
    cuts=st.lists(st.integers(0, 10_000)),
)
def test_what_is_cut_comes_together(lines: list[bytes], cuts: list[int]) -> None:
    data = b"".join(line + b"\n" for line in lines)
    whole = [None if len(line) > LONGEST else line.strip() for line in lines]
    assert fed(data, cuts) == [line for line in whole if line != b""]


def test_a_line_without_end_is_no_line_yet() -> None:
    lines = InputLines(LONGEST)
    assert lines.feed(b"half") == []
    assert lines.feed(b" and half\r\n") == [b"half and half"]


def test_of_a_line_that_is_too_long_nothing_is_kept() -> None:
    lines = InputLines(LONGEST)
    for _ in range(1000):
        assert lines.feed(b"x" * 1000) == []
    assert lines._parts == []
    assert lines.feed(b"\nnext\n") == [None, b"next"]
