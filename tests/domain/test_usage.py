"""One number, one meaning: how prompt tokens divide and when a rate is unknown."""

from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage

counts = st.none() | st.integers(0, 10**9)


def test_fresh_is_what_no_cache_knew() -> None:
    usage = Usage(input_tokens=100, cache_read_tokens=70, cache_write_tokens=20)
    assert usage.fresh_tokens == 10
    assert usage.cache_hit_rate == 0.7


def test_a_silent_vendor_gives_no_rate() -> None:
    assert Usage(input_tokens=100).cache_hit_rate is None
    assert Usage(input_tokens=100).fresh_tokens is None
    assert UNKNOWN_USAGE.fresh_tokens is None
    assert Usage(input_tokens=0, cache_read_tokens=0).cache_hit_rate is None


def test_an_explicit_zero_is_known() -> None:
    assert Usage(input_tokens=100, cache_read_tokens=0).cache_hit_rate == 0.0


@given(counts, counts, counts)
def test_fresh_is_never_negative(whole: int | None, read: int | None, write: int | None) -> None:
    usage = Usage(input_tokens=whole, cache_read_tokens=read, cache_write_tokens=write)
    assert usage.fresh_tokens is None or usage.fresh_tokens >= 0
