"""Steps of `gateway.db`: who was let in, by whom, with which tokens, and what was decided."""

from llmgw_desktop.store.migrations import Steps

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
