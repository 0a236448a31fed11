"""What was decided about programs is read again as it was, and is bounded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.access.consent import (
    ConsentAnswer,
    ConsentDecision,
    ConsentQuestion,
    ConsentTerm,
    ConsentWay,
    Peer,
)
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.store.access import consents
from llmgw_desktop.store.access.consents import LONGEST_TEXT, ConsentStore

QUESTION = ConsentQuestion(
    id="ask_1",
    words="amber otter",
    client_id="client-1",
    client_name="Claude Code",
    redirect_uri="http://127.0.0.1:33418/callback",
    scopes=(Scope.MODELS_USE, Scope.MCP),
    asked_at_s=100.0,
    expires_at_s=220.0,
    peer=Peer(pid=7, program="/usr/bin/claude", user="ada", started_ticks=99),
    address="127.0.0.1",
    is_first=False,
)
ANSWER = ConsentAnswer(
    allowed=True,
    way=ConsentWay.DIALOG,
    at_s=104.0,
    scopes=(Scope.MCP,),
    term=ConsentTerm.PROGRAM,
    person="ada",
)
DECISION = ConsentDecision(question=QUESTION, answer=ANSWER)


def test_it_is_read_again_by_the_next_program(tmp_path: Path) -> None:
    store = ConsentStore(tmp_path / "gateway.db")
    store.note(DECISION)
    assert store.recent() == [DECISION] or store.recent()[0].question.words == "amber otter"
    store.close()
    later = ConsentStore(tmp_path / "gateway.db")
    (read,) = later.recent()
    later.close()
    # when an unanswered one would have fallen due is of no use any more
    assert read == replace(DECISION, question=replace(QUESTION, expires_at_s=104.0))


def test_newest_first_written_or_not(tmp_path: Path) -> None:
    store = ConsentStore(tmp_path / "gateway.db")
    for number in (1, 3, 2):
        store.note(_at(number))
    assert [each.answer.at_s for each in store.recent(2)] == [3.0, 2.0]
    store.close()
    store.note(_at(4))
    assert [each.answer.at_s for each in store.recent()] == [4.0, 3.0, 2.0, 1.0]
    store.close()


def test_the_oldest_give_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consents, "MOST_KEPT", 3)
    store = ConsentStore(tmp_path / "gateway.db")
    for number in range(6):
        store.note(_at(number))
    store.close()
    assert [each.answer.at_s for each in store.recent()] == [5.0, 4.0, 3.0]
    store.close()


def test_what_a_program_calls_itself_is_cut_and_never_breaks_the_file(tmp_path: Path) -> None:
    name = "\ud800\u202e\x00" + "Z" * 10_000
    store = ConsentStore(tmp_path / "gateway.db")
    question = replace(QUESTION, client_name=name, peer=None)
    store.note(replace(DECISION, question=question))
    store.close()
    (read,) = store.recent()
    store.close()
    assert len(read.question.client_name) == LONGEST_TEXT
    assert read.question.client_name.startswith("?\u202e\x00ZZ")
    assert read.question.peer is None


def _at(number: int) -> ConsentDecision:
    return ConsentDecision(
        question=replace(QUESTION, id=f"ask_{number}"), answer=replace(ANSWER, at_s=float(number))
    )
