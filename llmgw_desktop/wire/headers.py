"""Which HTTP headers pass through the gateway, both ways, and how they are written into records.

Names decide, once each: a policy remembers its decisions, because clients send the same names with
every request. Credentials for the provider are added later, by who speaks to the provider.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from llmgw_desktop.domain.plain_text import is_plain_line
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.anthropic import API_VERSION

MASK = "***"
REPLAY = "x-llmgw-replay"
"""Says of which flight a request is a replay; it goes no further than this gateway."""
USER_AGENT = "llmgw-desktop"
"""We say who we are and pose as no vendor's program."""
KEY_MARK = "llmgw-"
"""Keys of this gateway begin so; wherever one stands, it does not go further."""

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "http2-settings",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_NOT_UPSTREAM = _HOP_BY_HOP | {
    # of this connection and this encoding of the body; the client of the upstream makes its own
    "host",
    "content-length",
    "content-encoding",
    "accept-encoding",
    "expect",
    # of the body as it was before an edit
    "content-md5",
    "content-digest",
    "repr-digest",
    "digest",
    # the caller's keys are keys of this gateway, its cookies are nobody else's business
    "authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "cookie",
    "cookie2",
    # words to this gateway
    "x-project",
    "x-gateway-hops",  # told anew, and to gateways alone (domain/routing/hops.py)
    # where the caller is and what page it shows
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "origin",
    "referer",
}
_NOT_UPSTREAM_PREFIXES = (
    "x-litellm-",
    "x-portkey-",
    "x-llmgw-",
    "x-forwarded-",
    "x-original-",
    "sec-",
    "proxy-",
    "access-control-",
)
_NOT_DOWN = _HOP_BY_HOP | {
    "content-length",
    "content-encoding",
    "date",
    "server",
    "via",
    "set-cookie",
    "set-cookie2",
    # leads elsewhere, or asks the caller for what only we may show
    "location",
    "content-location",
    "link",
    "www-authenticate",
    "authentication-info",
    # of the body as the vendor sent it, or of its own copy
    "accept-ranges",
    "age",
    "allow",
    "content-digest",
    "content-md5",
    "content-range",
    "digest",
    "etag",
    "last-modified",
    "repr-digest",
    "warning",
    # the vendor's word about the vendor's own web site, not about ours
    "alt-svc",
    "clear-site-data",
    "content-security-policy",
    "content-security-policy-report-only",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "expect-ct",
    "nel",
    "permissions-policy",
    "public-key-pins",
    "referrer-policy",
    "refresh",
    "report-to",
    "reporting-endpoints",
    "strict-transport-security",
    "timing-allow-origin",
    "x-frame-options",
}
_NOT_DOWN_PREFIXES = ("access-control-", "proxy-", "x-llmgw-")
_USUAL_CONNECTION = frozenset({"keep-alive", "close", "Keep-Alive", "Close", ""})

_SECRET_NAME = re.compile(
    r"authorization|api-?key|cookie|secret|passw|credential|-auth$|^auth|token(?!s)|session-key",
)
_FIGURES_NAME = re.compile(r"ratelimit|rate-limit")
_SECRET_VALUE = re.compile(
    r"\b(?:(?:sk|pk|rk|llmgw|xai|glpat)-[\w-]{8,}|(?:gsk|hf|npm|[spr]k_live|[spr]k_test)_\w{8,}"
    r"|(?i:bearer|basic) +\S+|AIza[\w-]{20,}|gh[pousr]_\w{20,}|github_pat_\w{20,}"
    r"|xox[baprs]-[\w-]{8,}|ya29\.\S+|(?:AKIA|ASIA)[A-Z0-9]{12,}|eyJ[\w-]{8,}\.[\w.-]+)"
    r"|(?<=//)[^/\s:@]+:[^/\s@]+(?=@)"
)
_SCHEMES = frozenset({"basic", "bearer", "digest", "key", "negotiate", "token"})
_LONGEST_VALUE = 8192
_MOST_NAMES = 1024
_LONGEST_NAME = 128
_MOST_CLEAN = 512
_LONGEST_CLEAN = 200


