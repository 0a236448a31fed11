"""What CLIs print, or write into files of their own, of an upstream that refuses them: lines of
real runs, and what is like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.clis.cli import RetryWords
from llmgw_desktop.clis.registry import NAMES, cli_of
from llmgw_desktop.domain.cli import CliName, Retrying

_URL = "http://127.0.0.1:45187/v1/chat/completions"
_VIBE = (
    "2026-11-22T20:25:41.488253+00:00 5494 5497 WARNING Retrying model completion"
    f" (attempt 3, delay 2.06s): HTTPStatusError(\"Client error '429 Too Many Requests' for url"
    f" '{_URL}'\\\\nFor more information check: https://developer.mozilla.org/\")"
)
_OPENCODE = (
    'timestamp=2026-11-22T20:26:42.922Z level=ERROR run=f446d77a message="stream error"'
    " providerID=gw modelID=practice/echo session.id=ses_dfb0f90fcffehmdLNSVIujLGK1 small={small}"
    ' agent=build mode=primary error.error="AI_APICallError: stub forced error"'
)
_GROK = (
    '{{"timestamp":1795379153,"method":"{method}","params":{{"sessionId":"01a204ef","update":'
    '{{"sessionUpdate":"retry_state","type":"{kind}","attempt":2,"max_retries":15,"reason":'
    '"API error (status 500 Internal Server Error): stub forced error","error_type":"api"}}}}}}'
)
_SAYS = [
    (
        CliName.GEMINI,
        "Attempt 4 failed with status 429. Retrying with backoff... _ApiError: "
        '{"error":{"code":429,"message":"stub forced error","status":"RESOURCE_EXHAUSTED"}}',
        Retrying(reason="stub forced error (429)", attempt=4, status=429),
    ),
    (
        CliName.GEMINI,
        "Attempt 1 failed with 429 error (no Retry-After header). Retrying with backoff...",
        Retrying(reason="error (no Retry-After header)", attempt=1, status=429),
    ),
    (
        CliName.GEMINI,
        "Attempt 2 failed: You exceeded your quota. Retrying after 61234ms...",
        Retrying(reason="You exceeded your quota", attempt=2, pause_s=61.234),
    ),
    (
        CliName.GEMINI,
        "Attempt 1 failed. Retrying with backoff... TypeError: fetch failed",
        Retrying(reason="refused", attempt=1),
    ),
    (
        CliName.MISTRAL,
        _VIBE,
        Retrying(reason="429 Too Many Requests", attempt=3, status=429, pause_s=2.06),
    ),
    (
        CliName.MISTRAL,
        "2026-11-22T20:25:41+00:00 5494 5497 WARNING Retrying model completion (attempt 1, delay"
        " 0.9s): ConnectError('All connection attempts failed')",
        Retrying(reason="ConnectError('All connection attempts failed')", attempt=1, pause_s=0.9),
    ),
    (CliName.OPENCODE, _OPENCODE.format(small="false"), Retrying(reason="stub forced error")),
    (
        CliName.GROK,
        _GROK.format(method="_x.ai/session/update", kind="retrying"),
        Retrying(
            reason="API error (status 500 Internal Server Error): stub forced error",
            attempt=2,
            status=500,
        ),
    ),
]
_SAYS_NOT = [
    (CliName.GEMINI, "    at retryWithBackoff (file://chunk-JDPZ4CE3.js:308039:23)"),
    (CliName.GEMINI, "Attempt 1 failed with status 400."),
    (CliName.GEMINI, "Ripgrep is not available. Falling back to GrepTool."),
    (CliName.MISTRAL, "2026-11-22T20:25:41+00:00 1 2 WARNING The model says: Retrying model"),
    (CliName.OPENCODE, _OPENCODE.format(small="true")),
    (CliName.OPENCODE, 'timestamp=2026-11-22T20:26:42Z level=ERROR message="session error"'),
    (CliName.GROK, _GROK.format(method="session/update", kind="retrying")),
    (CliName.GROK, _GROK.format(method="_x.ai/session/update", kind="recovered")),
    (CliName.GROK, '{"retry_state": 1}'),
    (CliName.GROK, '"retry_state"'),
]


def words_of(name: CliName) -> RetryWords:
    words = cli_of(name).retry_words
    assert words is not None
    return words


@pytest.mark.parametrize(("name", "line", "said"), _SAYS)
def test_what_it_says(name: CliName, line: str, said: Retrying) -> None:
    assert words_of(name).read(line.encode()) == said


@pytest.mark.parametrize(("name", "line"), _SAYS_NOT)
def test_other_lines_say_nothing(name: CliName, line: str) -> None:
    assert words_of(name).read(line.encode()) is None


def test_a_shared_log_names_the_process() -> None:
    process_of = words_of(CliName.MISTRAL).process_of
    assert process_of is not None
    assert process_of(_VIBE.encode()) == 5497
    assert process_of(b"anything else") is None


@given(st.sampled_from(_SAYS), st.integers(0, 400), st.binary(max_size=40))
def test_no_line_is_too_odd(said: tuple[CliName, str, Retrying], at: int, noise: bytes) -> None:
    name, line, _ = said
    data = line.encode()
    words_of(name).read(data[:at] + noise + data[at:])
    for each in NAMES:
        if (words := cli_of(each).retry_words) is not None:
            words.read(noise)
