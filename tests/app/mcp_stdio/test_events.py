"""Events come out of a stream as they were meant, wherever it was cut."""

from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.app.mcp.http import Events

STREAM = (
    b'id: 1\ndata: \n\n: ping\r\n\r\nevent: message\r\ndata: {"a":1}\r\n\r\n'
    b"data: one\ndata: two\n\ndata:three\n\ndata: never ended"
)


@given(cuts=st.lists(st.integers(0, len(STREAM))))
def test_every_cut_gives_the_same(cuts: list[int]) -> None:
    events, found, begin = Events(), [], 0
    for end in [*sorted(cuts), len(STREAM)]:
        found += events.feed(STREAM[begin:end])
        begin = end
    assert found == [b'{"a":1}', b"one\ntwo", b"three"]
