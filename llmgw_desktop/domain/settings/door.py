"""What holds at the door: where it is, OAuth, and what is said of callers from elsewhere; and what
leaves this computer besides requests, where somebody asks for it: telemetry, and a look for a newer
version.
"""

import re
from dataclasses import field
from enum import StrEnum

from llmgw_desktop.domain.net_address import names_this_computer
from llmgw_desktop.domain.setting import (
    Seconds,
    Size,
    Texts,
    WholeNumber,
    Word,
    YesNo,
    setting,
)
from llmgw_desktop.domain.settings.address_kinds import (
    CollectorUrl,
    DoorPath,
    FeedAddress,
    FilePath,
    GatewayName,
    ListeningHost,
    PrivateHost,
    PublicKey,
    PublicUrl,
    is_host,
    is_origin,
)
from llmgw_desktop.domain.values import value

_HOUR_S = 3600.0

BEARER_VARIABLE = "LLM_GATEWAY_AUTH_TOKEN"
TRUSTED_HEADER_VARIABLE = "LLM_GATEWAY_TRUSTED_PRINCIPAL_HEADER"
TUNNEL_VARIABLE = "LLM_GATEWAY_TUNNEL_PROVIDER"
OPEN_TO_ALL_VARIABLE = "LLM_GATEWAY_OAUTH_ALLOW_OPEN_REMOTE"
OPEN_DEV_VARIABLE = "LLM_GATEWAY_OAUTH_OPEN_DEV"
OAUTH_ENABLED_VARIABLE = "LLM_GATEWAY_OAUTH_ENABLED"
OAUTH_CONSENT_VARIABLE = "LLM_GATEWAY_OAUTH_REQUIRE_CONSENT"
SHORTEST_BEARER = 32
"""Characters."""


@value
class AccessSettings:
    """Held from the start on; a change of the environment needs another start."""

    bearer: str = field(default="", repr=False)
    """Whoever presents it is `gateway-bearer`, or whom the trusted header names. Empty: nobody."""
    trusted_header: str = ""
    """In lower case. Empty: no header names anybody."""
    tunnel: str = ""
    """Whose tunnel brings callers from elsewhere to this port, as the person called it."""
    is_open_to_all: bool = False
    """A person has said that programs nobody knows may ask to be let in from elsewhere."""


_NAME = re.compile(r"(?=.*[A-Za-z0-9])(?!(?:.*/)?\.{1,2}(?:/|$))[A-Za-z0-9._@:+=/-]{1,256}")
"""With a letter or digit in it, and no part that leads out of a folder."""
_NOBODY_S = re.compile(
    r"local|gateway[-_]bearer|(cli|oauth|proxied)[-_:].*|[a-z]{2,12}_[0-9a-f]{16,}|llmgw.*|"
    r"https?:.*|none|null|nil|n[./]a\.?|undefined|undef|unset|unknown|empty|default|false|"
    r"no[-_.]?(?:body|one|name|user)|anon(?:ymous)?|guest|public|unauthenticated|not[-_.]set",
    re.IGNORECASE,
)
"""What this gateway calls others, however it is written, and what proxies say for nobody."""


def is_person(name: str) -> bool:
    """Whether a trusted proxy may name somebody so."""
    return bool(_NAME.fullmatch(name)) and not _NOBODY_S.fullmatch(name)


class RegistrationPolicy(StrEnum):
    """Who may make a program known by `POST /oauth/register`."""

    STATIC_CLIENTS = "static_clients"
    """Nobody: a person makes them with `llmgw oauth client add`."""
    SHARED_SECRET = "shared_secret"  # noqa: S105 - a word of the settings
    """Who knows the secret of `llmgw oauth shared-secret set`."""
    OPEN_DEV = "open_dev"
    """Everybody who reaches the port. Needs LLM_GATEWAY_OAUTH_OPEN_DEV=1 besides."""
    THIS_COMPUTER = "this_computer"
    """Programs of this computer, to be sent back to this computer alone."""


_WITHOUT_SECRET = frozenset({RegistrationPolicy.OPEN_DEV, RegistrationPolicy.THIS_COMPUTER})


