"""The tables of `config.toml` that are there once, with their settings as the file names them."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.routing.route import Strategy
from llmgw_desktop.domain.setting import (
    CacheLife,
    Seconds,
    Share,
    Size,
    WholeNumber,
    Word,
    YesNo,
    setting,
)
from llmgw_desktop.domain.settings.address_kinds import (
    FilePath,
)
from llmgw_desktop.domain.values import value

_HOUR_S = 3600.0
_DAY_MS = 24 * 3600 * 1000


class RecorderLevel(StrEnum):
    """How much of each flight is kept."""

    FULL = "full"
    FIGURES = "figures"
    """No bodies, no headers."""
    OFF = "off"


@value
class UpstreamSettings:
    """Patience with providers, in seconds, and how much is taken of them."""

    connect_timeout_s: float = setting(
        10.0, Seconds(least=0.1, most=_HOUR_S), "How long a connection to a provider may take."
    )
    first_byte_timeout_s: float = setting(
        300.0,
        Seconds(least=0.1, most=24 * _HOUR_S),
        "How long a provider may think before its answer begins.",
    )
    """Reasoning models think for minutes before their first byte."""
    idle_timeout_s: float = setting(
        120.0,
        Seconds(least=0.1, most=24 * _HOUR_S),
        "How long an answer that has begun may be silent.",
    )
    max_answer_bytes: int = setting(
        64 * 1024 * 1024,
        Size(least="1 KB", most="256 MB"),
        "Larger answers that do not stream are refused: one takes three times its size of "
        "memory while it is read.",
    )
    """Of an answer that does not stream: it is held until it is whole."""
    max_event_bytes: int = setting(
        64 * 1024 * 1024,
        Size(least="1 KB", most="64 MB"),
        "A stream with a larger event in it is broken off.",
    )


@value
class RecorderSettings:
    """The flight recorder."""

    level: RecorderLevel = setting(
        RecorderLevel.FULL,
        Word(words=RecorderLevel),
        "How much of each flight is kept: everything, only its figures, or nothing.",
    )
    retention_days: int = setting(
        30,
        WholeNumber(least=1, most=36500, hint='to keep nothing, set level = "off"'),
        "Older flights are deleted.",
    )
    body_days: int = setting(
        0,
        WholeNumber(least=0, most=36500),
        "Bodies and headers of older flights are deleted, their figures stay; 0: they are kept as "
        "long as the flight.",
        since="0.2.0",
    )
    max_bytes: int = setting(
        5 * 1024**3,
        Size(least="1 MB", most="1024 TB"),
        "Beyond this size the oldest flights are deleted.",
    )
    max_body_bytes: int = setting(
        8 * 1024 * 1024, Size(least="1 KB", most="1 GB"), "Of each body this much is kept."
    )
    redact: bool = setting(
        True,
        YesNo(),
        "Whether secrets are removed from recorded bodies.",
        env=("LLM_GATEWAY_REDACT_LOGGED_SECRETS",),
    )
    note_secrets: bool = setting(
        True, YesNo(), "Whether flights tell of keys in what tools and people sent.", since="0.2.0"
    )


@value
class BackupSettings:
    """Which automatic backups of `gateway.db` are kept. The newest always is."""

    hourly: int = setting(
        24,
        WholeNumber(least=0, most=10_000),
        "So many automatic backups of gateway.db are kept, an hour apart; 0 makes none.",
    )
    daily: int = setting(
        14,
        WholeNumber(least=0, most=10_000),
        "The last one of each of so many days is kept as well.",
    )
    max_days: int = setting(
        60, WholeNumber(least=1, most=36500), "None is kept that is so much older than the newest."
    )


@value
class StorageSettings:
    """How what is kept lies on the disk."""

    encrypt: bool = setting(
        True,
        YesNo(),
        "Whether texts that are kept (bodies, answers, prompts, output) are encrypted.",
    )


@value
class RoutingSettings:
    """What holds where a route says nothing else, and for requests that no route is for."""

    strategy: Strategy = setting(
        Strategy.ACCOUNT_POOL_FIRST,
        Word(words=Strategy),
        "The order of the candidates where a route names none.",
    )
    keep_conversations: bool = setting(
        True,
        YesNo(),
        "Whether a conversation stays with the account that answered it, where a route "
        "says nothing.",
    )
    similarity_model: str = setting(
        "",
        FilePath(),
        "The folder with `model.safetensors` and `tokenizer.json` of all-MiniLM-L6-v2, for "
        "routes with `cache_similarity`; that of the installed package if left out.",
    )


@value
class FailoverSettings:
    """What happens when an account does not answer, in attempts, seconds and characters."""

    max_attempts: int = setting(
        5, WholeNumber(least=1, most=20), "How often one request is tried, all accounts together."
    )
    max_wait_s: float = setting(
        10.0,
        Seconds(least=0, most=_HOUR_S),
        "The longest wait within a request, for an account to be free again.",
    )
    deadline_s: float = setting(
        0.0,
        Seconds(least=0, most=24 * _HOUR_S),
        "After so long no other attempt begins; with 0 only what the client says counts.",
    )
    retries: int = setting(
        1,
        WholeNumber(least=0, most=5),
        "How often an account is asked again after a passing fault, before the next is.",
    )
    failures_before_rest: int = setting(
        3,
        WholeNumber(least=1, most=100),
        "After so many passing faults in a row an account is left alone.",
    )
    rest_s: float = setting(
        60.0,
        Seconds(least=1, most=_HOUR_S),
        "How long it is left alone the first time; each further time is twice as long.",
    )
    longest_rest_s: float = setting(
        1800.0,
        Seconds(least=1, most=24 * _HOUR_S),
        "The longest such time, and the longest rest after a rate limit.",
    )
    hold_back_s: float = setting(
        2.0,
        Seconds(least=0, most=30),
        "How long a stream's first words wait for what follows them; 0 holds nothing back.",
    )
    slow_chars_per_s: int = setting(
        0,
        WholeNumber(least=0, most=100_000),
        "A stream that begins slower is given up for the next account; 0 gives up none.",
    )
    slow_window_s: float = setting(
        5.0, Seconds(least=1, most=60), "How long the beginning of a stream is watched for that."
    )
    whole_wait_s: float = setting(
        600.0,
        Seconds(least=1, most=24 * _HOUR_S),
        "How long an answer is held back for a caller that wants it whole; after it what is there "
        "goes out, and the rest as it comes.",
        since="0.2.0",
    )
    whole_max_bytes: int = setting(
        16 * 1024 * 1024,
        Size(least="64 KB", most="256 MB"),
        "A held answer that is larger goes out before it is whole.",
        since="0.2.0",
    )


@value
class JobSettings:
    """Runs of vendors' CLIs."""

    sync_deadline_ms: int = setting(
        45_000,
        WholeNumber(least=0, most=_DAY_MS, hint="0 waits to the end"),
        "A caller that waits for a run is handed its job then; the run goes on.",
        env=("SYNC_DEADLINE_MS",),
    )
    dedup_window_ms: int = setting(
        3_600_000,
        WholeNumber(least=0, most=30 * _DAY_MS, hint="0 never shares a run"),
        "How long the same request of the same client is given the run that it has.",
        env=("LLM_GATEWAY_DEDUP_WINDOW_MS",),
    )
    retention_days: int = setting(
        30,
        WholeNumber(least=1, most=36500),
        "Jobs that ended longer ago are deleted, output and all.",
        env=("LLM_GATEWAY_JOB_RETENTION_DAYS",),
    )
    session_ttl_s: int = setting(
        30 * 86_400,
        WholeNumber(least=60, most=36500 * 86_400),
        "Sessions of CLIs that nobody used for so long are forgotten.",
        env=("SESSION_TTL",),
    )
    timeout_ms: int = setting(
        4 * 3_600_000, WholeNumber(least=1000, most=30 * _DAY_MS), "How long a run may take in all."
    )
    """Most CLIs try their own upstream for ever when it is gone."""
    retries: int = setting(
        2,
        WholeNumber(least=0, most=10),
        "How often a run is started again that failed for a reason that passes, before it "
        "said or did anything.",
    )
    upstream_refused_s: float = setting(
        600.0,
        Seconds(least=0, most=7 * 24 * _HOUR_S),
        "A run whose CLI asks again by itself is ended once its upstream has refused it "
        "for so long without a break; 0 never ends it.",
    )


