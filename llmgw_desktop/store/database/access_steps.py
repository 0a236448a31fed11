"""The steps of `gateway.db` about access, agents' questions, the audit log and caps."""

from llmgw_desktop.store.database.database import Steps

ACCESS_STEPS: Steps = (
    (
        # Programs that may ask for access, and what they were given. No secret, code or token
        # stands here, only what tells one when it is seen.
        """
        CREATE TABLE oauth_clients (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            made TEXT NOT NULL,
            redirect_uris TEXT NOT NULL,
            scopes TEXT NOT NULL,
            proof TEXT NOT NULL,
            secret_hash TEXT NOT NULL,
            made_at_s REAL NOT NULL,
            revoked_at_s REAL
        )
        """,
        """
        CREATE TABLE oauth_grants (
            id TEXT NOT NULL PRIMARY KEY,
            client_id TEXT NOT NULL,
            client_name TEXT NOT NULL,
            scopes TEXT NOT NULL,
            resource TEXT NOT NULL,
            redirect_uri TEXT NOT NULL,
            term TEXT NOT NULL,
            person TEXT NOT NULL,
            granted_at_s REAL NOT NULL,
            expires_at_s REAL NOT NULL,
            pid INTEGER,
            program TEXT NOT NULL,
            program_user TEXT NOT NULL,
            started_ticks INTEGER NOT NULL,
            last_used_at_s REAL,
            revoked_at_s REAL,
            began_at_s REAL
        )
        """,
        "CREATE INDEX oauth_grants_client ON oauth_grants (client_id, granted_at_s)",
        "CREATE INDEX oauth_grants_live ON oauth_grants (expires_at_s) WHERE revoked_at_s IS NULL",
        """
        CREATE TABLE oauth_codes (
            digest BLOB NOT NULL PRIMARY KEY,
            grant_id TEXT NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
            challenge TEXT NOT NULL,
            names_redirect INTEGER NOT NULL,
            expires_at_s REAL NOT NULL,
            used_at_s REAL
        ) WITHOUT ROWID
        """,
        "CREATE INDEX oauth_codes_grant ON oauth_codes (grant_id)",
        """
        CREATE TABLE oauth_tokens (
            digest BLOB NOT NULL PRIMARY KEY,
            grant_id TEXT NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            scopes TEXT NOT NULL,
            made_at_s REAL NOT NULL,
            expires_at_s REAL NOT NULL,
            used_at_s REAL
        ) WITHOUT ROWID
        """,
        "CREATE INDEX oauth_tokens_grant ON oauth_tokens (grant_id)",
        "CREATE INDEX oauth_tokens_age ON oauth_tokens (expires_at_s)",
        """
        CREATE TABLE access_secrets (
            name TEXT NOT NULL PRIMARY KEY,
            hash TEXT NOT NULL,
            made_at_s REAL NOT NULL
        ) WITHOUT ROWID
        """,
    ),
    (
        # What was asked of a person when programs wanted to be let in, and what came of it.
        """
        CREATE TABLE consent_decisions (
            id TEXT NOT NULL PRIMARY KEY,
            at_s REAL NOT NULL,
            asked_at_s REAL NOT NULL,
            client_id TEXT NOT NULL,
            client_name TEXT NOT NULL,
            redirect_uri TEXT NOT NULL,
            asked_scopes TEXT NOT NULL,
            address TEXT NOT NULL,
            words TEXT NOT NULL,
            is_first INTEGER NOT NULL,
            pid INTEGER,
            program TEXT NOT NULL,
            program_user TEXT NOT NULL,
            started_ticks INTEGER NOT NULL,
            allowed INTEGER NOT NULL,
            way TEXT NOT NULL,
            scopes TEXT NOT NULL,
            term TEXT NOT NULL,
            person TEXT NOT NULL
        )
        """,
        "CREATE INDEX consent_decisions_age ON consent_decisions (at_s)",
    ),
)