@value
class OauthSettings:
    """`[http.oauth]`. That a person is asked and PKCE is used is no choice; the two names stand
    here because other gateways let them be switched off."""

    enabled: bool = setting(
        True,
        YesNo(),
        "Whether programs may ask to be let in. Nobody is without a person's answer.",
        env=(OAUTH_ENABLED_VARIABLE,),
    )
    registration_policy: RegistrationPolicy = setting(
        RegistrationPolicy.THIS_COMPUTER,
        Word(words=RegistrationPolicy),
        "Who may make a program known: a person with `llmgw oauth client add`; whoever knows the"
        " secret of `llmgw oauth shared-secret set`; everybody, for development, which needs"
        f" the environment's `{OPEN_DEV_VARIABLE}=1` besides; or every program of this computer,"
        ' to be sent back to this computer alone. "static_clients" if left out where the gateway'
        " can be reached from elsewhere.",
    )
    """Left out it is STATIC_CLIENTS where others can reach the gateway."""
    allow_public_clients: bool = setting(
        True,
        YesNo(),
        "Whether programs without a secret of their own may ask. False if left out where the"
        " gateway can be reached from elsewhere.",
    )
    """Left out it is true on this computer alone, and false where others can reach the gateway."""
    allow_client_documents: bool = setting(
        True,
        YesNo(),
        "Whether a program's id may be the https address of a document about it, which the gateway"
        " reads. Only with public clients.",
    )
    token_ttl_seconds: int = setting(
        3600,
        WholeNumber(least=60, most=86_400),
        "How long an access token lasts; a program gets the next one for its refresh token.",
    )
    require_pkce: bool = setting(True, YesNo(), "Always: `false` is refused.")
    allow_plain_pkce: bool = setting(False, YesNo(), "Never: `true` is refused.")
    require_consent: bool = setting(
        True,
        YesNo(),
        f"Always: `false` is refused, also as `{OAUTH_CONSENT_VARIABLE}`.",
        env=(OAUTH_CONSENT_VARIABLE,),
    )

    @property
    def is_open(self) -> bool:
        """Programs that nobody here has made known can ask to be let in."""
        return self.enabled and (self.takes_strangers or self.takes_documents)

    @property
    def takes_strangers(self) -> bool:
        """Programs register with no secret."""
        return self.registration_policy in _WITHOUT_SECRET

    @property
    def takes_documents(self) -> bool:
        """They are public clients."""
        return self.enabled and self.allow_client_documents and self.allow_public_clients

    @property
    def asks_for_documents(self) -> bool:
        """Clients that could do both take a document before they register, and then the gateway
        must reach the open internet. Where they can register, nothing on this computer needs it."""
        is_local = self.registration_policy is RegistrationPolicy.THIS_COMPUTER
        return self.takes_documents and not is_local


@value
class HttpSettings:
    """The door. Whether it may stand open to other computers, `app/access/assembly.py` says at the
    start."""

    host: str = setting(
        "127.0.0.1",
        ListeningHost(),
        "Where the gateway listens; for other addresses see docs/access.md.",
        env=("LLM_GATEWAY_HTTP_HOST",),
    )
    port: int = setting(
        3333,
        WholeNumber(least=0, most=65535, hint="0 lets the system choose"),
        "The port it listens on.",
        env=("LLM_GATEWAY_HTTP_PORT", "LLM_GATEWAY_PORT"),
    )
    max_body_bytes: int = setting(
        64 * 1024 * 1024, Size(least="1 KB", most="1 GB"), "Larger requests are refused."
    )
    max_body_s: float = setting(
        900.0, Seconds(least=1, most=24 * _HOUR_S), "How long a request's body may take to come."
    )
    least_body_rate: int = setting(
        512,
        WholeNumber(least=0, most=1024**2, hint="0 asks for none"),
        "How many bytes a second must come of a request's body, after its first half minute.",
    )
    allowed_hosts: tuple[str, ...] = setting(
        (),
        Texts(
            each='a host name, with its port if it has one, such as "box.lan:3333"', is_fit=is_host
        ),
        "Further names under which the gateway may be called, compared exactly.",
    )
    allowed_origins: tuple[str, ...] = setting(
        (),
        Texts(each='an origin such as "http://localhost:5173"', is_fit=is_origin),
        "Web pages that may call the gateway from a browser, compared exactly.",
    )
    path: str = setting(
        "/mcp",
        DoorPath(),
        "Where MCP clients find the gateway; holds from the next start on.",
        env=("LLM_GATEWAY_HTTP_PATH",),
    )
    name: str = setting(
        "",
        GatewayName(),
        "How this gateway is called where a request goes round between several; the "
        "computer's name and its port if left out, which other computers of your network are told, "
        "and nobody beyond.",
    )
    public_url: str = setting(
        "",
        PublicUrl(),
        "How the gateway is reached from elsewhere, where it is; OAuth's tokens are for "
        "this address then. Holds from the next start on.",
        env=("LLM_GATEWAY_PUBLIC_URL",),
    )
    tls_certificate: str = setting(
        "",
        FilePath(),
        "The certificate, a PEM file; with it every connection is TLS.",
        env=("LLM_GATEWAY_TLS_CERTIFICATE",),
    )
    tls_key: str = setting(
        "",
        FilePath(),
        "The certificate's key, a PEM file that nobody else may read.",
        env=("LLM_GATEWAY_TLS_KEY",),
    )
    tls_at_proxy: bool = setting(
        False,
        YesNo(),
        "A proxy in front speaks TLS, so that the gateway itself need not.",
        env=("LLM_GATEWAY_TLS_AT_PROXY",),
    )

    @property
    def has_tls(self) -> bool:
        return bool(self.tls_certificate)


