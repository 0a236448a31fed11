"""What a person has set, checked. Reading the file is `store/settings.py`'s work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from llmgw_desktop.domain.access_settings import AccessSettings
from llmgw_desktop.domain.approval import ApprovalSettings
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.cli_settings import ALL_CLIS, CliSettings
from llmgw_desktop.domain.guard import GuardRule
from llmgw_desktop.domain.mcp_server import McpServer
from llmgw_desktop.domain.oauth_settings import OauthSettings
from llmgw_desktop.domain.policy import ClientPolicy
from llmgw_desktop.domain.price import PriceRule
from llmgw_desktop.domain.provider import PRACTICE_PREFIX, Provider
from llmgw_desktop.domain.route import Alias, RouteRule, Strategy
from llmgw_desktop.domain.workspace import WorkspaceSettings


class RecorderLevel(StrEnum):
    """How much of each flight is kept."""

    FULL = "full"
    FIGURES = "figures"
    """No bodies, no headers."""
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """The door. Whether it may stand open to other computers, `app/exposure.py` says at the
    start."""

    host: str = "127.0.0.1"
    port: int = 3333
    """0 lets the system choose; the ready line tells which."""
    max_body_bytes: int = 64 * 1024 * 1024
    max_body_s: float = 900.0
    """Within which a body has come."""
    least_body_rate: int = 512
    """Of a body that comes slowly, in bytes a second, after half a minute; 0: none."""
    allowed_hosts: tuple[str, ...] = ()
    """Further Host header values, exact, with port where the browser sends one."""
    allowed_origins: tuple[str, ...] = ()
    path: str = "/mcp"
    """Of the MCP door."""
    name: str = ""
    """What other gateways are told; empty: the computer's name, and that to near ones alone."""
    public_url: str = ""
    """How it is reached from elsewhere, without a path; empty: on this computer alone."""
    tls_certificate: str = ""
    """A PEM file, the chain after the certificate; with `tls_key` all connections are TLS."""
    tls_key: str = ""
    tls_at_proxy: bool = False
    """A proxy in front speaks TLS; what it passes on comes here unencrypted."""

    @property
    def has_tls(self) -> bool:
        return bool(self.tls_certificate)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamSettings:
    """Patience with providers, in seconds, and how much is taken of them."""

    connect_timeout_s: float = 10.0
    first_byte_timeout_s: float = 300.0
    """Reasoning models think for minutes before their first byte."""
    idle_timeout_s: float = 120.0
    """Silence inside an answer."""
    max_answer_bytes: int = 64 * 1024 * 1024
    """Of an answer that does not stream: it is held until it is whole."""
    max_event_bytes: int = 64 * 1024 * 1024
    """Of one event of a stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderSettings:
    """The flight recorder."""

    level: RecorderLevel = RecorderLevel.FULL
    retention_days: int = 30
    max_bytes: int = 5 * 1024**3
    max_body_bytes: int = 8 * 1024 * 1024
    """Of each body this much is kept; the record says when it is not the whole."""
    redact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    """Which automatic backups of `gateway.db` are kept. The newest always is."""

    hourly: int = 24
    """The newest so many, made an hour apart."""
    daily: int = 14
    """The last of each of so many days."""
    max_days: int = 60
    """Older than the newest by so much none is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    """How what is kept lies on the disk."""

    encrypt: bool = True
    """Texts (bodies, kept answers, prompts, output of runs) under a key of the vault's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingSettings:
    """What holds where a route says nothing else, and for requests that no route is for."""

    strategy: Strategy = Strategy.ACCOUNT_POOL_FIRST
    keep_conversations: bool = True
    similarity_model: str = ""
    """The folder of the model that tells like questions; empty: that of its package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailoverSettings:
    """What happens when an account does not answer, in attempts, seconds and characters."""

    max_attempts: int = 5
    """Of one request, all accounts together."""
    max_wait_s: float = 10.0
    """The longest wait within a request."""
    deadline_s: float = 0.0
    """After so long no other attempt begins; 0: only what the client says counts."""
    retries: int = 1
    """Of one account within one request, after a fault that passes."""
    failures_before_rest: int = 3
    """In a row, of faults that pass."""
    rest_s: float = 60.0
    """The first rest after those; the next is twice as long."""
    longest_rest_s: float = 1800.0
    """Whatever a vendor says about a rate limit."""
    hold_back_s: float = 2.0
    """How long the first words of a stream wait for what follows; 0 holds nothing back."""
    slow_chars_per_s: int = 0
    """A stream that begins slower than this is given up for the next account; 0: never."""
    slow_window_s: float = 5.0
    """How long a beginning is watched for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """Runs of vendors' CLIs."""

    sync_deadline_ms: int = 45_000
    """A caller that waits is handed the job's id then; 0 lets him wait to the end."""
    dedup_window_ms: int = 3_600_000
    """0 never gives two callers one run."""
    retention_days: int = 30
    session_ttl_s: int = 30 * 86_400
    """Sessions that nobody used for so long are forgotten."""
    timeout_ms: int = 4 * 3_600_000
    """Most CLIs try their own upstream for ever when it is gone."""
    retries: int = 2
    """Of a run that failed for a reason that passes, before it said or did anything."""
    upstream_refused_s: float = 600.0
    """A run whose CLI asks an upstream again that refuses it is ended then; 0: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """How much may go on at once."""

    max_running_jobs: int = 32
    max_running_per_provider: int = 16
    max_queued_jobs: int = 128
    queue_timeout_ms: int = 120_000
    of_cli: Mapping[CliName, int] = field(default_factory=dict)
    """Runs at once of those CLIs that have a limit of their own; from `[clis.NAME]`."""
    max_job_output_bytes: int = 50 * 1024 * 1024
    max_connections_per_client: int = 256
    """Of 512 in all; fewer, in proportion, where the system gives fewer."""
    max_connections_per_address: int = 256
    """On which no key was shown yet, or which come from another computer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheSettings:
    """What is known and told of vendors' prompt caches."""

    emit_anthropic_cache_control: bool = False
    """Mark the stable beginning of a prompt unasked, where it is worth it."""
    anthropic_ttl_seconds: int = 300
    """How long what was not marked is taken to stay in the cache."""
    warn_on_ttl_expiry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionSettings:
    """What holds for answers where a request says nothing."""

    enabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of config.toml with the environment's word on top."""

    http: HttpSettings = field(default_factory=HttpSettings)
    oauth: OauthSettings = field(default_factory=OauthSettings)
    """Of the table `[http.oauth]`."""
    access: AccessSettings = field(default_factory=AccessSettings)
    upstream: UpstreamSettings = field(default_factory=UpstreamSettings)
    recorder: RecorderSettings = field(default_factory=RecorderSettings)
    backups: BackupSettings = field(default_factory=BackupSettings)
    storage: StorageSettings = field(default_factory=StorageSettings)
    failover: FailoverSettings = field(default_factory=FailoverSettings)
    jobs: JobSettings = field(default_factory=JobSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    cache_awareness: CacheSettings = field(default_factory=CacheSettings)
    compression: CompressionSettings = field(default_factory=CompressionSettings)
    approvals: ApprovalSettings = field(default_factory=ApprovalSettings)
    mcp_servers: tuple[McpServer, ...] = ()
    """Those with a mistake too, switched off."""
    clis: tuple[CliSettings, ...] = ALL_CLIS
    """Each of them, always."""
    providers: tuple[Provider, ...] = ()
    """In the order of the file."""
    workspaces: WorkspaceSettings = field(default_factory=WorkspaceSettings)
    prices: tuple[PriceRule, ...] = ()
    """In the order of the file; the first that matches holds."""
    routing: RoutingSettings = field(default_factory=RoutingSettings)
    routes: tuple[RouteRule, ...] = ()
    """In the order of the file, those that are switched off too."""
    aliases: tuple[Alias, ...] = ()
    clients: tuple[ClientPolicy, ...] = ()
    """What those may spend and ask for that have a policy."""
    guards: tuple[GuardRule, ...] = ()
    """In the order of the file, those that are switched off too."""

    @property
    def practice(self) -> tuple[str, ...]:
        """The names of practice providers: what they answer is no real traffic. There is one,
        which is built in and needs no table."""
        return (PRACTICE_PREFIX.rstrip("/"),)

    @property
    def everyone(self) -> tuple[Provider, ...]:
        """The providers of the file, then the CLIs."""
        return (*self.providers, *(cli.provider for cli in self.clis))

    @property
    def api_keys(self) -> tuple[str, ...]:
        """Every key that was read; none is ever written down or shown."""
        accounts = (account for provider in self.providers for account in provider.accounts)
        keys = [account.api_key for account in accounts]
        keys += [secret for server in self.mcp_servers for secret in server.secrets]
        own = (self.access.bearer,) if self.access.bearer else ()
        return (*keys, *own, *(secret for cli in self.clis for secret in cli.secrets))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """Settings with what the reader of the file should be told."""

    settings: Settings
    warnings: tuple[str, ...] = ()
    """Unknown keys and the like: one sentence each, with file and line."""
    source: bytes = field(default=b"", repr=False, compare=False)
    """The file as it was read, for those who change it."""