@value
class LimitSettings:
    """How much may go on at once."""

    max_running_jobs: int = setting(32, WholeNumber(least=1, most=1000), "Runs at once.")
    max_running_per_provider: int = setting(
        16, WholeNumber(least=1, most=1000), "Runs of one CLI at once."
    )
    max_queued_jobs: int = setting(
        128,
        WholeNumber(least=0, most=100_000),
        "Runs that may wait for their turn; further ones are refused.",
    )
    queue_timeout_ms: int = setting(
        120_000, WholeNumber(least=100, most=_DAY_MS), "How long a run may wait for its turn."
    )
    of_cli: Mapping[CliName, int] = field(default_factory=dict)
    """Runs at once of those CLIs that have a limit of their own; from `[clis.NAME]`."""
    max_job_output_bytes: int = setting(
        50 * 1024 * 1024, Size(least="1 KB", most="10 GB"), "A run that writes more is stopped."
    )
    max_connections_per_client: int = setting(
        256,
        WholeNumber(least=1, most=512),
        "Connections that one client may hold, by its key, of the 512 that are served at "
        "once; further requests of it are answered 429.",
    )
    """Of 512 in all; fewer, in proportion, where the system gives fewer."""
    max_connections_per_address: int = setting(
        256,
        WholeNumber(least=1, most=512),
        "Connections from one address on which no key was shown yet, or which come from "
        "another computer.",
    )


