"""Our own errors in the caller's dialect: one table gives each class its status and its words.

An error that a vendor answered is passed on as it came and never gets here. The official SDKs
decide by the status alone whether to try again: 408, 409, 429 and everything from 500 up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import orjson

from llmgw_desktop.domain.access_errors import (
    AccessError,
    ForeignHost,
    ForeignOrigin,
    Unauthenticated,
)
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import (
    AccountsBusy,
    AccountsUnusable,
    ClientGone,
    CliMissing,
    ConfigError,
    GatewayClosed,
    KeyMissing,
    LlmgwError,
    LossRefused,
    MalformedRequest,
    NotOffered,
    NotServed,
    RequestError,
    RequestStalled,
    RequestTooLarge,
    RouteError,
    SignInNeeded,
    StoreError,
    UnknownModel,
    UnknownPath,
    UnsupportedMedia,
    UpstreamCut,
    UpstreamError,
    UpstreamGarbage,
    UpstreamRefused,
    UpstreamTimeout,
)
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.run_errors import (
    CliResting,
    InvalidRun,
    JobStillLive,
    NoSuchJob,
    NoSuchSession,
    Saturated,
    SessionBusy,
)
from llmgw_desktop.domain.vault_errors import EntryUnfit, NoSuchEntry, VaultError, VaultLocked
from llmgw_desktop.wire import anthropic, gemini, openai_chat

_LONGEST_MESSAGE = 2000
_OPENAI_DIALECTS = frozenset(
    {ModelProtocol.OPENAI_CHAT, ModelProtocol.OPENAI_RESPONSES, ModelProtocol.CODEX}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorReply:
    """A whole answer, ready for the door."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    status: int
    anthropic: str
    openai: str
    advice: str = ""
    """What to do, in one sentence; what happened and why is said where the error is raised. Empty
    where only that place can say what to do, and does."""
    code: str | None = None
    """OpenAI's code; the error's own kind where the vendor has no word."""
    gemini_advice: str = ""
    """What to do where Google's clients do it in another way than all others."""


