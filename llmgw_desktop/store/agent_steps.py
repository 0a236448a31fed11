"""Steps of `gateway.db`: what agents asked, what they were answered, and where they work."""

from llmgw_desktop.store.migrations import Steps

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
