from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.clis.json_lines import Lines


@given(
    text=st.text(alphabet=st.sampled_from("aé\u2028🦊\r\n"), max_size=40),
    cuts=st.lists(st.integers(0, 200), max_size=8),
)
def test_lines_are_the_same_however_the_bytes_are_split(text: str, cuts: list[int]) -> None:
    output = text.encode()
    edges = [0, *sorted(cut % (len(output) + 1) for cut in cuts), len(output)]
    lines = Lines()
    found = [
        line for start, end in itertools.pairwise(edges) for line in lines.feed(output[start:end])
    ]
    assert [*found, lines.rest()] == output.split(b"\n")
    assert lines.lost == 0


def test_a_line_that_is_too_long_is_dropped_and_counted() -> None:
    lines = Lines(longest=4)
    assert lines.feed(b"12345\nok\n") == [b"ok"]
    assert [lines.feed(piece) for piece in (b"123", b"456", b"789", b"\nfine\n")] == [
        [],
        [],
        [],
        [b"fine"],
    ]
    assert lines.lost == 2


def test_what_writes_without_a_newline_does_not_fill_the_memory() -> None:
    lines = Lines(longest=1000)
    for _ in range(10_000):
        lines.feed(b"x" * 100)
    assert sum(map(len, lines._begun)) == 0
    assert lines.rest() == b""
    assert lines.lost == 1


def test_the_longest_line_is_kept() -> None:
    lines = Lines(longest=4)
    assert lines.feed(b"1234") == []
    assert lines.rest() == b"1234"
    assert lines.rest() == b""


def test_a_character_cut_in_two_stays_whole() -> None:
    lines = Lines()
    assert lines.feed(b"caf\xc3") == []
    assert lines.feed(b"\xa9\n") == ["café".encode()]


def test_lines_too_long_within_one_piece() -> None:
    lines = Lines(longest=5)
    assert lines.feed(b"abc\nabcdefgh\nabc\nabcdefgh") == [b"abc", b"abc"]
    assert lines.lost == 2
