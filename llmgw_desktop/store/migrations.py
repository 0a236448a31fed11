"""How the tables came to be, step by step; a released step is never changed, only followed.

The number of steps taken is the file's `user_version`. `schema.py` says what the last step leaves.
"""

import sqlite3
from collections.abc import Sequence

from llmgw_desktop.store.transaction import transaction

Steps = Sequence[Sequence[str]]
"""Each step is some statements that happen together or not at all."""


def schema_version(connection: sqlite3.Connection) -> int:
    """How many steps this file has taken."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, steps: Steps) -> None:
    """Take the steps that are missing."""
    for number in range(schema_version(connection) + 1, len(steps) + 1):
        with transaction(connection):
            # Another process may have taken the step while this one waited for the lock.
            if schema_version(connection) < number:
                for statement in steps[number - 1]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")


GATEWAY_STEPS: Steps = (
    (
        """
        CREATE TABLE clients (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            key_digest BLOB NOT NULL UNIQUE,
            key_hint TEXT NOT NULL,
            scopes TEXT NOT NULL,
            created_at_s REAL NOT NULL,
            revoked_at_s REAL,
            last_used_at_s REAL
        )
        """,
        "CREATE UNIQUE INDEX clients_active_name ON clients (name) WHERE revoked_at_s IS NULL",
    ),
    (
        "ALTER TABLE clients ADD COLUMN all_or_nothing INTEGER NOT NULL DEFAULT 0",
        # Answers that a caller may go on from by their id. Each holds what was said new with it;
        # the conversation is the chain of those before.
        """
        CREATE TABLE kept_responses (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            previous TEXT,
            kept_at_s REAL NOT NULL,
            input BLOB NOT NULL,
            output BLOB NOT NULL,
            answer BLOB NOT NULL
        )
        """,
        "CREATE INDEX kept_responses_age ON kept_responses (kept_at_s)",
    ),
    (
        # How accounts stand, so that a restart does not ask those again that must rest.
        """
        CREATE TABLE account_states (
            account TEXT NOT NULL PRIMARY KEY,
            kept_at_s REAL NOT NULL,
            standing TEXT NOT NULL
        )
        """,
    ),
    (
        # Which master keys there are, by what can be told of each without telling it. One is
        # `current`; a rotation has its next one `coming` before, and the last one `retired` after.
        """
        CREATE TABLE vault_keys (
            key_id TEXT NOT NULL PRIMARY KEY,
            check_value BLOB NOT NULL,
            state TEXT NOT NULL,
            kept_in TEXT NOT NULL,
            made_at_s REAL NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX vault_keys_current ON vault_keys (state) WHERE state = 'current'",
        # AUTOINCREMENT: the id of a deleted entry is never another's.
        """
        CREATE TABLE vault_entries (
            id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
            kind TEXT NOT NULL,
            provider TEXT NOT NULL,
            name TEXT NOT NULL,
            project TEXT NOT NULL,
            key_id TEXT NOT NULL,
            nonce BLOB NOT NULL,
            sealed BLOB NOT NULL,
            hint TEXT NOT NULL,
            size INTEGER NOT NULL,
            created_at_s REAL NOT NULL,
            updated_at_s REAL NOT NULL,
            UNIQUE (kind, provider, name, project)
        )
        """,
    ),
    (
        """
        CREATE TABLE jobs (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            client TEXT NOT NULL,
            cli TEXT NOT NULL,
            state TEXT NOT NULL,
            title TEXT NOT NULL,
            model TEXT NOT NULL,
            request_key TEXT NOT NULL,
            correlation_id TEXT NOT NULL,
            flight_id TEXT NOT NULL,
            session_id TEXT NOT NULL,
            working_dir TEXT NOT NULL,
            asked_at_s REAL NOT NULL,
            started_at_s REAL,
            ended_at_s REAL,
            pid INTEGER,
            started_ticks INTEGER,
            process_group INTEGER,
            exit_code INTEGER,
            error TEXT NOT NULL,
            category TEXT,
            retryable INTEGER,
            retries INTEGER NOT NULL,
            stdout_bytes INTEGER NOT NULL,
            stderr_bytes INTEGER NOT NULL,
            output_truncated INTEGER NOT NULL,
            changes_files INTEGER NOT NULL,
            figures TEXT NOT NULL,
            expires_at_s REAL
        )
        """,
        "CREATE INDEX jobs_live ON jobs (asked_at_s) WHERE state IN ('queued', 'running')",
        "CREATE INDEX jobs_list ON jobs (owner, asked_at_s)",
        "CREATE INDEX jobs_request ON jobs (request_key, asked_at_s)",
        "CREATE INDEX jobs_age ON jobs (expires_at_s) WHERE expires_at_s IS NOT NULL",
    ),
    (
        # Answers that a provider keeps itself: who asks for one by its id is led to whom made it.
        """
        CREATE TABLE responses_elsewhere (
            owner TEXT NOT NULL,
            id TEXT NOT NULL,
            account TEXT NOT NULL,
            project TEXT NOT NULL,
            kept_at_s REAL NOT NULL,
            PRIMARY KEY (owner, id)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX responses_elsewhere_age ON responses_elsewhere (kept_at_s)",
    ),
    (
        # Conversations with CLIs, by whose they are. What was said in them lies with the CLI.
        """
        CREATE TABLE sessions (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            cli TEXT NOT NULL,
            provider_session_id TEXT NOT NULL,
            description TEXT NOT NULL,
            working_dir TEXT NOT NULL,
            neutral_dir TEXT NOT NULL,
            made_at_s REAL NOT NULL,
            used_at_s REAL NOT NULL,
            is_active INTEGER NOT NULL,
            totals TEXT NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX sessions_active ON sessions (owner, cli) WHERE is_active = 1",
        "CREATE INDEX sessions_list ON sessions (owner, used_at_s)",
        "CREATE INDEX sessions_provider ON sessions (cli, provider_session_id)",
        "CREATE INDEX sessions_age ON sessions (used_at_s)",
    ),
    (
        # Folders that jobs may be told to work in; those of the settings file are not here.
        """
        CREATE TABLE workspaces (
            name TEXT NOT NULL PRIMARY KEY,
            path TEXT NOT NULL,
            kind TEXT NOT NULL,
            clis TEXT NOT NULL,
            root TEXT NOT NULL,
            is_default INTEGER NOT NULL,
            made_by TEXT NOT NULL,
            made_at_s REAL NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX workspaces_default ON workspaces (is_default) WHERE is_default = 1",
    ),
    (
        # What the gate decided of runs that asked for more than usual.
        """
        CREATE TABLE approvals (
            id TEXT NOT NULL PRIMARY KEY,
            at_s REAL NOT NULL,
            owner TEXT NOT NULL,
            status TEXT NOT NULL,
            policy TEXT NOT NULL,
            cli TEXT NOT NULL,
            operation TEXT NOT NULL,
            score INTEGER NOT NULL,
            reasons TEXT NOT NULL,
            prompt_sha256 TEXT NOT NULL,
            prompt_preview TEXT NOT NULL,
            requested_mcp_servers TEXT NOT NULL,
            bypass_requested INTEGER NOT NULL,
            full_auto INTEGER NOT NULL,
            metadata TEXT NOT NULL
        )
        """,
        "CREATE INDEX approvals_list ON approvals (owner, at_s)",
        "CREATE INDEX approvals_age ON approvals (at_s)",
    ),
    (
        # Panels of models and what each of them answered; `role` is reviewer or judge.
        """
        CREATE TABLE validations (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            client TEXT NOT NULL,
            project TEXT NOT NULL,
            made_at_s REAL NOT NULL,
            request TEXT NOT NULL,
            judge_order TEXT NOT NULL,
            has_ended INTEGER NOT NULL
        )
        """,
        "CREATE INDEX validations_list ON validations (owner, made_at_s)",
        "CREATE INDEX validations_open ON validations (made_at_s) WHERE has_ended = 0",
        """
        CREATE TABLE validation_answers (
            validation_id TEXT NOT NULL REFERENCES validations (id) ON DELETE CASCADE,
            role TEXT NOT NULL,
            seat TEXT NOT NULL,
            number INTEGER NOT NULL,
            state TEXT NOT NULL,
            job_id TEXT NOT NULL,
            text TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (validation_id, role, seat)
        ) WITHOUT ROWID
        """,
        # Of two who would have it judged one wins and knows it.
        """
        CREATE UNIQUE INDEX validation_judge ON validation_answers (validation_id)
        WHERE role = 'judge'
        """,
        "CREATE INDEX validation_jobs ON validation_answers (job_id) WHERE job_id != ''",
        # Signed, each with the digest of the one before: never changed, never deleted.
        """
        CREATE TABLE receipts (
            seq INTEGER NOT NULL PRIMARY KEY,
            validation_id TEXT NOT NULL UNIQUE,
            owner TEXT NOT NULL,
            minted_at_s REAL NOT NULL,
            body BLOB NOT NULL,
            sha256 TEXT NOT NULL,
            prev_sha256 TEXT NOT NULL,
            signature TEXT NOT NULL,
            public_key TEXT NOT NULL
        )
        """,
    ),
    (
        # What of a prompt may come from a vendor's cache, and how an answer is wanted.
        "ALTER TABLE jobs ADD COLUMN stable_prefix_hash TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE jobs ADD COLUMN stable_prefix_tokens INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE jobs ADD COLUMN cache_control_blocks INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE jobs ADD COLUMN cache_control_ttl_seconds INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE jobs ADD COLUMN compression TEXT",
        "ALTER TABLE jobs ADD COLUMN answer_shape TEXT NOT NULL DEFAULT ''",
        """
        CREATE INDEX jobs_prefix ON jobs (owner, stable_prefix_hash, asked_at_s)
        WHERE stable_prefix_hash <> ''
        """,
        "CREATE INDEX jobs_session ON jobs (session_id, asked_at_s) WHERE session_id <> ''",
    ),
)

FLIGHTS_STEPS: Steps = (
    (
        """
        CREATE TABLE flights (
            seq INTEGER NOT NULL PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            started_at_s REAL NOT NULL,
            state TEXT NOT NULL,
            client TEXT NOT NULL,
            protocol TEXT NOT NULL,
            operation TEXT NOT NULL,
            model_asked TEXT NOT NULL,
            model_served TEXT,
            provider TEXT,
            streaming INTEGER NOT NULL,
            status INTEGER,
            ttft_ms REAL,
            took_ms REAL,
            input_tokens INTEGER,
            output_tokens INTEGER,
            cache_read_tokens INTEGER,
            cache_write_tokens INTEGER,
            reasoning_tokens INTEGER,
            stop_reason TEXT,
            error_kind TEXT,
            error_text TEXT,
            attempts INTEGER NOT NULL,
            request_bytes INTEGER NOT NULL,
            answer_bytes INTEGER NOT NULL,
            replied_chunks INTEGER NOT NULL,
            search TEXT NOT NULL
        )
        """,
        # All that a list is filtered by, in the order in which it is shown, so that filtering and
        # counting never read the table itself.
        """
        CREATE INDEX flights_list
        ON flights (started_at_s, seq, state, client, provider, search)
        """,
        "CREATE INDEX flights_running ON flights (id) WHERE state = 'running'",
        """
        CREATE TABLE flight_bodies (
            flight INTEGER NOT NULL PRIMARY KEY REFERENCES flights (seq) ON DELETE CASCADE,
            path TEXT NOT NULL,
            route_reason TEXT NOT NULL,
            request_headers TEXT NOT NULL,
            request_body BLOB,
            request_body_packed INTEGER NOT NULL,
            request_body_whole INTEGER NOT NULL,
            answer_headers TEXT NOT NULL,
            answer_body BLOB,
            answer_body_packed INTEGER NOT NULL,
            answer_body_whole INTEGER NOT NULL,
            phases TEXT NOT NULL
        )
        """,
        # Sums of ended flights by minute and by hour (span_s 60 and 3600), so that an overview
        # does not read a month of rows. Provider '' is for flights that reached none; ttft counts
        # times to first byte in bins, see flights/ttft_bins.py.
        """
        CREATE TABLE flight_sums (
            span_s INTEGER NOT NULL,
            start_s INTEGER NOT NULL,
            provider TEXT NOT NULL,
            flights INTEGER NOT NULL,
            errors INTEGER NOT NULL,
            input_tokens INTEGER,
            output_tokens INTEGER,
            cache_read_tokens INTEGER,
            cache_write_tokens INTEGER,
            cache_known_input_tokens INTEGER,
            ttft BLOB NOT NULL,
            PRIMARY KEY (span_s, start_s, provider)
        ) WITHOUT ROWID
        """,
    ),
    (
        "ALTER TABLE flights ADD COLUMN upstream_protocol TEXT",
        "ALTER TABLE flights ADD COLUMN losses TEXT",
    ),
    (
        "ALTER TABLE flights ADD COLUMN cache_write_1h_tokens INTEGER",
        "ALTER TABLE flights ADD COLUMN cost_usd REAL",
        "ALTER TABLE flight_sums ADD COLUMN cost_usd REAL",
    ),
    ("ALTER TABLE flight_bodies ADD COLUMN considered TEXT NOT NULL DEFAULT '[]'",),
    ("ALTER TABLE flight_bodies ADD COLUMN attempt_log TEXT NOT NULL DEFAULT '[]'",),
    ("ALTER TABLE flight_bodies ADD COLUMN passed_rules TEXT NOT NULL DEFAULT '[]'",),
    (
        # Sums are kept by account, of which a provider's name is the beginning, or all.
        "ALTER TABLE flights ADD COLUMN account TEXT",
        "ALTER TABLE flight_sums RENAME COLUMN provider TO account",
    ),
    (
        # Of runs that were asked for as jobs; the others have none of these.
        "ALTER TABLE flights ADD COLUMN stable_prefix_hash TEXT",
        "ALTER TABLE flights ADD COLUMN stable_prefix_tokens INTEGER",
        "ALTER TABLE flights ADD COLUMN cache_control_blocks INTEGER",
        "ALTER TABLE flights ADD COLUMN cache_control_ttl_seconds INTEGER",
        "ALTER TABLE flights ADD COLUMN compression TEXT",
    ),
)