@value
class CacheSettings:
    """What is known and told of vendors' prompt caches."""

    emit_anthropic_cache_control: bool = setting(
        False,
        YesNo(),
        "Mark the stable beginning of a prompt in parts for Anthropic's cache, where it is "
        "long enough and the request marks nothing itself.",
    )
    anthropic_ttl_seconds: int = setting(
        300,
        CacheLife(),
        "How long a prompt that was not marked is taken to stay in Anthropic's cache.",
    )
    warn_on_ttl_expiry: bool = setting(
        False, YesNo(), "Warn in replies where less than 30 s of that are left."
    )
    ask_above_usd: float = setting(
        0.0,
        Share(least=0, most=1000),
        "A person is asked before a request whose prompt was in the cache and is no longer, where "
        "sending it again costs so many US dollars more than reading it; 0 asks nobody.",
        since="0.2.0",
    )
    keep_warm_usd_per_hour: float = setting(
        0.0,
        Share(least=0, most=1000),
        "What an hour of keeping prompts in Anthropic's cache may cost, in US dollars, by repeats "
        "for one token while their conversations pause; for API keys alone. 0 keeps none.",
        since="0.2.0",
    )
    tell_misses: bool = setting(
        True,
        YesNo(),
        "Tell when a client's prompts no longer come from their vendor's cache, and why.",
        since="0.2.0",
    )
    ask_anthropic_why: bool = setting(
        False,
        YesNo(),
        "Ask Anthropic with each request in its own protocol what it sees as the reason of a cache "
        "miss (`diagnostics`); its word stands beside ours.",
        since="0.2.0",
    )


@value
class CompressionSettings:
    """What holds for answers where a request says nothing."""

    enabled: bool = setting(
        False, YesNo(), "Make the answers of runs shorter that do not say `compressResponse`."
    )
