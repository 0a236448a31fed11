"""Each way in which upstreams fail, and the row of the table that it belongs to."""

import errno
import json
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from llmgw_desktop.domain.errors import (
    KeyMissing,
    LossRefused,
    UpstreamCut,
    UpstreamGarbage,
    UpstreamRefused,
    UpstreamTimeout,
)
from llmgw_desktop.engine.routing.diagnosis import of_answer, of_error, of_event
from llmgw_desktop.engine.routing.failures import TABLE, FailureKind, FailureScope

K = FailureKind
NOW_S = 1_763_740_000.0


def anthropic(kind: str, message: str = "x") -> bytes:
    return json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()


def openai(message: str = "x", *, kind: str = "", code: str | None = None) -> bytes:
    error = {"message": message, "type": kind, "param": None, "code": code}
    return json.dumps({"error": error}).encode()


def gemini(status: str, message: str = "x", details: list[Any] | None = None) -> bytes:
    error = {"code": 0, "message": message, "status": status, "details": details or []}
    return json.dumps({"error": error}).encode()


DAILY = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}],
}
RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}
PAGE = b"<!DOCTYPE html><title>Just a moment...</title>"

ANSWERS: list[tuple[int, bytes, FailureKind]] = [
    # the request's own fault: nobody else is asked
    (400, anthropic("invalid_request_error", "max_tokens: field required"), K.REQUEST),
    (400, openai("This model's maximum context length is 8192 tokens"), K.REQUEST),
    (400, openai("This model does not support image input"), K.REQUEST),
    (400, openai("Unknown parameter: 'foo'", code="unknown_parameter"), K.REQUEST),
    (404, openai("Previous response with id 'resp_1' not found."), K.REQUEST),
    (404, openai("No such File object: file-1"), K.REQUEST),
    (413, anthropic("request_too_large"), K.REQUEST),
    (422, openai("unprocessable"), K.REQUEST),
    (403, openai("Your chosen provider requires moderation and your input was flagged"), K.REQUEST),
    # the model
    (404, anthropic("not_found_error", "model: claude-none"), K.MODEL_MISSING),
    (404, openai("The model `gpt-9` does not exist", code="model_not_found"), K.MODEL_MISSING),
    (404, gemini("NOT_FOUND", "models/gemini-9 is not found for API version"), K.MODEL_MISSING),
    (404, openai('model "qwen" not found, try pulling it first'), K.MODEL_MISSING),
    (400, openai("has been decommissioned", code="model_decommissioned"), K.MODEL_MISSING),
    (400, openai("foo/bar is not a valid model ID"), K.MODEL_MISSING),
    (
        403,
        openai("Project `p` does not have access to model `gpt-5`", code="model_not_found"),
        K.MODEL_MISSING,
    ),
    # the key
    (401, anthropic("authentication_error", "invalid x-api-key"), K.CREDENTIAL),
    (401, openai("Incorrect API key provided", code="invalid_api_key"), K.CREDENTIAL),
    (401, b"Unauthorized", K.CREDENTIAL),
    (403, anthropic("permission_error", "Your account does not have permission"), K.CREDENTIAL),
    (403, b"", K.CREDENTIAL),
    (400, gemini("INVALID_ARGUMENT", "API key not valid. Please pass a valid one."), K.CREDENTIAL),
    # the purse
    (402, openai("Insufficient credits"), K.QUOTA),
    (402, b"", K.QUOTA),
    (429, openai("You exceeded your current quota", code="insufficient_quota"), K.QUOTA),
    (400, anthropic("invalid_request_error", "Your credit balance is too low to use"), K.QUOTA),
    (403, openai("Key limit exceeded (total limit)"), K.QUOTA),
    (429, gemini("RESOURCE_EXHAUSTED", "You exceeded your quota", [DAILY, RETRY]), K.QUOTA),
    # limits that pass
    (429, anthropic("rate_limit_error", "slow down"), K.RATE_LIMIT),
    (429, openai("Rate limit reached", code="rate_limit_exceeded"), K.RATE_LIMIT),
    (429, gemini("RESOURCE_EXHAUSTED", "You exceeded your quota", [RETRY]), K.RATE_LIMIT),
    (429, b"", K.RATE_LIMIT),
    # faults that pass
    (408, b"", K.OVERLOADED),
    (409, openai("conflict"), K.OVERLOADED),
    (500, anthropic("api_error"), K.OVERLOADED),
    (502, PAGE, K.OVERLOADED),
    (503, gemini("UNAVAILABLE", "The model is overloaded."), K.OVERLOADED),
    (529, anthropic("overloaded_error", "Overloaded"), K.OVERLOADED),
    # places
    (
        403,
        openai("Country not supported", code="unsupported_country_region_territory"),
        K.REGION,
    ),
    (451, b"", K.REGION),
    (403, PAGE, K.CHALLENGE),
    (404, PAGE, K.GARBAGE),
]