class HeaderPolicy:
    """Made once and used for every request. It remembers a bounded number of names, and of headers
    that are recorded as they came."""

    __slots__ = ("_clean", "_down", "_suspicions", "_up")

    def __init__(self, *, never_upstream: Iterable[str] = ()) -> None:
        """`never_upstream`: further names that are words to this gateway."""
        private = _NOT_UPSTREAM | {name.lower() for name in never_upstream}
        self._up = _Decisions(lambda name: _kept(name, private, _NOT_UPSTREAM_PREFIXES))
        self._down = _Decisions(lambda name: _kept(name, _NOT_DOWN, _NOT_DOWN_PREFIXES))
        self._suspicions = _Decisions(_suspicion)
        self._clean: set[tuple[str, str]] = set()

    def request_headers_to_forward(
        self, headers: Mapping[str, str], protocol: ModelProtocol
    ) -> dict[str, str]:
        """The caller's headers for the upstream, names in lower case, repeated ones joined."""
        nominated = _nominated(headers)
        decisions = self._up
        forwarded: dict[str, str] = {}
        for name, value in headers.items():
            kept = decisions[name]
            if kept is None or kept in nominated or KEY_MARK in value or not is_plain_line(value):
                continue
            forwarded[kept] = f"{forwarded[kept]}, {value}" if kept in forwarded else value
        if protocol is ModelProtocol.ANTHROPIC:
            forwarded.setdefault("anthropic-version", API_VERSION)
        return forwarded

    def answer_headers_to_forward(self, headers: Mapping[str, str]) -> list[tuple[str, str]]:
        """The upstream's headers for the caller, in order, repeated ones apart."""
        nominated = _nominated(headers)
        decisions = self._down
        return [
            (name, value)
            for name, value in headers.items()
            if (kept := decisions[name]) is not None
            and kept not in nominated
            and is_plain_line(value)
        ]

    def masked_headers(self, headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """All headers, for a record: credentials masked, by name or by the look of the value."""
        clean = self._clean
        return tuple([pair if pair in clean else self._masked(*pair) for pair in headers.items()])

    def _masked(self, name: str, value: str) -> tuple[str, str]:
        recorded = _recorded(value, self._suspicions[name])
        if recorded == value and len(value) <= _LONGEST_CLEAN and len(self._clean) < _MOST_CLEAN:
            self._clean.add((str(name), value))
        return name, recorded


def own_request_headers(protocol: ModelProtocol, *, streaming: bool) -> dict[str, str]:
    """Of a request that we wrote ourselves, in the protocol of the upstream."""
    headers = {"accept": "text/event-stream" if streaming else "application/json"}
    headers["user-agent"] = USER_AGENT
    if protocol is ModelProtocol.ANTHROPIC:
        headers["anthropic-version"] = API_VERSION
    return headers


def own_query(protocol: ModelProtocol, *, streaming: bool) -> str:
    """Of the address of such a request: Gemini streams JSON arrays unless asked for events."""
    return "alt=sse" if streaming and protocol is ModelProtocol.GEMINI else ""


class _Decisions(dict[str, str | None]):
    """What was decided about a name, by its spelling; decides about a new one when asked."""

    __slots__ = ("_decide",)

    def __init__(self, decide: Callable[[str], str | None]) -> None:
        super().__init__()
        self._decide = decide

    def __missing__(self, name: str) -> str | None:
        decision = self._decide(name.lower())
        if len(self) < _MOST_NAMES and len(name) <= _LONGEST_NAME:
            # a str of its own: a header object must not be kept alive with what it came in
            self[str(name)] = decision
        return decision


def _kept(name: str, dropped: frozenset[str] | set[str], prefixes: tuple[str, ...]) -> str | None:
    return None if name in dropped or name.startswith(prefixes) else name


def _suspicion(name: str) -> str | None:
    """What a record does with the value: mask it, look at it, or (None) take it as it is."""
    if name == "content-length":  # a number, or the message was refused
        return None
    if _FIGURES_NAME.search(name):
        return "look"
    return "mask" if _SECRET_NAME.search(name) else "look"


def names_credential(name: str) -> bool:
    """Whether a record masks what stands under it."""
    return _suspicion(name.lower()) == "mask"


def _nominated(headers: Mapping[str, str]) -> frozenset[str]:
    """Names that a Connection header declares to be of this hop only."""
    first = headers.get("Connection")
    if first is None:
        return frozenset()
    # A second line of that name is as good as the first, which `get` alone gives.
    all_of = getattr(headers, "getall", None)  # isinstance() takes its time with abstract classes
    lines: list[str] = [first] if all_of is None else all_of("Connection")
    if len(lines) == 1 and first in _USUAL_CONNECTION:
        return frozenset()
    return frozenset(word.strip().lower() for line in lines for word in line.split(","))


def _recorded(value: str, suspicion: str | None) -> str:
    if suspicion == "mask":
        scheme = value.partition(" ")[0]
        return f"{scheme} {MASK}" if scheme.lower() in _SCHEMES else MASK
    shown = value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"
    if not shown.isascii():
        shown = shown.encode(errors="replace").decode()
    return shown if suspicion is None else _SECRET_VALUE.sub(MASK, shown)
