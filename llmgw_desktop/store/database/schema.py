"""The tables as they are now. Models of no database: `compose` makes SQL for a connection."""

from collections.abc import Mapping
from typing import Any

import peewee


class ClientRow(peewee.Model):
    """A client with the digest of its key; scopes are words with spaces between them."""

    id = peewee.TextField(primary_key=True)
    name = peewee.TextField()
    key_digest = peewee.BlobField(unique=True)
    key_hint = peewee.TextField()
    scopes = peewee.TextField()
    created_at_s = peewee.FloatField()
    revoked_at_s = peewee.FloatField(null=True)
    last_used_at_s = peewee.FloatField(null=True)
    all_or_nothing = peewee.IntegerField(default=0)
    old_key_digest = peewee.BlobField(null=True)
    old_key_ends_at_s = peewee.FloatField(null=True)

    class Meta:
        table_name = "clients"


class KeptResponseRow(peewee.Model):
    """`input`, `output` and `answer` are JSON, compressed with zlib where they are long."""

    id = peewee.TextField(primary_key=True)
    owner = peewee.TextField()
    previous = peewee.TextField(null=True)
    kept_at_s = peewee.FloatField()
    input = peewee.BlobField()
    output = peewee.BlobField()
    answer = peewee.BlobField()

    class Meta:
        table_name = "kept_responses"


class ElsewhereRow(peewee.Model):
    """An answer that its provider keeps; `account` made it, with the credentials of `project`."""

    owner = peewee.TextField()
    id = peewee.TextField()
    account = peewee.TextField()
    project = peewee.TextField()
    kept_at_s = peewee.FloatField()

    class Meta:
        table_name = "responses_elsewhere"
        primary_key = peewee.CompositeKey("owner", "id")


class AccountStateRow(peewee.Model):
    """`standing` is JSON, as the engine's health wrote it."""

    account = peewee.TextField(primary_key=True)
    kept_at_s = peewee.FloatField()
    standing = peewee.TextField()

    class Meta:
        table_name = "account_states"


class VaultKeyRow(peewee.Model):
    """A master key's id and check value, and where it is kept; never the key."""

    key_id = peewee.TextField(primary_key=True)
    check_value = peewee.BlobField()
    state = peewee.TextField()
    kept_in = peewee.TextField()
    made_at_s = peewee.FloatField()

    class Meta:
        table_name = "vault_keys"


class VaultEntryRow(peewee.Model):
    """A credential; `sealed` is its value with the tag, encrypted."""

    id = peewee.IntegerField(primary_key=True)
    kind = peewee.TextField()
    provider = peewee.TextField()
    name = peewee.TextField()
    project = peewee.TextField()
    key_id = peewee.TextField()
    nonce = peewee.BlobField()
    sealed = peewee.BlobField()
    hint = peewee.TextField()
    size = peewee.IntegerField()
    created_at_s = peewee.FloatField()
    updated_at_s = peewee.FloatField()

    class Meta:
        table_name = "vault_entries"


class DataKeyRow(peewee.Model):
    """A data key, wrapped under the master key with this id."""

    seq = peewee.IntegerField(primary_key=True)
    number = peewee.IntegerField(unique=True)
    master = peewee.TextField()
    wrapped = peewee.BlobField()
    made_at_s = peewee.FloatField()

    class Meta:
        table_name = "data_keys"


class JobRow(peewee.Model):
    """A Job, its process and its prompt's facts spread out; `figures` and `compression` are
    JSON."""

    id = peewee.TextField(primary_key=True)
    owner = peewee.TextField()
    client = peewee.TextField()
    cli = peewee.TextField()
    state = peewee.TextField()
    title = peewee.TextField()
    model = peewee.TextField()
    request_key = peewee.TextField()
    correlation_id = peewee.TextField()
    flight_id = peewee.TextField()
    session_id = peewee.TextField()
    working_dir = peewee.TextField()
    asked_at_s = peewee.FloatField()
    started_at_s = peewee.FloatField(null=True)
    ended_at_s = peewee.FloatField(null=True)
    pid = peewee.IntegerField(null=True)
    started_ticks = peewee.IntegerField(null=True)
    process_group = peewee.IntegerField(null=True)
    exit_code = peewee.IntegerField(null=True)
    error = peewee.TextField()
    category = peewee.TextField(null=True)
    retryable = peewee.IntegerField(null=True)
    retries = peewee.IntegerField()
    stdout_bytes = peewee.IntegerField()
    stderr_bytes = peewee.IntegerField()
    output_truncated = peewee.IntegerField()
    changes_files = peewee.IntegerField()
    figures = peewee.TextField()
    expires_at_s = peewee.FloatField(null=True)
    stable_prefix_hash = peewee.TextField()
    stable_prefix_tokens = peewee.IntegerField()
    cache_control_blocks = peewee.IntegerField()
    cache_control_ttl_seconds = peewee.IntegerField()
    compression = peewee.TextField(null=True)
    answer_shape = peewee.TextField()
    handed_from = peewee.TextField()

    class Meta:
        table_name = "jobs"


