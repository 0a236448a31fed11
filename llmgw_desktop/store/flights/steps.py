"""How the tables of `flights.db` came to be."""

from llmgw_desktop.store.database.database import Steps

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
    ("ALTER TABLE flights ADD COLUMN owner TEXT",),
    (
        # All that is summed of one client's day, so that the table itself is never read for it.
        """
        CREATE INDEX flights_owner
        ON flights (owner, started_at_s, state, input_tokens, output_tokens, cost_usd)
        WHERE owner IS NOT NULL
        """,
    ),
    (
        "ALTER TABLE flights ADD COLUMN label TEXT",
        # As `flights_list`, for those few that have one.
        """
        CREATE INDEX flights_labels
        ON flights (label, started_at_s, seq, state, client, provider, search, owner)
        WHERE label IS NOT NULL
        """,
    ),
    ("ALTER TABLE flights ADD COLUMN guard_hits TEXT",),
    (
        # Sums by the quarter of a minute as well, which are read for the last hour. Of flights
        # from before, times to the first byte are not in them.
        """
        INSERT INTO flight_sums
        SELECT 15, CAST(started_at_s / 15 AS INTEGER) * 15, coalesce(account, provider, ''),
            count(*), sum(state IN ('failed', 'cut')),
            sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens),
            sum(CASE WHEN cache_read_tokens IS NOT NULL THEN input_tokens END),
            x'', sum(cost_usd)
        FROM flights
        WHERE state != 'running' AND started_at_s >= (
            SELECT CAST(max(started_at_s) / 15 AS INTEGER) * 15 - 7200 FROM flights
            WHERE state != 'running'
        )
        GROUP BY 2, 3
        """,
    ),
    (
        # Where each figure comes from (figure_cells.py), what the bill depends on, and which run
        # it belongs to. NULL means told, of none, and of nothing.
        "ALTER TABLE flights ADD COLUMN marks INTEGER",
        "ALTER TABLE flights ADD COLUMN billing TEXT",
        "ALTER TABLE flights ADD COLUMN list_cost_usd REAL",
        "ALTER TABLE flights ADD COLUMN is_billed_by_vendor INTEGER",
        "ALTER TABLE flights ADD COLUMN job TEXT",
        "ALTER TABLE flights ADD COLUMN is_counted INTEGER NOT NULL DEFAULT 1",
        "CREATE INDEX flights_jobs ON flights (job, started_at_s) WHERE job IS NOT NULL",
        # What broke off told less than it came to: output, reasoning and cost are lower bounds.
        """
        UPDATE flights SET marks = 50 << 8
        WHERE state IN ('cut', 'canceled') AND output_tokens IS NOT NULL AND stop_reason IS NULL
        """,
        # How many flights of a sum told each figure, see flights/counts.py.
        "ALTER TABLE flight_sums ADD COLUMN counted BLOB NOT NULL DEFAULT x''",
        # All that is summed of one client's day, with what says whether it counts.
        "DROP INDEX flights_owner",
        """
        CREATE INDEX flights_owner
        ON flights (owner, started_at_s, state, is_counted, input_tokens, output_tokens, cost_usd,
            marks)
        WHERE owner IS NOT NULL
        """,
    ),
    (
        # One row: up to when the wall clock was believed, see flights/known_time.py.
        """
        CREATE TABLE known_time (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            seen_at_s REAL NOT NULL,
            ask_again_s REAL NOT NULL
        )
        """,
    ),
    (
        # One row: to which data key what is kept is being brought, see flights/conversion.py.
        """
        CREATE TABLE encryption (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            number INTEGER NOT NULL,
            up_to INTEGER NOT NULL,
            until INTEGER NOT NULL,
            was_plain INTEGER NOT NULL,
            is_done INTEGER NOT NULL
        )
        """,
    ),
    (
        # Whose credentials a request named, and how long the gateway itself took.
        "ALTER TABLE flights ADD COLUMN project TEXT",
        "ALTER TABLE flights ADD COLUMN own_ms REAL",
        # What was spent, by quarters of an hour, and how long answers took, by hours, so that a
        # month is read at once; see flights/kept_sums.py. Costs are whole dollars and the rest.
        """
        CREATE TABLE flight_spending (
            start_s INTEGER NOT NULL,
            owner TEXT NOT NULL,
            client TEXT NOT NULL,
            label TEXT NOT NULL,
            project TEXT NOT NULL,
            account TEXT NOT NULL,
            model TEXT NOT NULL,
            model_asked TEXT NOT NULL,
            flights INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            cut INTEGER NOT NULL,
            canceled INTEGER NOT NULL,
            retried INTEGER NOT NULL,
            more_attempts INTEGER NOT NULL,
            unpriced INTEGER NOT NULL,
            bounded INTEGER NOT NULL,
            guessed INTEGER NOT NULL,
            untold INTEGER NOT NULL,
            tokens_bounded INTEGER NOT NULL,
            tokens_guessed INTEGER NOT NULL,
            input_tokens INTEGER,
            output_tokens INTEGER,
            cache_read_tokens INTEGER,
            cache_write_tokens INTEGER,
            cache_write_1h_tokens INTEGER,
            cache_known_input_tokens INTEGER,
            cost_dollars INTEGER,
            cost_picos INTEGER,
            cut_cost_dollars INTEGER,
            cut_cost_picos INTEGER,
            retried_cost_dollars INTEGER,
            retried_cost_picos INTEGER,
            failed_cost_dollars INTEGER,
            failed_cost_picos INTEGER,
            PRIMARY KEY (start_s, owner, client, label, project, account, model, model_asked)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE flight_times (
            start_s INTEGER NOT NULL,
            owner TEXT NOT NULL,
            account TEXT NOT NULL,
            model TEXT NOT NULL,
            ttft BLOB NOT NULL,
            took BLOB NOT NULL,
            own BLOB NOT NULL,
            PRIMARY KEY (start_s, owner, account, model)
        ) WITHOUT ROWID
        """,
        # Flights that are there already are read one by one.
        """
        CREATE TABLE flight_kept (
            id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            since_s REAL NOT NULL
        )
        """,
        """
        INSERT INTO flight_kept
        SELECT 1, coalesce(CAST(max(started_at_s) / 3600 AS INTEGER) * 3600 + 3600, 0) FROM flights
        """,
    ),
    (
        # What a prompt consists of, as keyed hashes, see flights/prints.py. Found by the first
        # message of a conversation, and by whose it is.
        """
        CREATE TABLE flight_prints (
            flight INTEGER NOT NULL PRIMARY KEY REFERENCES flights (seq) ON DELETE CASCADE,
            owner TEXT,
            opening INTEGER NOT NULL,
            key INTEGER NOT NULL,
            parts BLOB NOT NULL
        )
        """,
        "CREATE INDEX prints_opening ON flight_prints (opening)",
        "CREATE INDEX prints_owner ON flight_prints (owner)",
    ),
    (
        # Of flights whose request was asked again.
        "ALTER TABLE flights ADD COLUMN replay_of TEXT",
        """
        CREATE INDEX flights_replays ON flights (replay_of, started_at_s)
        WHERE replay_of IS NOT NULL
        """,
    ),
    (
        # Of flights that somebody has marked, empty where nothing was said.
        "ALTER TABLE flights ADD COLUMN note TEXT",
        "CREATE INDEX flights_marked ON flights (started_at_s) WHERE note IS NOT NULL",
    ),
    (
        # Of flights that did not go well, so that who looks for an error reads these alone.
        """
        CREATE INDEX flights_failed ON flights (started_at_s)
        WHERE (state = 'failed' OR state = 'cut' OR error_kind IS NOT NULL
            OR error_text IS NOT NULL OR status >= 400)
        """,
    ),
    (
        # Who asked, within a client. Of flights from before nobody knows.
        "ALTER TABLE flights ADD COLUMN conversation TEXT",
        "ALTER TABLE flights ADD COLUMN agent TEXT",
        """
        CREATE INDEX flights_conversation ON flights (conversation, started_at_s)
        WHERE conversation IS NOT NULL
        """,
    ),
)
