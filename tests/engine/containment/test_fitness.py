"""What a CLI left of its sign-in: refreshed, or spoilt."""

from __future__ import annotations

import pytest

from llmgw_desktop.engine.containment.homes import unfit

CODEX = (
    b'{"OPENAI_API_KEY": null, "tokens": {"access_token": "a", "refresh_token": "r"}, '
    b'"last_refresh": "2026-01-01T00:00:00Z"}'
)
CLAUDE = b'{"claudeAiOauth": {"accessToken": "a", "refreshToken": "r", "expiresAt": 1}}'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (CODEX, CODEX.replace(b'"a"', b'"b"').replace(b'"r"', b'"s"')),
        (CLAUDE, CLAUDE.replace(b'"r"', b'"s"').replace(b"1", b"2")),
        (b'{"openai": {"refresh": "r"}}', b'{"google": {"refresh": "t"}}'),
        (b'{"openai": {"key": "r"}}', b'{"openai": {"type": "oauth", "refresh": "t"}}'),
        (b"MISTRAL_API_KEY=one", b"MISTRAL_API_KEY=two"),
        (b'// mine\n{"tokens": {"a": "b"}}', b'// mine\n{"tokens": {"a": "c"}}'),
        (b"not JSON", b"{}"),
        (b'{"tokens": [{"refresh": "r"}]}', b"[1]".replace(b"[1]", b'{"a": [{"refresh": "s"}]}')),
    ],
)
def test_a_refreshed_file_may_take_the_place(old: bytes, new: bytes) -> None:
    assert unfit(old, new) == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (CODEX, b""),
        (CODEX, b" \n\0"),
        (CODEX, b"{}"),
        (CODEX, b"null"),
        (CODEX, CODEX[:40]),
        (CODEX, CODEX.replace(b'"a"', b'"bbb"')[:-3]),
        (CODEX, CODEX.replace(b'"r"', b'""')),
        (CODEX, b'{"tokens": {"access_token": "b"}}'),
        (CODEX, b'{"tokens": {"access_token": "b"}, "last_refresh": "2026-02-01"}'),
        (CLAUDE, CLAUDE.replace(b'"refreshToken": "r", ', b"")),
        (CLAUDE, b'{"mcpOAuth": {}}'),
        (CODEX, CODEX[:-10] + b"\0" * 10),
        (b"MISTRAL_API_KEY=one", b"MISTRAL_API"),
        (b'{"tokens": {"a": "b"}, "theme": "dark"}', b'{"tokens": {}, "theme": "dark"}'),
        (b'// mine\n{"tokens": {"a": "b"}}', b'// mine\n{"tokens": {"a": "c"'),
        (b'// mine\n{"tokens": {"a": "b"}}', b'// mine\n{"tokens": {}, "trusted": []}'),
        (b'{"deep": "enough"}', b"[" * 100_000),
    ],
)
def test_a_spoilt_one_may_not_and_no_word_repeats_it(old: bytes, new: bytes) -> None:
    said = unfit(old, new)
    assert said.startswith(("it is", "nothing", "what it is renewed with"))
    assert "token" not in said