class SessionRow(peewee.Model):
    """A Session; `totals` is JSON."""

    id = peewee.TextField(primary_key=True)
    owner = peewee.TextField()
    cli = peewee.TextField()
    provider_session_id = peewee.TextField()
    description = peewee.TextField()
    working_dir = peewee.TextField()
    neutral_dir = peewee.TextField()
    made_at_s = peewee.FloatField()
    used_at_s = peewee.FloatField()
    is_active = peewee.IntegerField()
    totals = peewee.TextField()

    class Meta:
        table_name = "sessions"


class WorkspaceRow(peewee.Model):
    """A Workspace that was registered, its alias as `name`; CLIs with spaces between them;
    what holds of containment as a JSON object."""

    name = peewee.TextField(primary_key=True)
    path = peewee.TextField()
    kind = peewee.TextField()
    clis = peewee.TextField()
    root = peewee.TextField()
    is_default = peewee.IntegerField()
    made_by = peewee.TextField()
    made_at_s = peewee.FloatField()
    containment = peewee.TextField()

    class Meta:
        table_name = "workspaces"


class WorktreeRow(peewee.Model):
    """A Worktree."""

    id = peewee.TextField(primary_key=True)
    owner = peewee.TextField()
    client = peewee.TextField()
    name = peewee.TextField()
    workspace = peewee.TextField()
    repository = peewee.TextField()
    git_dir = peewee.TextField()
    path = peewee.TextField()
    base = peewee.TextField()
    ref = peewee.TextField()
    job_id = peewee.TextField()
    state = peewee.TextField()
    made_at_s = peewee.FloatField()

    class Meta:
        table_name = "worktrees"


class ApprovalRow(peewee.Model):
    """An Approval; `reasons`, `requested_mcp_servers` and `metadata` are JSON."""

    id = peewee.TextField(primary_key=True)
    at_s = peewee.FloatField()
    owner = peewee.TextField()
    status = peewee.TextField()
    policy = peewee.TextField()
    cli = peewee.TextField()
    operation = peewee.TextField()
    score = peewee.IntegerField()
    reasons = peewee.TextField()
    prompt_sha256 = peewee.TextField()
    prompt_preview = peewee.TextField()
    requested_mcp_servers = peewee.TextField()
    bypass_requested = peewee.IntegerField()
    full_auto = peewee.IntegerField()
    metadata = peewee.TextField()

    class Meta:
        table_name = "approvals"


class PermissionDecisionRow(peewee.Model):
    """A PermissionDecision; `ask` and `warnings` are JSON."""

    id = peewee.TextField(primary_key=True)
    at_s = peewee.FloatField()
    asked_at_s = peewee.FloatField()
    job_id = peewee.TextField()
    owner = peewee.TextField()
    client = peewee.TextField()
    cli = peewee.TextField()
    job_title = peewee.TextField()
    workspace = peewee.TextField()
    ask = peewee.TextField()
    rule = peewee.TextField()
    warnings = peewee.TextField()
    decision = peewee.TextField()
    way = peewee.TextField()
    note = peewee.TextField()
    person = peewee.TextField()

    class Meta:
        table_name = "permission_decisions"


class PermissionRuleRow(peewee.Model):
    """A PermissionRule."""

    job_id = peewee.TextField()
    digest = peewee.TextField()
    words = peewee.TextField()
    person = peewee.TextField()
    made_at_s = peewee.FloatField()

    class Meta:
        table_name = "permission_rules"
        primary_key = peewee.CompositeKey("job_id", "digest")


