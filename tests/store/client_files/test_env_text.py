"""What is put into a file of variables goes out of it again byte for byte."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.store.client_files.marks import MISSING, Unreadable
from llmgw_desktop.store.client_files.toml_text import ENV

_LINES = (
    "",
    "# GEMINI_API_KEY=commented",
    "OTHER=1 # why",
    'export GEMINI_API_KEY="mine" # old',
    "GEMINI_API_KEY='a b'",
    "  GEMINI_API_KEY = bare",
    "OLD_GEMINI_API_KEY=llmgw-x",
    "not a line of its kind",
    "GEMINI_API_KEY=",
)
_NAME = ("GEMINI_API_KEY",)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(_LINES), max_size=6), st.sampled_from(["\n", "\r\n"]), st.booleans()
)
def test_what_is_put_in_goes_out_byte_for_byte(lines: list[str], end: str, ends: bool) -> None:
    text = end.join(lines) + (end if ends else "")
    changed, mark = ENV.put(text, _NAME, "llmgw-x")
    assert ENV.value_at(changed, _NAME) == "llmgw-x"
    assert ENV.put(changed, _NAME, "llmgw-x")[0] == changed
    assert ENV.take_out(changed, mark) == text


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(_LINES), max_size=4), st.lists(st.sampled_from(_LINES[:3])))
def test_what_others_add_below_stays(lines: list[str], more: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    below = "".join(f"{line}\n" for line in more)
    changed, mark = ENV.put(text, _NAME, "llmgw-x")
    assert ENV.take_out(changed + below, mark) == text + below


def test_a_line_that_others_changed_goes_as_a_whole() -> None:
    changed, mark = ENV.put("A=1\n", _NAME, "llmgw-x")
    assert ENV.take_out(changed.replace("llmgw-x", "other") + "B=2\n", mark) == "A=1\nB=2\n"
    assert ENV.take_out("A=1\n", mark) == "A=1\n"
    assert ENV.value_at("A=1\n", _NAME) is MISSING


def test_a_value_that_would_need_quotes_is_refused() -> None:
    with pytest.raises(Unreadable):
        ENV.put("", _NAME, "two words")
