"""The rows of errors that no vendor has: of access, runs and their workspaces, and the vault."""

from collections.abc import Mapping

from llmgw_desktop.domain.access_errors import (
    AccessError,
    AccessRevoked,
    ForeignHost,
    ForeignOrigin,
    PersonOnly,
    ScopeNotAllowed,
    Unauthenticated,
    UnnamedPerson,
)
from llmgw_desktop.domain.errors import (
    LlmgwError,
    NoSuchFlight,
)
from llmgw_desktop.domain.run_errors import (
    ApprovalDenied,
    InvalidRun,
    JobStillLive,
    NoSuchJob,
    NoSuchQuestion,
    NoSuchSession,
    NoSuchWorkspace,
    SessionBusy,
)
from llmgw_desktop.domain.turned_back import ClientPaused, LoopDetected, TooManyConnections
from llmgw_desktop.domain.vault_errors import (
    EntryUnfit,
    NoSuchEntry,
    VaultError,
    VaultLocked,
)
from llmgw_desktop.domain.worktree import (
    NoSuchWorktree,
    WorktreeHasWork,
    WorktreeInUse,
)
from llmgw_desktop.wire.error_row import INVALID, Row

OWN_ROWS: Mapping[type[LlmgwError], Row] = {
    InvalidRun: Row(
        status=400,
        anthropic=INVALID,
        openai=INVALID,
        advice="Nothing was started: correct the request and send it again.",
    ),
    # the vendors' SDKs ask again after a 409, which is right here
    SessionBusy: Row(
        status=409,
        anthropic=INVALID,
        openai=INVALID,
    ),
    NoSuchJob: Row(
        status=404,
        anthropic="not_found_error",
        openai=INVALID,
        advice="GET /v1/jobs lists yours; a job is kept for the days that the settings say.",
    ),
    NoSuchFlight: Row(
        status=404,
        anthropic="not_found_error",
        openai=INVALID,
        advice="The header x-llmgw-flight of each answer names yours; one is kept for the days"
        " that the settings say.",
    ),
    NoSuchQuestion: Row(
        status=404,
        anthropic="not_found_error",
        openai=INVALID,
        advice="`llmgw approvals list` shows those that wait.",
    ),
    NoSuchWorkspace: Row(
        status=404,
        anthropic="not_found_error",
        openai=INVALID,
        advice="`llmgw workspace list` names those that there are.",
    ),
    NoSuchSession: Row(
        status=404,
        anthropic="not_found_error",
        openai=INVALID,
        advice="GET /v1/sessions lists yours; one that nobody uses is forgotten in time.",
    ),
    JobStillLive: Row(
        status=409,
        anthropic=INVALID,
        openai=INVALID,
    ),
    # it says itself what to leave out, and who can allow it
    ApprovalDenied: Row(
        status=403,
        anthropic="permission_error",
        openai="permission_error",
    ),
    NoSuchWorktree: Row(
        status=404,
        anthropic="not_found_error",
        openai=INVALID,
        advice="GET /v1/worktrees lists yours.",
    ),
    WorktreeInUse: Row(
        status=409,
        anthropic=INVALID,
        openai=INVALID,
    ),
    WorktreeHasWork: Row(
        status=409,
        anthropic=INVALID,
        openai=INVALID,
    ),
    AccessError: Row(
        status=403,
        anthropic="permission_error",
        openai="permission_error",
        advice="A key that may is made with `llmgw key add NAME`, with --scope once for each"
        " permission that it needs.",
    ),
    Unauthenticated: Row(
        status=401,
        anthropic="authentication_error",
        openai=INVALID,
        code="invalid_api_key",
        advice="Send a key of this gateway as 'Authorization: Bearer' or 'x-api-key'.",
        gemini_advice="Send a key of this gateway as 'x-goog-api-key'.",
    ),
    AccessRevoked: Row(
        status=401,
        anthropic="authentication_error",
        openai=INVALID,
        code="invalid_api_key",
    ),
    ScopeNotAllowed: Row(
        status=403,
        anthropic="permission_error",
        openai="permission_error",
        advice="It can ask again, with this scope; a person answers.",
    ),
    PersonOnly: Row(
        status=403,
        anthropic="permission_error",
        openai="permission_error",
    ),
    UnnamedPerson: Row(
        status=403,
        anthropic="permission_error",
        openai="permission_error",
        advice="Correct what the proxy in front sends.",
    ),
    ForeignHost: Row(
        status=421,
        anthropic="permission_error",
        openai="permission_error",
    ),
    ForeignOrigin: Row(
        status=403,
        anthropic="permission_error",
        openai="permission_error",
    ),
    LoopDetected: Row(
        status=508,
        anthropic="api_error",
        openai="server_error",
        advice="Correct the base_url of the provider that leads back, in either gateway's "
        "settings.",
    ),
    ClientPaused: Row(
        status=403,
        anthropic="permission_error",
        openai="permission_error",
        advice="A person lets it go on: Clients in the gateway's window, or paused in [clients] of "
        "its settings.",
    ),
    TooManyConnections: Row(
        status=429,
        anthropic="rate_limit_error",
        openai="rate_limit_error",
        advice="Close some and try again, or raise the limit.",
    ),
    VaultError: Row(
        status=500,
        anthropic="api_error",
        openai="server_error",
    ),
    # 423: a status of 500 and up would make clients ask again in vain
    VaultLocked: Row(
        status=423,
        anthropic="permission_error",
        openai=INVALID,
    ),
    EntryUnfit: Row(
        status=400,
        anthropic=INVALID,
        openai=INVALID,
        advice="Correct the request and send it again.",
    ),
    NoSuchEntry: Row(
        status=404,
        anthropic="not_found_error",
        openai=INVALID,
        advice="Lists show what is there for a project and for all.",
    ),
}
