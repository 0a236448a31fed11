"""Our own errors in the caller's dialect, or as OAuth and JSON-RPC tell them.

`error_table.py` gives each class its status and words.

An error that a vendor answered is passed on as it came and never gets here. The official SDKs
decide by the status alone whether to try again: 408, 409, 429 and everything from 500 up.
"""

import math
from collections.abc import Callable, Mapping

import orjson

from llmgw_desktop.domain.access.access_errors import (
    AccessError,
    LoopDetected,
    OauthCode,
    OauthError,
    TooManyConnections,
    Unauthenticated,
)
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import (
    AccountsBusy,
    AccountsUnusable,
    GatewayClosed,
    LlmgwError,
    MalformedRequest,
    RequestError,
    UnknownModel,
    UnknownPath,
)
from llmgw_desktop.domain.jobs.run_errors import (
    ApprovalDenied,
    CliResting,
    InvalidRun,
    NoSuchWorkspace,
    Saturated,
    is_passing,
)
from llmgw_desktop.domain.plain_text import plain_text
from llmgw_desktop.domain.policy import BudgetSpent, LimitReached
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import EntryUnfit
from llmgw_desktop.wire import anthropic, gemini, openai_chat
from llmgw_desktop.wire.error_table import Row, row_of, status_words
from llmgw_desktop.wire.native.approvals import approval_object

LOOP = 508
"""Loop Detected: whoever asks again goes round once more."""
_LONGEST_MESSAGE = 2000
_RPC_INVALID, _RPC_REFUSED = -32600, -32000
"""JSON-RPC's code for what is no request, and the first of those that servers may give."""
NOT_AGAIN = ("x-should-retry", "false")
_OPENAI_DIALECTS = frozenset(
    {ModelProtocol.OPENAI_CHAT, ModelProtocol.OPENAI_RESPONSES, ModelProtocol.CODEX}
)


