"""Secrets as they are kept: none can be read back, and nothing but the secret matches."""

from __future__ import annotations

import pytest

from llmgw_desktop.store.access.oauth_clients import LONGEST_SECRET, hashed, matches


def test_only_the_secret_matches() -> None:
    kept = hashed("open sesame")
    assert "sesame" not in kept
    assert kept.startswith("scrypt:N=32768,r=8,p=1:")
    assert matches("open sesame", kept)
    assert not matches("open sesame ", kept)
    assert hashed("open sesame") != kept, "salted"


@pytest.mark.parametrize(
    "kept",
    ["", "x", "scrypt:N=2,r=8,p=1:AA==:AA==", "scrypt:N=32768,r=8,p=1:AA==:AA==", ":::", "a:b:c:d"],
)
def test_what_is_no_hash_matches_nothing(kept: str) -> None:
    assert not matches("x", kept)
    assert not matches("", kept)


def test_what_is_too_long_is_not_even_hashed() -> None:
    kept = hashed("x" * LONGEST_SECRET)
    assert matches("x" * LONGEST_SECRET, kept)
    assert not matches("x" * (LONGEST_SECRET + 1), kept)
