from __future__ import annotations

import pytest

from llmgw_desktop.clis.cli import SignIn
from llmgw_desktop.clis.failures import category_of, failed, status_in
from llmgw_desktop.domain.cli import ErrorCategory

SIGN_IN = SignIn(command=("x", "login"), guidance="Run `x login`.")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("unexpected status 401 Unauthorized: no, url: http://127.0.0.1:8099/v1", 401),
        ("Failed to authenticate. API Error: 401 stub", 401),
        ("failed with provider at http://h:443/v1 (HTTP 529).", 529),
        ("cannot reach http://h:443/v1", None),
        ("line 404 of the file", None),
        ("status\n500", None),
        ("Unauthorized (401) from http://x", 401),
        ('{"error":{"code":429,"message":"m"}}', 429),
        ("(200)", None),
        ("port 8099", None),
        ("code 12345", None),
    ],
)
def test_a_status_is_found_where_a_text_speaks_of_one(text: str, status: int | None) -> None:
    assert status_in(text) == status


@pytest.mark.parametrize(
    ("text", "status", "category"),
    [
        ("Not logged in · Please run /login", None, ErrorCategory.AUTH),
        ("Missing environment variable: `STUB_KEY`.", None, ErrorCategory.AUTH),
        ("Invalid API key", None, ErrorCategory.AUTH),
        ("Not signed in. Run grok login", None, ErrorCategory.AUTH),
        ("Missing STUB_KEY environment variable for stub provider", None, ErrorCategory.AUTH),
        ("Invalid auth method selected.", None, ErrorCategory.AUTH),
        ("Failed to authenticate for session restore", None, ErrorCategory.AUTH),
        ("whatever", 401, ErrorCategory.AUTH),
        ("whatever", 403, ErrorCategory.AUTH),
        ("Claude AI usage limit reached", None, ErrorCategory.RATE_LIMIT),
        ("You exceeded your current quota", None, ErrorCategory.RATE_LIMIT),
        ("RESOURCE_EXHAUSTED", None, ErrorCategory.RATE_LIMIT),
        ("not logged in", 429, ErrorCategory.RATE_LIMIT),
        ("TypeError: fetch failed", None, ErrorCategory.UPSTREAM),
        ("We're currently experiencing high demand", None, ErrorCategory.UPSTREAM),
        ("Failed to get response from the AI model", None, ErrorCategory.UPSTREAM),
        ("connect ECONNREFUSED 127.0.0.1:1", None, ErrorCategory.UPSTREAM),
        ("whatever", 404, ErrorCategory.UPSTREAM),
        ("whatever", 529, ErrorCategory.UPSTREAM),
        (
            "turn/start failed: Input exceeds the maximum length of 1048576 characters."
            ' (code -32602), data: {"input_error_code":"input_too_large"}',
            None,
            ErrorCategory.INPUT_TOO_LARGE,
        ),
        (
            "Request exceeds the model's prompt budget after reserving output (526609 tokens;"
            " limit 128000). Reduce context or compact before continuing.",
            None,
            ErrorCategory.INPUT_TOO_LARGE,
        ),
        ("API Error: 400 prompt is too long: 2 > 1", 400, ErrorCategory.INPUT_TOO_LARGE),
        ("whatever", 413, ErrorCategory.INPUT_TOO_LARGE),
        ("the prompt is too long to be sent to a server that is down", 503, ErrorCategory.UPSTREAM),
        ("No conversation found with session ID: x", None, ErrorCategory.CLI),
        ("", None, ErrorCategory.CLI),
    ],
)
def test_categories(text: str, status: int | None, category: ErrorCategory) -> None:
    assert category_of(text, status) is category


def test_how_to_sign_in_is_said_where_that_is_missing() -> None:
    assert failed("HTTP 401", SIGN_IN).error == "HTTP 401\nRun `x login`."
    assert failed("HTTP 500", SIGN_IN).error == "HTTP 500"


def test_what_a_cli_s_own_code_means_goes_before_its_words() -> None:
    end = failed("no API key", SIGN_IN, category=ErrorCategory.INVALID_INPUT)
    assert (end.category, end.error) == (ErrorCategory.INVALID_INPUT, "no API key")


def test_a_huge_error_is_cut() -> None:
    assert len(failed("x" * 1_000_000, SIGN_IN).error) < 5000