@value
class ErrorReply:
    """A whole answer, ready for the door."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]


def error_reply(
    error: LlmgwError,
    protocol: ModelProtocol | None,
    flight_id: str = "",
    *,
    clean: Callable[[str], str] = str,
) -> ErrorReply:
    """The answer to a request that failed on our side. `clean` takes out of its words what is
    nobody's business.

    The body of a 401 is always the same, whatever the request was: it has no flight's id.
    """
    row = row_of(error)
    status = _status(error, row)
    advice = row.gemini_advice if protocol is ModelProtocol.GEMINI else ""
    message = clean(_message(error, advice or row.advice))
    named = "" if status == 401 else flight_id
    headers = [("content-type", "application/json"), *_headers(error)]
    if protocol is ModelProtocol.ANTHROPIC:
        body = anthropic.error_body(row.words.anthropic, message, named)
        headers += [("request-id", named)] if named else []
    elif protocol is ModelProtocol.GEMINI:
        body = gemini.error_body(status, message)
    elif protocol in _OPENAI_DIALECTS:
        code = row.code or error.kind
        body = openai_chat.error_body(
            row.words.openai, message, code=code, param=_param(error), more=_of_runs(error)
        )
        headers += [("x-request-id", named)] if named else []
    else:
        told = {"kind": error.kind, "message": message, **_of_gate(error)}
        body = orjson.dumps({"error": told})
    return ErrorReply(status=status, body=body, headers=tuple(headers))


def rpc_error_reply(error: LlmgwError) -> ErrorReply:
    """As JSON-RPC tells it, of a message that was not read."""
    row = row_of(error)
    told = {
        "code": _RPC_INVALID if isinstance(error, RequestError) else _RPC_REFUSED,
        "message": _message(error, row.advice),
        "data": {"kind": error.kind},
    }
    body = orjson.dumps({"jsonrpc": "2.0", "id": None, "error": told})
    headers = (("content-type", "application/json"), *_headers(error))
    return ErrorReply(status=_status(error, row), body=body, headers=headers)


def foreign_error(status: int, message: str, protocol: ModelProtocol, flight_id: str) -> ErrorReply:
    """A vendor's error as the caller's own vendor would have told it; status and words are kept."""
    words = status_words(status)
    headers = [("content-type", "application/json")]
    if protocol is ModelProtocol.ANTHROPIC:
        body = anthropic.error_body(words.anthropic, message, flight_id)
        headers.append(("request-id", flight_id))
    elif protocol is ModelProtocol.GEMINI:
        body = gemini.error_body(status, message)
    else:
        body = openai_chat.error_body(words.openai, message, code=words.code)
        headers.append(("x-request-id", flight_id))
    return ErrorReply(status=status, body=body, headers=tuple(headers))


def error_message(error: LlmgwError) -> str:
    """What happened, why, and what to do: for the end of a stream, and for records."""
    row = row_of(error)
    return _message(error, row.advice)


def _message(error: LlmgwError, advice: str) -> str:
    said = plain_text(str(error).strip()[:_LONGEST_MESSAGE].encode(errors="replace").decode())
    if said and not said.endswith((".", "!", "?", "…")):
        said += "."
    return f"{said} {advice}".strip()


def _status(error: LlmgwError, row: Row) -> int:
    if isinstance(error, UnknownPath) and error.allowed:
        return 405
    if isinstance(error, InvalidRun) and error.category is ErrorCategory.INPUT_TOO_LARGE:
        return 413
    return row.status


def _of_runs(error: LlmgwError) -> Mapping[str, object]:
    """What is said of a run that was refused."""
    if isinstance(error, Saturated):
        return {"category": ErrorCategory.SATURATED, "retryable": is_passing(error)}
    if isinstance(error, CliResting):
        return {"category": error.category, "retryable": is_passing(error)}
    if isinstance(error, NoSuchWorkspace):
        return {"field": error.field, "category": "not_found", "retryable": False}
    if isinstance(error, ApprovalDenied):
        return {"category": error.kind, "retryable": False, **_of_gate(error)}
    if not isinstance(error, InvalidRun):
        return {}
    passes = is_passing(error)
    return {"field": error.field or None, "category": error.category, "retryable": passes}


def _of_gate(error: LlmgwError) -> Mapping[str, object]:
    if isinstance(error, ApprovalDenied):
        return {"approval": approval_object(error.approval)}
    return {}


def _param(error: LlmgwError) -> str | None:
    if isinstance(error, InvalidRun | NoSuchWorkspace):
        return error.field or None
    if isinstance(error, UnknownModel):
        return "model"
    if isinstance(error, EntryUnfit):
        return f"$.{error.field}"
    return (error.path or None) if isinstance(error, MalformedRequest) else None


def _headers(error: LlmgwError) -> list[tuple[str, str]]:
    if isinstance(error, AccountsUnusable | LoopDetected):
        return [NOT_AGAIN]  # vendors' SDKs would try a 502 or 508 again, in vain
    if isinstance(error, GatewayClosed | AccountsBusy | TooManyConnections):
        return [("retry-after", str(max(error.retry_after_s, 0)))]
    if isinstance(error, LimitReached):
        return _when_again(error)
    if isinstance(error, AccessError):
        return _challenge(error)
    if isinstance(error, UnknownPath) and error.allowed:
        return [("allow", error.allowed)]
    return []


def _challenge(error: AccessError) -> list[tuple[str, str]]:
    """How one is let in: always with a 401, else where something is to be had."""
    usual = "Bearer" if isinstance(error, Unauthenticated) else ""
    told = error.challenge or usual
    return [("www-authenticate", told)] if told else []


def _when_again(error: LimitReached) -> list[tuple[str, str]]:
    """A budget is not waited for: vendors' SDKs would try a 429 again, in vain."""
    again = [NOT_AGAIN] if isinstance(error, BudgetSpent) else []
    if error.retry_after_s is not None:
        again.append(("retry-after", str(max(math.ceil(error.retry_after_s), 1))))
    return again


def oauth_error(error: LlmgwError) -> ErrorReply:
    """Of a request that was not understood as one of OAuth."""
    reply = error_reply(error, None)
    code = OauthCode.INVALID_REQUEST if reply.status < 500 else OauthCode.SERVER_ERROR
    words = OauthError(code, error_message(error)).description
    headers = (*reply.headers, ("cache-control", "no-store"), ("pragma", "no-cache"))
    body = orjson.dumps({"error": str(code), "error_description": words})
    return ErrorReply(status=reply.status, body=body, headers=headers)