def is_bound_elsewhere(http: HttpSettings) -> bool:
    """Other computers can connect to the port itself."""
    return not names_this_computer(http.host)


def ways_in(http: HttpSettings, access: AccessSettings) -> tuple[str, ...]:
    """The settings by which others than this computer can come in, by name and value; empty where
    nobody can."""
    ways = []
    if is_bound_elsewhere(http):
        ways.append(f"http.host is {http.host}")
    if http.public_url and not names_this_computer(http.public_url.partition("://")[2]):
        ways.append(f"http.public_url is {http.public_url}")
    if access.tunnel:
        ways.append(f"{TUNNEL_VARIABLE} is set")
    if http.tls_at_proxy:
        ways.append("http.tls_at_proxy is true")
    return tuple(ways)


class Language(StrEnum):
    """What the window speaks."""

    SYSTEM = "system"
    """As the computer does, where we speak that."""
    ENGLISH = "en"
    GERMAN = "de"


@value
class WebViewSettings:
    """`[ui]`: what the window speaks, and the gateway's own pages for a browser."""

    language: Language = setting(
        Language.SYSTEM,
        Word(words=Language),
        "What the window speaks: English, German, or as the computer does. Holds from the next"
        " start on.",
        since="0.2.0",
    )
    web: bool = setting(
        False,
        YesNo(),
        "Pages for a browser on this computer at /ui, to which `llmgw ui open` signs in:"
        " [web-view.md](web-view.md).",
        since="0.2.0",
    )


@value
class PocketSettings:
    """`[pocket]`: the page for paired phones and tablets."""

    on: bool = setting(
        False,
        YesNo(),
        "A page for paired phones and tablets, with a door of its own at `host`:"
        " [pocket.md](pocket.md).",
        since="0.2.0",
    )
    host: str = setting(
        "",
        PrivateHost(),
        "The address of this computer that devices come to, in a local network or a VPN; without"
        " one the page stays off.",
        since="0.2.0",
    )
    port: int = setting(
        3443,
        WholeNumber(least=0, most=65535, hint="0 lets the system choose"),
        "The port that paired devices come to.",
        since="0.2.0",
    )
    paired_days: int = setting(
        90,
        WholeNumber(least=1, most=365),
        "How long a device stays paired.",
        since="0.2.0",
    )


@value
class TelemetrySettings:
    """Where spans, metrics and logs go. Needs the extra `otel`."""

    endpoint: str = setting(
        "",
        CollectorUrl(),
        "Where an OpenTelemetry collector takes OTLP over HTTP, as in http://127.0.0.1:4318; "
        "empty: nothing is sent.",
        since="0.2.0",
    )
    content: bool = setting(
        False,
        YesNo(),
        "Whether what was asked and answered is sent, too, as it was recorded.",
        since="0.2.0",
    )


@value
class UpdateSettings:
    """Where a newer version is told of. Nobody is asked unless both are set."""

    feed: str = setting(
        "",
        FeedAddress(),
        "Where the makers of the program tell of newer versions; empty: nobody is asked.",
        since="0.2.0",
    )
    key: str = setting(
        "",
        PublicKey(),
        "The public key that the feed is signed by: Ed25519, its 32 bytes in Base64.",
        since="0.2.0",
    )
    daily: bool = setting(
        False,
        YesNo(),
        "Ask once a day while a window is open, and tell there of a newer version; nothing is"
        " installed.",
        since="0.2.0",
    )