@pytest.mark.parametrize(("status", "body", "kind"), ANSWERS)
def test_answers(status: int, body: bytes, kind: FailureKind) -> None:
    failure = of_answer(status, CIMultiDict(), body, NOW_S)
    assert (failure.kind, failure.status) == (kind, status)


@pytest.mark.parametrize("status", [400, 413, 415, 422])
@pytest.mark.parametrize("body", [b"", PAGE, openai("no"), anthropic("invalid_request_error")])
def test_a_bad_request_goes_nowhere_else(status: int, body: bytes) -> None:
    assert not of_answer(status, {}, body, NOW_S).row.others_may


def _refused(cause: Exception) -> UpstreamRefused:
    error = UpstreamRefused("no connection")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (KeyMissing("x", "not set"), K.KEY_MISSING),
        (_refused(ConnectionRefusedError()), K.REFUSED),
        (_refused(TimeoutError()), K.REFUSED),
        (_refused(socket.gaierror(-2, "unknown")), K.OFFLINE),
        (_refused(OSError(errno.ENETUNREACH, "unreachable")), K.OFFLINE),
        (UpstreamTimeout("silence"), K.TIMEOUT),
        (UpstreamCut("broke off"), K.CUT),
        (UpstreamGarbage("HTML"), K.GARBAGE),
        (LossRefused("x", "gemini", ("seed",)), K.UNTRANSLATED),
    ],
)
def test_errors(error: Exception, kind: FailureKind) -> None:
    failure = of_error(error)
    assert (failure.kind, failure.status) == (kind, None)
    assert failure.row.others_may


def test_a_missing_key_is_told_once() -> None:
    outcome = of_error(KeyMissing("x", "the vault has no key a/b")).outcome
    assert outcome == "Its key is missing: the vault has no key a/b."


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (anthropic("overloaded_error"), K.OVERLOADED),
        (anthropic("rate_limit_error"), K.RATE_LIMIT),
        (anthropic("authentication_error"), K.CREDENTIAL),
        (anthropic("invalid_request_error"), K.REQUEST),
        (b'{"error":{"code":429,"message":"limit"}}', K.RATE_LIMIT),
        (b'{"error":{"code":"502","message":"bad gateway"}}', K.OVERLOADED),
        (b'{"error":{"message":"?","type":"server_error"}}', K.OVERLOADED),
        (b'{"error":{"message":"m","code":"insufficient_quota"}}', K.QUOTA),
        (
            b'{"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded",'
            b'"message":"Please try again in 1.5s"}}}',
            K.RATE_LIMIT,
        ),
        (b'{"type":"error","code":"server_error","message":"x"}', K.OVERLOADED),
        (b'[{"error":{"code":503,"status":"UNAVAILABLE","message":"x"}}]', K.OVERLOADED),
        (b'{"error":"no"}', K.OVERLOADED),
    ],
)
def test_errors_behind_a_good_status(data: bytes, kind: FailureKind) -> None:
    assert of_event(data, {}, NOW_S).kind is kind


def test_a_limit_of_the_subscription_is_one_of_the_whole_account() -> None:
    headers = {
        "anthropic-ratelimit-unified-status": "rejected",
        "anthropic-ratelimit-unified-reset": str(int(NOW_S) + 7200),
    }
    failure = of_answer(429, headers, anthropic("rate_limit_error"), NOW_S)
    assert (failure.kind, failure.scope, failure.told_s) == (K.QUOTA, FailureScope.ACCOUNT, 7200)


def test_the_pause_is_told_along() -> None:
    assert of_answer(429, {"retry-after": "7"}, b"", NOW_S).told_s == 7
    assert of_answer(429, {}, openai("Please try again in 2m13s"), NOW_S).told_s == 133
    assert of_answer(503, {"retry-after": "120"}, b"", NOW_S).told_s == 120
    assert of_answer(401, {"retry-after": "7"}, b"", NOW_S).told_s is None


@given(st.integers(400, 599), st.binary(max_size=300))
def test_whatever_comes_has_a_row_and_words(status: int, body: bytes) -> None:
    failure = of_answer(status, {}, body, NOW_S)
    assert failure.kind in TABLE
    assert failure.outcome.endswith((".", "!", "?", "…"))


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.dictionaries(
                st.sampled_from(
                    ["error", "type", "code", "status", "message", "response", "object"]
                ),
                inner,
            )
            | st.lists(inner, max_size=3)
        ),
    )
)
def test_no_shape_of_error_is_too_odd(payload: Any) -> None:
    data = json.dumps(payload).encode()
    assert of_event(data, {}, NOW_S).kind in TABLE
    assert of_answer(403, {}, data, NOW_S).kind in TABLE
