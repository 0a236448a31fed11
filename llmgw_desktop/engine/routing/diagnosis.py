"""Which row of the table a failure belongs to, told from an exception, an answer or an event.

Pure: nothing is asked and nothing is remembered. Every protocol's error body is read here in the
same way, for proxies and compatible servers mix them freely.
"""

import errno
import re
import socket
from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.errors import (
    AccountsBusy,
    CliMissing,
    KeyMissing,
    RequestError,
    SignInNeeded,
    UpstreamCut,
    UpstreamGarbage,
    UpstreamRefused,
    UpstreamTimeout,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.routing.failures import Failure, FailureKind
from llmgw_desktop.engine.routing.quota_windows import told_pause_s
from llmgw_desktop.wire.answer_facts import error_in
from llmgw_desktop.wire.errors import LOOP
from llmgw_desktop.wire.json_values import parse_json

_BY_CLASS: tuple[tuple[type[Exception], FailureKind], ...] = (
    (KeyMissing, FailureKind.KEY_MISSING),
    (SignInNeeded, FailureKind.SIGN_IN),
    (CliMissing, FailureKind.NOT_INSTALLED),
    (AccountsBusy, FailureKind.QUEUED),
    (UpstreamRefused, FailureKind.REFUSED),
    (UpstreamTimeout, FailureKind.TIMEOUT),
    (UpstreamCut, FailureKind.CUT),
    (UpstreamGarbage, FailureKind.GARBAGE),
    (RequestError, FailureKind.UNTRANSLATED),
)
_NO_NETWORK = frozenset({errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH})
_MODEL_CODES = frozenset(
    {
        "model_not_found",
        "model_not_available",
        "model_decommissioned",
        "model_not_active",
        "deploymentnotfound",
    }
)
_QUOTA_CODES = frozenset(
    {
        "insufficient_quota",
        "billing_error",
        "billing_not_active",
        "billing_hard_limit_reached",
        "insufficient_credits",
        "credit_balance_too_low",
        "access_terminated",
        "usage_limit_reached",
    }
)
_QUOTA_WORDS = re.compile(
    r"credit balance|insufficient (?:quota|credit|balance|fund)|out of (?:credit|quota)|"
    r"billing (?:hard )?limit|requires more credits|key limit exceeded|PerDay",
    re.IGNORECASE,
)
_MODEL_UNKNOWN = re.compile(r"not a valid model|unknown model|model .{0,120}does not exist", re.I)
_MODEL_CLOSED = re.compile(
    r"(?:access to|use|permission).{0,60}\bmodel\b|\bmodel\b.{0,120}(?:access|permission|allowed)",
    re.IGNORECASE,
)
_BAD_KEY = re.compile(r"API_KEY_INVALID|API key (?:not valid|expired)", re.IGNORECASE)
"""Google answers a bad key with 400."""
_FLAGGED = re.compile(r"moderation|flagged|content policy|usage policy", re.IGNORECASE)
"""OpenRouter answers so where the prompt, not the key, is at fault."""
_REGION_WORDS = re.compile(r"country|region|territory|location is not supported", re.IGNORECASE)
_STATUS_OF_WORD: Mapping[str, int] = {
    "overloaded_error": 529,
    "overloaded": 529,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "resource_exhausted": 429,
    "insufficient_quota": 429,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "unauthenticated": 401,
    "permission_error": 403,
    "permission_denied": 403,
    "billing_error": 402,
    "not_found_error": 404,
    "not_found": 404,
    "model_not_found": 404,
    "invalid_request_error": 400,
    "invalid_argument": 400,
    "failed_precondition": 400,
    "invalid_prompt": 400,
    "context_length_exceeded": 400,
    "request_too_large": 413,
    "timeout_error": 504,
    "unavailable": 503,
}
"""How vendors call inside a stream what would have been a status before it."""
_TRANSIENT = frozenset({408, 409, 425})
_WORDS_KEPT = 500


@value
class _Told:
    """An error body, read."""

    text: str
    words: str
    codes: frozenset[str]
    is_json: bool


def of_error(error: Exception) -> Failure:
    """Of an attempt that brought no answer."""
    kind = next((kind for each, kind in _BY_CLASS if isinstance(error, each)), None)
    if kind is FailureKind.REFUSED and _is_offline(error.__cause__):
        kind = FailureKind.OFFLINE
    said = error.problem if isinstance(error, KeyMissing) else str(error)
    return Failure(kind=kind or FailureKind.OVERLOADED, words=said[:_WORDS_KEPT])


def of_answer(status: int, headers: Mapping[str, str], body: bytes, now_s: float) -> Failure:
    """Of an answer with an error status; `now_s` is wall clock."""
    told = _read(body)
    kind = _kind(status, headers, told)
    pause = told_pause_s(headers, told.text, now_s) if kind in _PAUSING else None
    return Failure(
        kind=kind,
        status=status,
        words=told.words,
        told_s=pause,
        is_of_account=headers.get("anthropic-ratelimit-unified-status", "") == "rejected",
    )


def of_event(data: bytes, headers: Mapping[str, str], now_s: float) -> Failure:
    """Of an error in the place of an answer, behind a status that promised one."""
    status = _status_inside(_payload(data))
    return of_answer(status, headers, data, now_s)


_PAUSING = frozenset({FailureKind.RATE_LIMIT, FailureKind.QUOTA, FailureKind.OVERLOADED})


def _kind(status: int, headers: Mapping[str, str], told: _Told) -> FailureKind:
    kind = FailureKind.REQUEST
    if status == LOOP:
        kind = FailureKind.LOOP
    elif _is_quota(status, headers, told):
        kind = FailureKind.QUOTA
    elif status == 429:
        kind = FailureKind.RATE_LIMIT
    elif status in _TRANSIENT or status >= 500:
        kind = FailureKind.OVERLOADED
    elif status in (400, 403, 404) and _is_about_model(status, told):
        kind = FailureKind.MODEL_MISSING
    elif status == 451:
        kind = FailureKind.REGION
    elif status in (401, 403) or (status == 400 and _BAD_KEY.search(told.text)):
        kind = _of_credential(status, told)
    elif status == 404 and not told.is_json:
        kind = FailureKind.GARBAGE
    return kind


def _of_credential(status: int, told: _Told) -> FailureKind:
    if status in (400, 401):
        return FailureKind.CREDENTIAL
    if told.is_json and _FLAGGED.search(told.words):
        return FailureKind.REQUEST
    if "unsupported_country_region_territory" in told.codes or (
        told.is_json and _REGION_WORDS.search(told.words)
    ):
        return FailureKind.REGION
    return FailureKind.CREDENTIAL if told.is_json or not told.text else FailureKind.CHALLENGE


def _is_quota(status: int, headers: Mapping[str, str], told: _Told) -> bool:
    if status == 402 or told.codes & _QUOTA_CODES:
        return True
    if headers.get("anthropic-ratelimit-unified-status", "") == "rejected":
        return True
    if status not in (400, 403, 429):
        return False
    # Google's daily limits are named in the details, not in the words
    searched = told.text if status == 429 else told.words
    return _QUOTA_WORDS.search(searched) is not None


def _is_about_model(status: int, told: _Told) -> bool:
    if told.codes & _MODEL_CODES:
        return True
    if status == 404:
        return told.is_json and "model" in told.words.lower()
    if status == 403:
        return told.is_json and _MODEL_CLOSED.search(told.words) is not None
    return _MODEL_UNKNOWN.search(told.words) is not None


def _read(body: bytes) -> _Told:
    payload = _payload(body)
    text = body[:20_000].decode("utf-8", "replace")
    if payload is None:
        return _Told(text=text, words="", codes=frozenset(), is_json=False)
    error = payload.get("error")
    parts = [payload, error if type(error) is dict else {}]
    words = [str(part[name]) for part in parts for name in _CODE_NAMES if _is_word(part.get(name))]
    return _Told(
        text=text,
        words=(error_in(payload) or "")[:_WORDS_KEPT],
        codes=frozenset(word.lower() for word in words),
        is_json=True,
    )


_CODE_NAMES = ("type", "code", "status", "param")


def _payload(body: bytes) -> dict[str, Any] | None:
    """The object that holds the error, wherever the protocol puts it."""
    try:
        payload = parse_json(body)
    except ValueError:
        return None
    if type(payload) is list and payload:  # Gemini's streams without server-sent events
        payload = payload[0]
    if type(payload) is not dict:
        return None
    response = payload.get("response")
    if type(response) is dict and type(response.get("error")) is dict:  # response.failed
        return {"error": response["error"]}
    if payload.get("type") == "error" and type(payload.get("error")) is not dict:
        return {"error": {name: payload.get(name) for name in ("code", "message", "param")}}
    if payload.get("object") == "error":
        return {"error": payload}
    return payload


def _status_inside(payload: Mapping[str, Any] | None) -> int:
    error = (payload or {}).get("error")
    if type(error) is not dict:
        return 500
    for name in ("code", "status", "type"):
        said = error.get(name)
        if type(said) is int and 400 <= said <= 599:
            return said
        if isinstance(said, str):
            if said.isdecimal() and 400 <= int(said[:9]) <= 599:
                return int(said)
            if (status := _STATUS_OF_WORD.get(said.lower())) is not None:
                return status
    return 500


def _is_word(said: object) -> bool:
    return isinstance(said, str) and 0 < len(said) <= 100


def _is_offline(cause: BaseException | None) -> bool:
    """The fault lies between here and the vendor, and says nothing about it."""
    if isinstance(cause, socket.gaierror):
        return True
    return isinstance(cause, OSError) and cause.errno in _NO_NETWORK
