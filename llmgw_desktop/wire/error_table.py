"""Which status and which words each error has in the vendors' dialects.

One row a class; of an error without a row of its own that of its nearest ancestor holds. What
vendors call an error follows from its status, but for a few.
"""

from collections.abc import Mapping

from llmgw_desktop.domain import brakes, errors, guard, policy, validation, vault
from llmgw_desktop.domain.access import access_errors
from llmgw_desktop.domain.jobs import changes, run_errors, workspace
from llmgw_desktop.domain.values import value

_INVALID = "invalid_request_error"


@value(kw_only=False)
class StatusWords:
    """How vendors call an error of some status."""

    anthropic: str
    openai: str
    code: str | None = None


_STATUS_WORDS: Mapping[int, StatusWords] = {
    400: StatusWords(_INVALID, _INVALID),
    401: StatusWords("authentication_error", "authentication_error", "invalid_api_key"),
    402: StatusWords("billing_error", "insufficient_quota", "insufficient_quota"),
    403: StatusWords("permission_error", "permission_error"),
    404: StatusWords("not_found_error", _INVALID, "not_found"),
    413: StatusWords("request_too_large", _INVALID),
    429: StatusWords("rate_limit_error", "rate_limit_error", "rate_limit_exceeded"),
    500: StatusWords("api_error", "server_error"),
    504: StatusWords("timeout_error", "server_error"),
    508: StatusWords("api_error", "server_error", "loop"),
    529: StatusWords("overloaded_error", "server_error", "overloaded"),
}


@value(kw_only=False)
class Row:
    """What one of our errors is in the vendors' dialects."""

    status: int
    advice: str = ""
    """What to do, in one sentence; what happened and why is said where the error is raised. Empty
    where only that place can say what to do, and does."""
    anthropic: str = ""
    openai: str = ""
    """Where the vendor's word is not that of the status."""
    code: str | None = None
    """OpenAI's code; the error's own kind where the vendor has no word."""
    gemini_advice: str = ""
    """What to do where Google's clients do it in another way than all others."""

    @property
    def words(self) -> StatusWords:
        usual = status_words(self.status)
        return StatusWords(self.anthropic or usual.anthropic, self.openai or usual.openai)


def status_words(status: int) -> StatusWords:
    """What vendors call an error of this status, whoever told it."""
    return _STATUS_WORDS.get(status, _STATUS_WORDS[500 if status >= 500 else 400])


def row_of(error: errors.LlmgwError) -> Row:
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)


