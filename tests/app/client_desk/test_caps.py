"""What a client's conversations, runs and labels have used, as facts of its row."""

from __future__ import annotations

from llmgw_desktop.app.clients.facts import cap_facts
from llmgw_desktop.domain.brakes import CapKind, CapStanding

_UNDER_WAY = {"running": 2, "reserved_tokens": 8200, "reserved_usd": 0.312}


def cap(number: int, kind: CapKind = CapKind.CONVERSATION, **changes: object) -> CapStanding:
    values: dict[str, object] = {
        "kind": kind,
        "id": f"c{number}",
        "client_id": "cli_1",
        "client": "shop",
        "conversation": "",
        "model": "m",
        "tokens": 1000 * number,
        "usd": 0.5,
        "requests": number,
        "unpriced": 0,
        "begins_at_s": 1.0,
        "last_at_s": 2.0,
        "most_tokens": 4_000_000,
        "most_usd": None,
        "is_stopped": False,
    }
    return CapStanding(**(values | changes))  # type: ignore[arg-type]


def test_conversations_with_their_agents_then_runs_and_labels() -> None:
    agents = [cap(at, CapKind.AGENT, conversation="c1") for at in (7, 8)]
    run = cap(3, CapKind.RUN, id="job_1", most_tokens=None, most_usd=5.0, unpriced=2)
    label = cap(4, CapKind.LABEL, id="nightly", most_usd=20.0, **_UNDER_WAY)
    told = cap_facts([cap(1), *agents, cap(2, is_stopped=True), run, label])
    assert told == (
        (
            "Conversations",
            "c1: 1,000 of 4,000,000 tokens, 0.50 US dollars, 1 request, 2 agents\n"
            "c2: 2,000 of 4,000,000 tokens, 0.50 US dollars, 2 requests, stopped",
        ),
        (
            "Runs",
            "job_1: 3,000 tokens, 0.50 of 5.00 US dollars, 3 requests, the price of 2 not known",
        ),
        (
            "Labels today",
            "nightly: 4,000 of 4,000,000 tokens, 0.50 of 20.00 US dollars, 4 requests,"
            " 2 under way with up to 8,200 tokens and 0.31 US dollars",
        ),
    )


def test_the_latest_alone_are_shown_and_none_where_nothing_is_counted() -> None:
    ((_, words),) = cap_facts([cap(at) for at in range(1, 9)])
    assert words.endswith("and 3 more")
    assert len(words.split("\n")) == 6
    assert cap_facts([]) == ()
