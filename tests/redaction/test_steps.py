"""What is found in steps is what would be found at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.redaction import views
from llmgw_desktop.redaction.redactor import Redactor

SOUGHT = st.sampled_from([b"ab", b"b", b"data: {", b"data:"])
TEXT = st.lists(st.sampled_from([b"data: {", b"data:", b"a", b"b", b"ab", b"\xc3", b" "]))


@pytest.fixture(autouse=True)
def short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "STEP_BYTES", 3)


@given(TEXT, SOUGHT, st.integers(0, 40))
def test_as_bytes_have_it(parts: list[bytes], sought: bytes, start: int) -> None:
    text = b"".join(parts)
    assert views.place_of(text, sought, start) == text.find(sought, start)
    assert views.holds(text, sought) == (sought in text)
    assert views.count_of(text, sought) == text.count(sought)
    assert views.is_ascii(text) == text.isascii()


def test_a_secret_is_found_behind_the_first_step() -> None:
    key = b"-----BEGIN PRIVATE KEY-----\n" + b"MIIEvQIBADANBgkqhkiG9w0BAQ\n" * 20
    body = b"word " * 40 + key + b"-----END PRIVATE KEY-----\n"
    assert b"MIIEvQ" not in Redactor().clean(body)