_LOOK_AFTER = "Look after the disk and the files of the gateway."
TABLE: Mapping[type[errors.LlmgwError], Row] = {
    errors.LlmgwError: Row(500, "This is a fault of the gateway; its log says more."),
    errors.ConfigError: Row(500, "Correct the settings of the gateway."),
    errors.RequestError: Row(400, errors.CORRECT_IT),
    errors.NotOffered: Row(400),
    errors.RequestTooLarge: Row(413, "Send less, or raise the limit."),
    # the vendors' SDKs ask again after a 408, which is right here
    errors.RequestStalled: Row(408, "Send the request again.", anthropic="timeout_error"),
    errors.UnsupportedMedia: Row(415, "Send JSON with 'content-type: application/json'."),
    errors.HttpVersionUnknown: Row(505, "Ask in HTTP/1.1.", anthropic=_INVALID, openai=_INVALID),
    errors.LossRefused: Row(
        400, "Leave these out, ask a provider that speaks this protocol, or allow the loss."
    ),
    errors.RouteError: Row(404, "See GET /v1/models for what this gateway serves."),
    errors.UnknownModel: Row(
        404,
        "GET /v1/models lists the names; providers are added and switched on in the "
        "gateway's settings.",
        code="model_not_found",
    ),
    errors.UnknownPath: Row(404, code="unknown_url"),
    # not 501: a status of 500 and up would make clients ask again in vain
    errors.NotServed: Row(400),
    # not overloaded_error: that is a word about the vendor, and coding agents that hear it a
    # few times change to another model; 503 alone makes every client come again
    errors.GatewayClosed: Row(503, "Try again later."),
    errors.UpstreamError: Row(502, "Try again; if it stays so, look at the provider's own status."),
    errors.KeyMissing: Row(
        502,
        "Name in this provider's settings where it is: an entry of the vault in vault "
        "('llmgw vault set' stores it), or in api_key_env a variable that the gateway is "
        "started with.",
    ),
    errors.SignInNeeded: Row(
        502, "Your own key is fine. Providers in the gateway's window opens the sign-in."
    ),
    errors.CliMissing: Row(502, "Your own key is fine; 'llmgw doctor' tells which CLIs are here."),
    errors.UpstreamRefused: Row(
        502, "Check the network and the provider's base URL, then try again."
    ),
    errors.UpstreamTimeout: Row(504, "Try again, or allow more time in the gateway's settings."),
    errors.UpstreamGarbage: Row(
        502, "Check that the provider's base URL leads to a model service of its kind."
    ),
    errors.UpstreamCut: Row(502, "Try again."),
    errors.AccountsUnusable: Row(
        502, "Your own key is fine; look after these accounts in the gateway."
    ),
    errors.AccountsBusy: Row(
        429, "Try again then, or add another account to the gateway.", code="rate_limit_exceeded"
    ),
    policy.PolicyError: Row(
        403, "The gateway's operator decides this in [clients] of its settings."
    ),
    # no SDK asks again after a 400, and none takes it for a key that is no good, as some a 403
    guard.PromptBlocked: Row(
        400, "Leave out what it is about; [[guards]] in the gateway's settings decide this."
    ),
    brakes.HeldBack: Row(
        400,
        "A person at the gateway can let it on when it is asked again; [brakes] in the gateway's"
        " settings says what is held.",
    ),
    policy.PriceUnknown: Row(
        403, "Tell its price in [[prices]] of the gateway's settings, 0 where it is free."
    ),
    policy.LimitReached: Row(429, "Try again then.", code="rate_limit_exceeded"),
    policy.BudgetSpent: Row(
        429,
        "The gateway's operator can raise it in its settings: in [clients], for a pinned folder in"
        " [pins].",
        openai="insufficient_quota",
        code="insufficient_quota",
    ),
    errors.ClientGone: Row(499, "Nothing is to be done."),
    errors.StoreError: Row(500, _LOOK_AFTER),
    errors.StoreInQuestion: Row(
        503,
        "A person has to say what is to become of it: in the gateway's window, or with"
        " 'llmgw restore'; 'llmgw doctor' tells the choices.",
    ),
    # 503: it may be there again, and no program is to think that its key is bad
    **dict.fromkeys((errors.StoreUnavailable, errors.StoreCorrupt), Row(503, _LOOK_AFTER)),
    # what no vendor has: access, runs and their workspaces, and the vault
    run_errors.InvalidRun: Row(400, "Nothing was started: correct the request and send it again."),
    # the vendors' SDKs ask again after a 409, which is right here
    run_errors.SessionBusy: Row(409),
    run_errors.NoSuchJob: Row(
        404, "GET /v1/jobs lists yours; a job is kept for the days that the settings say."
    ),
    errors.NoSuchFlight: Row(
        404,
        "The header x-llmgw-flight of each answer names yours; one is kept for the days"
        " that the settings say.",
    ),
    validation.NoSuchValidation: Row(404, "GET /v1/checks lists the runs of your sets."),
    # 422: asking again helps nobody, and SDKs ask again after a 409
    errors.NotReplayable: Row(422),
    errors.SecretsRemoved: Row(
        422,
        "Give them as 'secrets', in their order or one for all places, or say 'keepMarks' to send"
        " the marks that stand there.",
    ),
    run_errors.NoSuchQuestion: Row(404, "`llmgw questions list` shows those that wait."),
    run_errors.NoSuchWorkspace: Row(404, "`llmgw workspace list` names those that there are."),
    run_errors.NoSuchSession: Row(
        404, "GET /v1/sessions lists yours; one that nobody uses is forgotten in time."
    ),
    run_errors.JobStillLive: Row(409),
    run_errors.JobNotParked: Row(409),
    changes.NoSnapshot: Row(409),
    changes.UndoRefused: Row(409),
    # it says itself what to leave out, and who can allow it
    run_errors.ApprovalDenied: Row(403),
    workspace.NoSuchWorktree: Row(404, "GET /v1/worktrees lists yours."),
    workspace.WorktreeInUse: Row(409),
    workspace.WorktreeHasWork: Row(409),
    access_errors.AccessError: Row(
        403,
        "A key that may is made with `llmgw key add NAME`, with --scope once for each"
        " permission that it needs.",
    ),
    access_errors.Unauthenticated: Row(
        401,
        "Send a key of this gateway as 'Authorization: Bearer' or 'x-api-key'.",
        openai=_INVALID,
        code="invalid_api_key",
        gemini_advice="Send a key of this gateway as 'x-goog-api-key'.",
    ),
    access_errors.AccessRevoked: Row(401, openai=_INVALID, code="invalid_api_key"),
    access_errors.ScopeNotAllowed: Row(403, "It can ask again, with this scope; a person answers."),
    access_errors.PersonOnly: Row(403),
    access_errors.UnnamedPerson: Row(403, "Correct what the proxy in front sends."),
    access_errors.ForeignHost: Row(421, anthropic="permission_error", openai="permission_error"),
    access_errors.ForeignOrigin: Row(403),
    access_errors.LoopDetected: Row(
        508, "Correct the base_url of the provider that leads back, in either gateway's settings."
    ),
    access_errors.ClientPaused: Row(
        403,
        "A person lets it go on: Clients in the gateway's window, or paused in [clients] of "
        "its settings.",
    ),
    access_errors.TooManyConnections: Row(429, "Close some and try again, or raise the limit."),
    vault.VaultError: Row(500),
    # 423: a status of 500 and up would make clients ask again in vain
    vault.VaultLocked: Row(423, anthropic="permission_error"),
    vault.EntryUnfit: Row(400, errors.CORRECT_IT),
    vault.NoSuchEntry: Row(404, "Lists show what is there for a project and for all."),
}
