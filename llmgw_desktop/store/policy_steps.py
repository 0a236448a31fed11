"""Steps of `gateway.db`: what clients have spent of their budgets."""

from llmgw_desktop.store.migrations import Steps

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
