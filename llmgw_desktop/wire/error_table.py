"""Which status and which words each of our errors has in the vendors' dialects.

One row a class; of an error without a row of its own that of its nearest ancestor holds.
"""

from collections.abc import Mapping
from types import MappingProxyType

from llmgw_desktop.domain.errors import (
    AccountsBusy,
    AccountsUnusable,
    ClientGone,
    CliMissing,
    ConfigError,
    GatewayClosed,
    HttpVersionUnknown,
    KeyMissing,
    LlmgwError,
    LossRefused,
    NotOffered,
    NotServed,
    RequestError,
    RequestStalled,
    RequestTooLarge,
    RouteError,
    SignInNeeded,
    StoreCorrupt,
    StoreError,
    StoreInQuestion,
    StoreUnavailable,
    UnknownModel,
    UnknownPath,
    UnsupportedMedia,
    UpstreamCut,
    UpstreamError,
    UpstreamGarbage,
    UpstreamRefused,
    UpstreamTimeout,
)
from llmgw_desktop.domain.guard import (
    PromptBlocked,
)
from llmgw_desktop.domain.policy import (
    BudgetSpent,
    LimitReached,
    PolicyError,
    PriceUnknown,
)
from llmgw_desktop.wire.error_row import INVALID, Row
from llmgw_desktop.wire.own_error_table import OWN_ROWS

_STORE_ROW = Row(
    status=503,
    anthropic="api_error",
    openai="server_error",
    advice="Look after the disk and the files of the gateway.",
)

TABLE: Mapping[type[LlmgwError], Row] = MappingProxyType(
    {
        LlmgwError: Row(
            status=500,
            anthropic="api_error",
            openai="server_error",
            advice="This is a fault of the gateway; its log says more.",
        ),
        ConfigError: Row(
            status=500,
            anthropic="api_error",
            openai="server_error",
            advice="Correct the settings of the gateway.",
        ),
        RequestError: Row(
            status=400,
            anthropic=INVALID,
            openai=INVALID,
            advice="Correct the request and send it again.",
        ),
        NotOffered: Row(
            status=400,
            anthropic=INVALID,
            openai=INVALID,
        ),
        RequestTooLarge: Row(
            status=413,
            anthropic="request_too_large",
            openai=INVALID,
            advice="Send less, or raise the limit.",
        ),
        # the vendors' SDKs ask again after a 408, which is right here
        RequestStalled: Row(
            status=408,
            anthropic="timeout_error",
            openai=INVALID,
            advice="Send the request again.",
        ),
        UnsupportedMedia: Row(
            status=415,
            anthropic=INVALID,
            openai=INVALID,
            advice="Send JSON with 'content-type: application/json'.",
        ),
        HttpVersionUnknown: Row(
            status=505,
            anthropic=INVALID,
            openai=INVALID,
            advice="Ask in HTTP/1.1.",
        ),
        LossRefused: Row(
            status=400,
            anthropic=INVALID,
            openai=INVALID,
            advice="Leave these out, ask a provider that speaks this protocol, or allow the loss.",
        ),
        RouteError: Row(
            status=404,
            anthropic="not_found_error",
            openai=INVALID,
            advice="See GET /v1/models for what this gateway serves.",
        ),
        UnknownModel: Row(
            status=404,
            anthropic="not_found_error",
            openai=INVALID,
            code="model_not_found",
            advice="GET /v1/models lists the names; providers are added and switched on in the "
            "gateway's settings.",
        ),
        UnknownPath: Row(
            status=404,
            anthropic="not_found_error",
            openai=INVALID,
            code="unknown_url",
        ),
        # not 501: a status of 500 and up would make clients ask again in vain
        NotServed: Row(
            status=400,
            anthropic=INVALID,
            openai=INVALID,
        ),
        # not overloaded_error: that is a word about the vendor, and coding agents that hear it a
        # few times change to another model; 503 alone makes every client come again
        GatewayClosed: Row(
            status=503,
            anthropic="api_error",
            openai="server_error",
            advice="Try again later.",
        ),
        UpstreamError: Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Try again; if it stays so, look at the provider's own status.",
        ),
        KeyMissing: Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Name in this provider's settings where it is: an entry of the vault in vault "
            "('llmgw vault set' stores it), or in api_key_env a variable that the gateway is "
            "started with.",
        ),
        SignInNeeded: Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Your own key is fine. Providers in the gateway's window opens the sign-in.",
        ),
        CliMissing: Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Your own key is fine; 'llmgw doctor' tells which CLIs are here.",
        ),
        UpstreamRefused: Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Check the network and the provider's base URL, then try again.",
        ),
        UpstreamTimeout: Row(
            status=504,
            anthropic="timeout_error",
            openai="server_error",
            advice="Try again, or allow more time in the gateway's settings.",
        ),
        UpstreamGarbage: Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Check that the provider's base URL leads to a model service of its kind.",
        ),
        UpstreamCut: Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Try again.",
        ),
        AccountsUnusable: Row(
            status=502,
            anthropic="api_error",
            openai="server_error",
            advice="Your own key is fine; look after these accounts in the gateway.",
        ),
        AccountsBusy: Row(
            status=429,
            anthropic="rate_limit_error",
            openai="rate_limit_error",
            code="rate_limit_exceeded",
            advice="Try again then, or add another account to the gateway.",
        ),
        PolicyError: Row(
            status=403,
            anthropic="permission_error",
            openai="permission_error",
            advice="The gateway's operator decides this in [clients] of its settings.",
        ),
        # no SDK asks again after a 400, and none takes it for a key that is no good, as some a 403
        PromptBlocked: Row(
            status=400,
            anthropic=INVALID,
            openai=INVALID,
            advice="Leave out what it is about; [[guards]] in the gateway's settings decide this.",
        ),
        PriceUnknown: Row(
            status=403,
            anthropic="permission_error",
            openai="permission_error",
            advice="Tell its price in [[prices]] of the gateway's settings, 0 where it is free.",
        ),
        LimitReached: Row(
            status=429,
            anthropic="rate_limit_error",
            openai="rate_limit_error",
            code="rate_limit_exceeded",
            advice="Try again then.",
        ),
        BudgetSpent: Row(
            status=429,
            anthropic="rate_limit_error",
            openai="insufficient_quota",
            code="insufficient_quota",
            advice="The gateway's operator can raise it in [clients] of its settings.",
        ),
        ClientGone: Row(
            status=499,
            anthropic=INVALID,
            openai=INVALID,
            advice="Nothing is to be done.",
        ),
        StoreError: Row(
            status=500,
            anthropic="api_error",
            openai="server_error",
            advice="Look after the disk and the files of the gateway.",
        ),
        # 503: it may be there again, and no program is to think that its key is bad
        **dict.fromkeys((StoreUnavailable, StoreCorrupt, StoreInQuestion), _STORE_ROW),
        **OWN_ROWS,
    }
)


def row_of(error: LlmgwError) -> Row:
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)
