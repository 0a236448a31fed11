"""Steps of `gateway.db`: what was done to the gateway itself, and the settings as seen."""

from llmgw_desktop.store.migrations import Steps

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
