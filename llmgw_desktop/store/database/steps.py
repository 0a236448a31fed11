"""How the tables of `gateway.db` came to be; a released step is never changed, only followed."""

from llmgw_desktop.store.database.access_steps import (
    ACCESS_STEPS,
    AGENT_STEPS,
    AUDIT_STEPS,
    CAP_STEPS,
    LINE_STEPS,
    SAMPLED_STEPS,
)
from llmgw_desktop.store.database.database import Steps

POLICY_STEPS: Steps = (
    (
        # One row a budget, of the period that it was last used in.
        """
        CREATE TABLE spent (
            client TEXT NOT NULL,
            measure TEXT NOT NULL,
            period TEXT NOT NULL,
            begins_at_s REAL,
            used REAL NOT NULL,
            PRIMARY KEY (client, measure, period)
        ) WITHOUT ROWID
        """,
    ),
)
SINCE_STEPS: Steps = (
    # When a budget began to count, where that was within its period.
    ("ALTER TABLE spent ADD COLUMN since_s REAL",),
)
MARK_STEPS: Steps = (
    # The highest mark of a budget that was told of in its period, in percent.
    ("ALTER TABLE spent ADD COLUMN told INTEGER NOT NULL DEFAULT 0",),
)


_FIRST: Steps = (
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

_OLD_KEYS: Steps = (
    (
        # A key that another has taken the place of, and until when it still opens.
        "ALTER TABLE clients ADD COLUMN old_key_digest BLOB",
        "ALTER TABLE clients ADD COLUMN old_key_ends_at_s REAL",
    ),
)

_DATA_KEYS: Steps = (
    (
        # What stored texts are encrypted under, wrapped; see at_rest/data_keys.py.
        """
        CREATE TABLE data_keys (
            seq INTEGER NOT NULL PRIMARY KEY,
            number INTEGER NOT NULL UNIQUE,
            master TEXT NOT NULL,
            wrapped BLOB NOT NULL,
            made_at_s REAL NOT NULL
        )
        """,
    ),
)

_ENCRYPTION: Steps = (
    (
        # One row: under which data key all texts are, see at_rest/gateway_conversion.py.
        """
        CREATE TABLE encryption (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            number INTEGER NOT NULL,
            is_done INTEGER NOT NULL
        )
        """,
    ),
)

_WORKSPACES: Steps = (
    (
        # How far runs in a registered workspace are contained; a JSON object.
        "ALTER TABLE workspaces ADD COLUMN containment TEXT NOT NULL DEFAULT '{}'",
    ),
)

_PARKED: Steps = (
    (
        # Jobs that wait for a limit of their vendor's are live as well.
        "DROP INDEX jobs_live",
        """
        CREATE INDEX jobs_live ON jobs (asked_at_s)
        WHERE state IN ('parked', 'queued', 'running')
        """,
    ),
)

_TOOL_PINS: Steps = (
    (
        # Tools of MCP servers behind the gateway as they were approved; see store/tool_pins.py.
        """
        CREATE TABLE tool_pins (
            server TEXT NOT NULL,
            tool TEXT NOT NULL,
            definition TEXT NOT NULL,
            is_hidden INTEGER NOT NULL,
            at_s REAL NOT NULL,
            PRIMARY KEY (server, tool)
        ) WITHOUT ROWID
        """,
    ),
)

_HANDED_OVER: Steps = (
    (
        # Which job one goes on from, with another CLI; found from that one by the index.
        "ALTER TABLE jobs ADD COLUMN handed_from TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX jobs_handed ON jobs (handed_from) WHERE handed_from <> ''",
    ),
)

GATEWAY_STEPS: Steps = (
    *_FIRST,
    *ACCESS_STEPS,
    *AGENT_STEPS,
    *POLICY_STEPS,
    *MARK_STEPS,
    *AUDIT_STEPS,
    *_OLD_KEYS,
    *SINCE_STEPS,
    *_DATA_KEYS,
    *_ENCRYPTION,
    *_WORKSPACES,
    *_PARKED,
    *_TOOL_PINS,
    *CAP_STEPS,
    *_HANDED_OVER,
    *LINE_STEPS,
    *SAMPLED_STEPS,
)
"""In the order in which they came: a new one goes to the end."""