class FlightRow(peewee.Model):
    """A FlightSummary, its usage spread out; `search` is what a text filter looks into."""

    seq = peewee.IntegerField(primary_key=True)
    id = peewee.TextField(unique=True)
    started_at_s = peewee.FloatField()
    state = peewee.TextField()
    client = peewee.TextField()
    protocol = peewee.TextField()
    operation = peewee.TextField()
    model_asked = peewee.TextField()
    model_served = peewee.TextField(null=True)
    provider = peewee.TextField(null=True)
    streaming = peewee.IntegerField()
    status = peewee.IntegerField(null=True)
    ttft_ms = peewee.FloatField(null=True)
    took_ms = peewee.FloatField(null=True)
    input_tokens = peewee.IntegerField(null=True)
    output_tokens = peewee.IntegerField(null=True)
    cache_read_tokens = peewee.IntegerField(null=True)
    cache_write_tokens = peewee.IntegerField(null=True)
    reasoning_tokens = peewee.IntegerField(null=True)
    stop_reason = peewee.TextField(null=True)
    error_kind = peewee.TextField(null=True)
    error_text = peewee.TextField(null=True)
    attempts = peewee.IntegerField()
    request_bytes = peewee.IntegerField()
    answer_bytes = peewee.IntegerField()
    replied_chunks = peewee.IntegerField()
    search = peewee.TextField()
    upstream_protocol = peewee.TextField(null=True)
    losses = peewee.TextField(null=True)
    cache_write_1h_tokens = peewee.IntegerField(null=True)
    cost_usd = peewee.FloatField(null=True)
    account = peewee.TextField(null=True)
    stable_prefix_hash = peewee.TextField(null=True)
    stable_prefix_tokens = peewee.IntegerField(null=True)
    cache_control_blocks = peewee.IntegerField(null=True)
    cache_control_ttl_seconds = peewee.IntegerField(null=True)
    compression = peewee.TextField(null=True)
    owner = peewee.TextField(null=True)
    label = peewee.TextField(null=True)
    guard_hits = peewee.TextField(null=True)
    marks = peewee.IntegerField(null=True)
    billing = peewee.TextField(null=True)
    list_cost_usd = peewee.FloatField(null=True)
    is_billed_by_vendor = peewee.IntegerField(null=True)
    job = peewee.TextField(null=True)
    is_counted = peewee.IntegerField(default=1)
    project = peewee.TextField(null=True)
    own_ms = peewee.FloatField(null=True)
    replay_of = peewee.TextField(null=True)
    note = peewee.TextField(null=True)
    conversation = peewee.TextField(null=True)
    agent = peewee.TextField(null=True)

    class Meta:
        table_name = "flights"


class BodyRow(peewee.Model):
    """The rest of a FlightRecord; `packed` bodies are compressed with zlib."""

    flight = peewee.IntegerField(primary_key=True)
    path = peewee.TextField()
    route_reason = peewee.TextField()
    request_headers = peewee.TextField()
    request_body = peewee.BlobField(null=True)
    request_body_packed = peewee.IntegerField()
    request_body_whole = peewee.IntegerField()
    answer_headers = peewee.TextField()
    answer_body = peewee.BlobField(null=True)
    answer_body_packed = peewee.IntegerField()
    answer_body_whole = peewee.IntegerField()
    phases = peewee.TextField()
    considered = peewee.TextField()
    attempt_log = peewee.TextField()
    passed_rules = peewee.TextField()

    class Meta:
        table_name = "flight_bodies"


HOLE = peewee.SQL("?")  # in the place of a value


class SqlDialect:
    """Turns peewee's queries into SQLite's words."""

    def __init__(self) -> None:
        self._database = peewee.SqliteDatabase(None)

    def compose(self, query: Any) -> tuple[str, list[Any]]:
        """SQL and its parameters. peewee's queries have no common type."""
        sql, parameters = query.bind(self._database).sql()
        return str(sql), list(parameters)


def cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """For an insert: bytes in a column of text are encrypted, and stay bytes."""
    return {
        name: peewee.Value(value, unpack=False) if isinstance(value, bytes) else value
        for name, value in row.items()
    }


def columns(model: type[peewee.Model]) -> tuple[str, ...]:
    """Names, in the order of the table."""
    return tuple(field.column_name for field in model._meta.sorted_fields)
