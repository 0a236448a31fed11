"""Every setting that exists, as data: its kind of value, its environment variable, its meaning.

`settings.py` reads files by this table, and `docs/settings.md` is made from it. Defaults stand in
`domain/settings.py` alone. The tables of providers are left to `provider_table.py`.
"""

from llmgw_desktop.domain.route import Strategy
from llmgw_desktop.domain.settings import RecorderLevel
from llmgw_desktop.store.config.address_values import (
    DoorPath,
    GatewayName,
    ListeningHost,
    PublicUrl,
    is_host,
    is_origin,
)
from llmgw_desktop.store.config.approval_settings import APPROVALS
from llmgw_desktop.store.config.known_setting import Known
from llmgw_desktop.store.config.values import (
    CacheLife,
    FilePath,
    Seconds,
    Size,
    Texts,
    WholeNumber,
    Word,
    YesNo,
)

_HOUR_S = 3600.0
_DAY_MS = 24 * 3600 * 1000

KNOWN: tuple[Known, ...] = (
    Known(
        table="http",
        key="host",
        value=ListeningHost(),
        env=("LLM_GATEWAY_HTTP_HOST",),
        meaning="Where the gateway listens; for other addresses see docs/access.md.",
    ),
    Known(
        table="http",
        key="port",
        value=WholeNumber(least=0, most=65535, hint="0 lets the system choose"),
        env=("LLM_GATEWAY_HTTP_PORT", "LLM_GATEWAY_PORT"),
        meaning="The port it listens on.",
    ),
    Known(
        table="http",
        key="max_body_bytes",
        value=Size(least="1 KB", most="1 GB"),
        meaning="Larger requests are refused.",
    ),
    Known(
        table="http",
        key="max_body_s",
        value=Seconds(least=1, most=24 * _HOUR_S),
        meaning="How long a request's body may take to come.",
    ),
    Known(
        table="http",
        key="least_body_rate",
        value=WholeNumber(least=0, most=1024**2, hint="0 asks for none"),
        meaning="How many bytes a second must come of a request's body, after its first half "
        "minute.",
    ),
    Known(
        table="http",
        key="allowed_hosts",
        value=Texts(
            each='a host name, with its port if it has one, such as "box.lan:3333"', is_fit=is_host
        ),
        meaning="Further names under which the gateway may be called, compared exactly.",
    ),
    Known(
        table="http",
        key="allowed_origins",
        value=Texts(each='an origin such as "http://localhost:5173"', is_fit=is_origin),
        meaning="Web pages that may call the gateway from a browser, compared exactly.",
    ),
    Known(
        table="http",
        key="path",
        value=DoorPath(),
        env=("LLM_GATEWAY_HTTP_PATH",),
        meaning="Where MCP clients find the gateway; holds from the next start on.",
    ),
    Known(
        table="http",
        key="name",
        value=GatewayName(),
        meaning="How this gateway is called where a request goes round between several; the "
        "computer's name if left out, which other computers of your network are told, and nobody "
        "beyond.",
    ),
    Known(
        table="http",
        key="public_url",
        value=PublicUrl(),
        env=("LLM_GATEWAY_PUBLIC_URL",),
        meaning="How the gateway is reached from elsewhere, where it is; OAuth's tokens are for "
        "this address then. Holds from the next start on.",
    ),
    Known(
        table="http",
        key="tls_certificate",
        value=FilePath(),
        env=("LLM_GATEWAY_TLS_CERTIFICATE",),
        meaning="The certificate, a PEM file; with it every connection is TLS.",
    ),
    Known(
        table="http",
        key="tls_key",
        value=FilePath(),
        env=("LLM_GATEWAY_TLS_KEY",),
        meaning="The certificate's key, a PEM file that nobody else may read.",
    ),
    Known(
        table="http",
        key="tls_at_proxy",
        value=YesNo(),
        env=("LLM_GATEWAY_TLS_AT_PROXY",),
        meaning="A proxy in front speaks TLS, so that the gateway itself need not.",
    ),
    Known(
        table="upstream",
        key="connect_timeout_s",
        value=Seconds(least=0.1, most=_HOUR_S),
        meaning="How long a connection to a provider may take.",
    ),
    Known(
        table="upstream",
        key="first_byte_timeout_s",
        value=Seconds(least=0.1, most=24 * _HOUR_S),
        meaning="How long a provider may think before its answer begins.",
    ),
    Known(
        table="upstream",
        key="idle_timeout_s",
        value=Seconds(least=0.1, most=24 * _HOUR_S),
        meaning="How long an answer that has begun may be silent.",
    ),
    Known(
        table="upstream",
        key="max_answer_bytes",
        value=Size(least="1 KB", most="256 MB"),
        meaning="Larger answers that do not stream are refused: one takes three times its size of "
        "memory while it is read.",
    ),
    Known(
        table="upstream",
        key="max_event_bytes",
        value=Size(least="1 KB", most="64 MB"),
        meaning="A stream with a larger event in it is broken off.",
    ),
    Known(
        table="recorder",
        key="level",
        value=Word(words=RecorderLevel),
        meaning="How much of each flight is kept: everything, only its figures, or nothing.",
    ),
    Known(
        table="recorder",
        key="retention_days",
        value=WholeNumber(least=1, most=36500, hint='to keep nothing, set level = "off"'),
        meaning="Older flights are deleted.",
    ),
    Known(
        table="recorder",
        key="max_bytes",
        value=Size(least="1 MB", most="1024 TB"),
        meaning="Beyond this size the oldest flights are deleted.",
    ),
    Known(
        table="recorder",
        key="max_body_bytes",
        value=Size(least="1 KB", most="1 GB"),
        meaning="Of each body this much is kept.",
    ),
    Known(
        table="recorder",
        key="redact",
        value=YesNo(),
        env=("LLM_GATEWAY_REDACT_LOGGED_SECRETS",),
        meaning="Whether secrets are removed from recorded bodies.",
    ),
    Known(
        table="backups",
        key="hourly",
        value=WholeNumber(least=0, most=10_000),
        meaning="So many automatic backups of gateway.db are kept, an hour apart; 0 makes none.",
    ),
    Known(
        table="backups",
        key="daily",
        value=WholeNumber(least=0, most=10_000),
        meaning="The last one of each of so many days is kept as well.",
    ),
    Known(
        table="backups",
        key="max_days",
        value=WholeNumber(least=1, most=36500),
        meaning="None is kept that is so much older than the newest.",
    ),
    Known(
        table="storage",
        key="encrypt",
        value=YesNo(),
        meaning="Whether texts that are kept (bodies, answers, prompts, output) are encrypted.",
    ),
    Known(
        table="routing",
        key="strategy",
        value=Word(words=Strategy),
        meaning="The order of the candidates where a route names none.",
    ),
    Known(
        table="routing",
        key="keep_conversations",
        value=YesNo(),
        meaning="Whether a conversation stays with the account that answered it, where a route "
        "says nothing.",
    ),
    Known(
        table="routing",
        key="similarity_model",
        value=FilePath(),
        meaning="The folder with `model.safetensors` and `tokenizer.json` of all-MiniLM-L6-v2, for "
        "routes with `cache_similarity`; that of the installed package if left out.",
    ),
    Known(
        table="failover",
        key="max_attempts",
        value=WholeNumber(least=1, most=20),
        meaning="How often one request is tried, all accounts together.",
    ),
    Known(
        table="failover",
        key="max_wait_s",
        value=Seconds(least=0, most=_HOUR_S),
        meaning="The longest wait within a request, for an account to be free again.",
    ),
    Known(
        table="failover",
        key="deadline_s",
        value=Seconds(least=0, most=24 * _HOUR_S),
        meaning="After so long no other attempt begins; with 0 only what the client says counts.",
    ),
    Known(
        table="failover",
        key="retries",
        value=WholeNumber(least=0, most=5),
        meaning="How often an account is asked again after a passing fault, before the next is.",
    ),
    Known(
        table="failover",
        key="failures_before_rest",
        value=WholeNumber(least=1, most=100),
        meaning="After so many passing faults in a row an account is left alone.",
    ),
    Known(
        table="failover",
        key="rest_s",
        value=Seconds(least=1, most=_HOUR_S),
        meaning="How long it is left alone the first time; each further time is twice as long.",
    ),
    Known(
        table="failover",
        key="longest_rest_s",
        value=Seconds(least=1, most=24 * _HOUR_S),
        meaning="The longest such time, and the longest rest after a rate limit.",
    ),
    Known(
        table="failover",
        key="hold_back_s",
        value=Seconds(least=0, most=30),
        meaning="How long a stream's first words wait for what follows them; 0 holds nothing back.",
    ),
    Known(
        table="failover",
        key="slow_chars_per_s",
        value=WholeNumber(least=0, most=100_000),
        meaning="A stream that begins slower is given up for the next account; 0 gives up none.",
    ),
    Known(
        table="failover",
        key="slow_window_s",
        value=Seconds(least=1, most=60),
        meaning="How long the beginning of a stream is watched for that.",
    ),
    Known(
        table="jobs",
        key="sync_deadline_ms",
        value=WholeNumber(least=0, most=_DAY_MS, hint="0 waits to the end"),
        env=("SYNC_DEADLINE_MS",),
        meaning="A caller that waits for a run is handed its job then; the run goes on.",
    ),
    Known(
        table="jobs",
        key="dedup_window_ms",
        value=WholeNumber(least=0, most=30 * _DAY_MS, hint="0 never shares a run"),
        env=("LLM_GATEWAY_DEDUP_WINDOW_MS",),
        meaning="How long the same request of the same client is given the run that it has.",
    ),
    Known(
        table="jobs",
        key="retention_days",
        value=WholeNumber(least=1, most=36500),
        env=("LLM_GATEWAY_JOB_RETENTION_DAYS",),
        meaning="Jobs that ended longer ago are deleted, output and all.",
    ),
    Known(
        table="jobs",
        key="session_ttl_s",
        value=WholeNumber(least=60, most=36500 * 86_400),
        env=("SESSION_TTL",),
        meaning="Sessions of CLIs that nobody used for so long are forgotten.",
    ),
    Known(
        table="jobs",
        key="timeout_ms",
        value=WholeNumber(least=1000, most=30 * _DAY_MS),
        meaning="How long a run may take in all.",
    ),
    Known(
        table="jobs",
        key="retries",
        value=WholeNumber(least=0, most=10),
        meaning="How often a run is started again that failed for a reason that passes, before it "
        "said or did anything.",
    ),
    Known(
        table="jobs",
        key="upstream_refused_s",
        value=Seconds(least=0, most=7 * 24 * _HOUR_S),
        meaning="A run whose CLI asks again by itself is ended once its upstream has refused it "
        "for so long without a break; 0 never ends it.",
    ),
    Known(
        table="limits",
        key="max_running_jobs",
        value=WholeNumber(least=1, most=1000),
        meaning="Runs at once.",
    ),
    Known(
        table="limits",
        key="max_running_per_provider",
        value=WholeNumber(least=1, most=1000),
        meaning="Runs of one CLI at once.",
    ),
    Known(
        table="limits",
        key="max_queued_jobs",
        value=WholeNumber(least=0, most=100_000),
        meaning="Runs that may wait for their turn; further ones are refused.",
    ),
    Known(
        table="limits",
        key="queue_timeout_ms",
        value=WholeNumber(least=100, most=_DAY_MS),
        meaning="How long a run may wait for its turn.",
    ),
    Known(
        table="limits",
        key="max_job_output_bytes",
        value=Size(least="1 KB", most="10 GB"),
        meaning="A run that writes more is stopped.",
    ),
    Known(
        table="limits",
        key="max_connections_per_client",
        value=WholeNumber(least=1, most=512),
        meaning="Connections that one client may hold, by its key, of the 512 that are served at "
        "once; further requests of it are answered 429.",
    ),
    Known(
        table="limits",
        key="max_connections_per_address",
        value=WholeNumber(least=1, most=512),
        meaning="Connections from one address on which no key was shown yet, or which come from "
        "another computer.",
    ),
    Known(
        table="cache_awareness",
        key="emit_anthropic_cache_control",
        value=YesNo(),
        meaning="Mark the stable beginning of a prompt in parts for Anthropic's cache, where it is "
        "long enough and the request marks nothing itself.",
    ),
    Known(
        table="cache_awareness",
        key="anthropic_ttl_seconds",
        value=CacheLife(),
        meaning="How long a prompt that was not marked is taken to stay in Anthropic's cache.",
    ),
    Known(
        table="cache_awareness",
        key="warn_on_ttl_expiry",
        value=YesNo(),
        meaning="Warn in replies where less than 30 s of that are left.",
    ),
    Known(
        table="compression",
        key="enabled",
        value=YesNo(),
        meaning="Make the answers of runs shorter that do not say `compressResponse`.",
    ),
    *APPROVALS,
)

NOT_USED_YET: tuple[tuple[str, ...], ...] = (
    ("cache_awareness", "min_stable_tokens_for_cache_control"),
    ("persistence",),
)
"""Names that have their meaning fixed, for a version to come."""