AGENT_STEPS: Steps = (
    (
        # What agents asked while they ran, and their answers; `ask` is shortened for lists.
        """
        CREATE TABLE permission_decisions (
            id TEXT NOT NULL PRIMARY KEY,
            at_s REAL NOT NULL,
            asked_at_s REAL NOT NULL,
            job_id TEXT NOT NULL,
            owner TEXT NOT NULL,
            client TEXT NOT NULL,
            cli TEXT NOT NULL,
            job_title TEXT NOT NULL,
            workspace TEXT NOT NULL,
            ask TEXT NOT NULL,
            rule TEXT NOT NULL,
            warnings TEXT NOT NULL,
            decision TEXT NOT NULL,
            way TEXT NOT NULL,
            note TEXT NOT NULL,
            person TEXT NOT NULL
        )
        """,
        "CREATE INDEX permission_decisions_age ON permission_decisions (at_s)",
        "CREATE INDEX permission_decisions_job ON permission_decisions (job_id, at_s)",
        # What a person allowed for a job while it runs, by the digest of it.
        """
        CREATE TABLE permission_rules (
            job_id TEXT NOT NULL,
            digest TEXT NOT NULL,
            words TEXT NOT NULL,
            person TEXT NOT NULL,
            made_at_s REAL NOT NULL,
            PRIMARY KEY (job_id, digest)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX permission_rules_age ON permission_rules (made_at_s)",
    ),
    (
        # Checkouts that jobs have for themselves.
        """
        CREATE TABLE worktrees (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            client TEXT NOT NULL,
            name TEXT NOT NULL,
            workspace TEXT NOT NULL,
            repository TEXT NOT NULL,
            git_dir TEXT NOT NULL,
            path TEXT NOT NULL,
            base TEXT NOT NULL,
            ref TEXT NOT NULL,
            job_id TEXT NOT NULL,
            state TEXT NOT NULL,
            made_at_s REAL NOT NULL
        )
        """,
        "CREATE INDEX worktrees_list ON worktrees (owner, made_at_s)",
    ),
)


AUDIT_STEPS: Steps = (
    (
        # Entries are added and never touched again. `body` is what `digest` is of; the columns
        # before it only find it.
        """
        CREATE TABLE audit_log (
            number INTEGER NOT NULL PRIMARY KEY,
            at_s REAL NOT NULL,
            who TEXT NOT NULL,
            verb TEXT NOT NULL,
            body BLOB NOT NULL,
            digest TEXT NOT NULL UNIQUE
        )
        """,
        "CREATE INDEX audit_log_time ON audit_log (at_s)",
        """
        CREATE TRIGGER audit_log_in_order BEFORE INSERT ON audit_log
        WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM audit_log)
        BEGIN SELECT RAISE(ABORT, 'the audit log has no gaps'); END
        """,
        """
        CREATE TRIGGER audit_log_unchanged BEFORE UPDATE ON audit_log
        BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END
        """,
        """
        CREATE TRIGGER audit_log_whole BEFORE DELETE ON audit_log
        BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END
        """,
        # Signatures over digests: each covers all entries up to its number.
        """
        CREATE TABLE audit_seals (
            number INTEGER NOT NULL PRIMARY KEY,
            digest TEXT NOT NULL,
            signature TEXT NOT NULL,
            public_key TEXT NOT NULL,
            at_s REAL NOT NULL
        )
        """,
        """
        CREATE TRIGGER audit_seals_in_order BEFORE INSERT ON audit_seals
        WHEN NEW.number <= (SELECT coalesce(max(number), 0) FROM audit_seals)
        BEGIN SELECT RAISE(ABORT, 'a seal comes after the one before'); END
        """,
        """
        CREATE TRIGGER audit_seals_unchanged BEFORE UPDATE ON audit_seals
        BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END
        """,
        """
        CREATE TRIGGER audit_seals_whole BEFORE DELETE ON audit_seals
        BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END
        """,
        # The settings file as it was last seen, secrets masked: what a hand changes while nothing
        # runs is told at the next start.
        """
        CREATE TABLE settings_seen (
            file TEXT NOT NULL PRIMARY KEY,
            digest TEXT NOT NULL,
            shown TEXT NOT NULL
        ) WITHOUT ROWID
        """,
    ),
)

CAP_STEPS: Steps = (
    (
        # What caps have counted of conversations, agents, runs and labels; see store/policy.py.
        """
        CREATE TABLE cap_meters (
            kind TEXT NOT NULL,
            client_id TEXT NOT NULL,
            mark TEXT NOT NULL,
            client TEXT NOT NULL,
            conversation TEXT NOT NULL,
            model TEXT NOT NULL,
            begins_at_s REAL NOT NULL,
            ends_at_s REAL,
            last_at_s REAL NOT NULL,
            tokens INTEGER NOT NULL,
            usd REAL NOT NULL,
            requests INTEGER NOT NULL,
            unpriced INTEGER NOT NULL,
            times INTEGER NOT NULL,
            told INTEGER NOT NULL,
            is_stopped INTEGER NOT NULL,
            PRIMARY KEY (kind, client_id, mark)
        ) WITHOUT ROWID
        """,
    ),
)

LINE_STEPS: Steps = (
    (
        # What a person said of lines that are kept for him; see store/policy.py.
        """
        CREATE TABLE reserve_lines (
            window TEXT NOT NULL,
            what TEXT NOT NULL,
            reserve REAL NOT NULL,
            line REAL NOT NULL,
            since_s REAL NOT NULL,
            until_s REAL NOT NULL,
            PRIMARY KEY (window, what)
        ) WITHOUT ROWID
        """,
    ),
)

SAMPLED_STEPS: Steps = (
    (
        # What servers behind the gateway had of a model in their day; see store/tool_pins.py.
        """
        CREATE TABLE sampled_tokens (
            server TEXT NOT NULL PRIMARY KEY,
            since_s REAL NOT NULL,
            tokens INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
    ),
)
