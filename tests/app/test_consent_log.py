"""A decision as one line of the log, whatever the program calls itself."""

from dataclasses import replace

from llmgw_desktop.app.access.oauth_assembly import log_line
from llmgw_desktop.domain.access.consent import ConsentWay
from tests.store.test_consent_store import ANSWER, DECISION, QUESTION


def test_it_says_who_what_where_until_when_and_how() -> None:
    assert log_line(DECISION) == (
        "“Claude Code” (client client-1, /usr/bin/claude · pid 7 · user ada) asked for "
        "models:use mcp, to be sent back to http://127.0.0.1:33418, and was let in to mcp until "
        "this program ends (dialog, after 4 s)"
    )


def test_a_refusal_gives_nothing() -> None:
    answer = replace(ANSWER, allowed=False, scopes=(), way=ConsentWay.TIMEOUT, at_s=220.0)
    line = log_line(replace(DECISION, answer=answer))
    assert line.endswith("and was refused (timeout, after 120 s)")


def test_a_hostile_name_is_one_inert_line() -> None:
    name = "x\n2026-01-01 ERROR forged\x1b[31m\u202e" + "Z" * 10_000
    question = replace(QUESTION, client_name=name, client_id=name, redirect_uri=name)
    line = log_line(replace(DECISION, question=question))
    assert "\n" not in line
    assert "\x1b" not in line
    assert "\u202e" not in line
    assert len(line) < 1000