_INVALID = "invalid_request_error"
_TABLE: Mapping[type[LlmgwError], _Row] = MappingProxyType(
    {
        LlmgwError: _Row(
            status=500,
            anthropic="api_error",
            openai="server_error",
            advice="This is a fault of the gateway; its log says more.",
        ),
        ConfigError: _Row(
            status=500,
            anthropic="api_error",
            openai="server_error",
            advice="Correct the settings of the gateway.",
        ),
        RequestError: _Row(
            status=400,
            anthropic=_INVALID,
            openai=_INVALID,
            advice="Correct the request and send it again.",
        ),
        NotOffered: _Row(
            status=400,
            anthropic=_INVALID,
            openai=_INVALID,
        ),
        RequestTooLarge: _Row(
            status=413,
            anthropic="request_too_large",
            openai=_INVALID,
            advice="Send less, or raise the limit.",
        ),
        # the vendors' SDKs ask again after a 408, which is right here
        RequestStalled: _Row(
            status=408,
            anthropic="timeout_error",
            openai=_INVALID,
            advice="Send the request again.",
        ),
        UnsupportedMedia: _Row(
            status=415,
            anthropic=_INVALID,
            openai=_INVALID,
            advice="Send JSON with 'content-type: application/json'.",
        ),
        LossRefused: _Row(
            status=400,
            anthropic=_INVALID,
            openai=_INVALID,
            advice="Leave these out, ask a provider that speaks this protocol, or allow the loss.",
        ),
        InvalidRun: _Row(
            status=400,
            anthropic=_INVALID,
            openai=_INVALID,
            advice="Nothing was started: correct the request and send it again.",
        ),
        # the vendors' SDKs ask again after a 409, which is right here
        SessionBusy: _Row(
            status=409,
            anthropic=_INVALID,
            openai=_INVALID,
        ),
        NoSuchJob: _Row(
            status=404,
            anthropic="not_found_error",
            openai=_INVALID,
            advice="GET /v1/jobs lists yours; a job is kept for the days that the settings say.",
        ),
        NoSuchSession: _Row(
            status=404,
            anthropic="not_found_error",
            openai=_INVALID,
            advice="GET /v1/sessions lists yours; one that nobody uses is forgotten in time.",
        ),
        JobStillLive: _Row(
            status=409,
            anthropic=_INVALID,
            openai=_INVALID,
        ),
        AccessError: _Row(
            status=403,
            anthropic="permission_error",
            openai="permission_error",
            advice="Change what this client may do in the gateway's settings.",
        ),
        Unauthenticated: _Row(
            status=401,
            anthropic="authentication_error",
            openai=_INVALID,
            code="invalid_api_key",
            advice="Send a key of this gateway as 'Authorization: Bearer' or 'x-api-key'.",
            gemini_advice="Send a key of this gateway as 'x-goog-api-key'.",
        ),
        ForeignHost: _Row(
            status=421,
            anthropic="permission_error",
            openai="permission_error",
        ),
        ForeignOrigin: _Row(
            status=403,
            anthropic="permission_error",
            openai="permission_error",
        ),
        RouteError: _Row(
            status=404,
            anthropic="not_found_error",
            openai=_INVALID,
            advice="See GET /v1/models for what this gateway serves.",
        ),
        UnknownModel: _Row(
            status=404,
            anthropic="not_found_error",
            openai=_INVALID,
            code="model_not_found",
            advice="GET /v1/models lists the names; providers are added and switched on in the "
            "gateway's settings.",
        ),
        UnknownPath: _Row(
            status=404,
            anthropic="not_found_error",
            openai=_INVALID,
            code="unknown_url",
        ),
        # not 501: a status of 500 and up would make clients ask again in vain
        NotServed: _Row(
            status=400,
            anthropic=_INVALID,
            openai=_INVALID,
        ),
        # not overloaded_error: that is a word about the vendor, and coding agents that hear it a
        # few times change to another model; 503 alone makes every client come again
        GatewayClosed: _Row(
            status=503,
            anthropic="api_error",
            openai="server_error",
            advice="Try again later.",
        ),
        UpstreamError: _Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Try again; if it stays so, look at the provider's own status.",
        ),
        KeyMissing: _Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Name in this provider's settings where it is: an entry of the vault in vault "
            "('llmgw vault set' stores it), or in api_key_env a variable that the gateway is "
            "started with.",
        ),
        SignInNeeded: _Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Your own key is fine. Providers in the gateway's window opens the sign-in.",
        ),
        CliMissing: _Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Your own key is fine; 'llmgw doctor' tells which CLIs are here.",
        ),
        UpstreamRefused: _Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Check the network and the provider's base URL, then try again.",
        ),
        UpstreamTimeout: _Row(
            status=504,
            anthropic="timeout_error",
            openai="server_error",
            advice="Try again, or allow more time in the gateway's settings.",
        ),
        UpstreamGarbage: _Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Check that the provider's base URL leads to a model service of its kind.",
        ),
        UpstreamCut: _Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Try again.",
        ),
        AccountsUnusable: _Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Your own key is fine; look after these accounts in the gateway.",
        ),
        AccountsBusy: _Row(
            status=429,
            anthropic="rate_limit_error",
            openai="rate_limit_error",
            code="rate_limit_exceeded",
            advice="Try again then, or add another account to the gateway.",
        ),
        ClientGone: _Row(
            status=499,
            anthropic=_INVALID,
            openai=_INVALID,
            advice="Nothing is to be done.",
        ),
        VaultError: _Row(
            status=500,
            anthropic="api_error",
            openai="server_error",
        ),
        # 423: a status of 500 and up would make clients ask again in vain
        VaultLocked: _Row(
            status=423,
            anthropic="permission_error",
            openai=_INVALID,
        ),
        EntryUnfit: _Row(
            status=400,
            anthropic=_INVALID,
            openai=_INVALID,
            advice="Correct the request and send it again.",
        ),
        NoSuchEntry: _Row(
            status=404,
            anthropic="not_found_error",
            openai=_INVALID,
            advice="Lists show what is there for a project and for all.",
        ),
        StoreError: _Row(
            status=500,
            anthropic="api_error",
            openai="server_error",
            advice="Look after the disk and the files of the gateway.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class _Words:
    """How vendors call an error of some status."""

    anthropic: str
    openai: str
    code: str | None = None


_STATUS_WORDS: Mapping[int, _Words] = MappingProxyType(
    {
        400: _Words(_INVALID, _INVALID),
        401: _Words("authentication_error", "authentication_error", "invalid_api_key"),
        402: _Words("billing_error", "insufficient_quota", "insufficient_quota"),
        403: _Words("permission_error", "permission_error"),
        404: _Words("not_found_error", _INVALID, "not_found"),
        413: _Words("request_too_large", _INVALID),
        429: _Words("rate_limit_error", "rate_limit_error", "rate_limit_exceeded"),
        500: _Words("api_error", "server_error"),
        504: _Words("timeout_error", "server_error"),
        529: _Words("overloaded_error", "server_error", "overloaded"),
    }
)


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
    row = next(_TABLE[kind] for kind in type(error).__mro__ if kind in _TABLE)
    status = _status(error, row)
    advice = row.gemini_advice if protocol is ModelProtocol.GEMINI else ""
    message = clean(_message(error, advice or row.advice))
    named = "" if status == 401 else flight_id
    headers = [("content-type", "application/json"), *_headers(error)]
    if protocol is ModelProtocol.ANTHROPIC:
        body = anthropic.error_body(row.anthropic, message, named)
        headers += [("request-id", named)] if named else []
    elif protocol is ModelProtocol.GEMINI:
        body = gemini.error_body(status, message)
    elif protocol in _OPENAI_DIALECTS:
        code = row.code or error.kind
        body = openai_chat.error_body(
            row.openai, message, code=code, param=_param(error), more=_of_runs(error)
        )
        headers += [("x-request-id", named)] if named else []
    else:
        body = orjson.dumps({"error": {"kind": error.kind, "message": message}})
    return ErrorReply(status=status, body=body, headers=tuple(headers))


def foreign_error(status: int, message: str, protocol: ModelProtocol, flight_id: str) -> ErrorReply:
    """A vendor's error as the caller's own vendor would have told it; status and words are kept."""
    words = _STATUS_WORDS.get(status, _STATUS_WORDS[500 if status >= 500 else 400])
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
    row = next(_TABLE[kind] for kind in type(error).__mro__ if kind in _TABLE)
    return _message(error, row.advice)


def _message(error: LlmgwError, advice: str) -> str:
    said = str(error).strip()[:_LONGEST_MESSAGE].encode(errors="replace").decode()
    if said and not said.endswith((".", "!", "?", "…")):
        said += "."
    return f"{said} {advice}".strip()


def _status(error: LlmgwError, row: _Row) -> int:
    if isinstance(error, UnknownPath) and error.allowed:
        return 405
    if isinstance(error, InvalidRun) and error.category is ErrorCategory.INPUT_TOO_LARGE:
        return 413
    return row.status


def _of_runs(error: LlmgwError) -> Mapping[str, object]:
    """What is said of a run that was refused."""
    if isinstance(error, Saturated):
        return {"category": ErrorCategory.SATURATED, "retryable": True}
    if isinstance(error, CliResting):
        is_passing = error.category is not ErrorCategory.AUTH
        return {"category": error.category, "retryable": is_passing}
    if not isinstance(error, InvalidRun):
        return {}
    is_busy = error.category is ErrorCategory.SATURATED
    return {"field": error.field or None, "category": error.category, "retryable": is_busy}


def _param(error: LlmgwError) -> str | None:
    if isinstance(error, InvalidRun):
        return error.field or None
    if isinstance(error, UnknownModel):
        return "model"
    if isinstance(error, EntryUnfit):
        return f"$.{error.field}"
    return (error.path or None) if isinstance(error, MalformedRequest) else None


def _headers(error: LlmgwError) -> list[tuple[str, str]]:
    if isinstance(error, AccountsUnusable):
        return [("x-should-retry", "false")]  # vendors' SDKs would try a 502 again, in vain
    if isinstance(error, GatewayClosed | AccountsBusy):
        return [("retry-after", str(max(error.retry_after_s, 0)))]
    if isinstance(error, Unauthenticated):
        return [("www-authenticate", "Bearer")]
    if isinstance(error, UnknownPath) and error.allowed:
        return [("allow", error.allowed)]
    return []
