"""Who has access; a revocation holds at once and can be undone for ten seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.access.oversight import AccessRights, HolderKind
from llmgw_desktop.app.questions.questions import Questions, is_list, one_line, waiting_words
from llmgw_desktop.domain.access.consent import ConsentTerm
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.jobs.approval import Decision
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.access.grants import GrantStore
from tests.support.plain_questions import (
    NOW_S,
    PlainQuestions,
    PlainRights,
    consent,
    grant,
    key,
    permission,
)


class MovingClock:
    def __init__(self) -> None:
        self.at_s = NOW_S

    def now_s(self) -> float:
        return self.at_s

    def monotonic_s(self) -> float:
        return self.at_s


def test_nobody_and_somebody() -> None:
    rights = PlainRights(MovingClock())
    assert rights.holders() == ()
    rights.grants.known = [grant(1, term=ConsentTerm.PROGRAM), grant(2, peer=None)]
    rights.keys.known = [key(1), key(2, name="\u202eevil", last_used_at_s=NOW_S)]
    holders = rights.holders()
    assert [each.kind for each in holders] == [HolderKind.PROGRAM] * 2 + [HolderKind.KEY] * 2
    assert holders[0].until.startswith("until its program ends, at the latest ")
    assert holders[0].source.startswith("claude, let in by ada ")
    assert holders[1].source.startswith("unknown program, ")
    assert "\u202e" not in holders[2].name
    assert holders[3].used == "not used yet"


def test_undo_ends_after_ten_seconds() -> None:
    clock = MovingClock()
    rights = PlainRights(clock)
    rights.grants.known = [grant(1)]
    revoked = rights.revoke(rights.holders()[0])
    assert rights.holders() == ()
    clock.at_s += 10.5
    assert rights.undo(revoked) == "Ten seconds are over: it stays revoked."
    assert rights.holders() == ()


def test_undo_takes_back_its_own_revocation_alone() -> None:
    clock = MovingClock()
    rights = PlainRights(clock)
    rights.grants.known = [grant(1)]
    holder = rights.holders()[0]
    first = rights.revoke(holder)
    assert rights.undo(first) == "“Claude Code” has access again."
    clock.at_s += 1
    rights.revoke(holder)
    assert "cannot be brought back" in rights.undo(first)
    assert rights.holders() == ()


def test_with_the_real_stores(tmp_path: Path) -> None:
    clock = SystemClock()
    clients = ClientStore(tmp_path / "gateway.db", clock)
    grants = GrantStore(tmp_path / "gateway.db")
    told: list[str] = []
    rights = AccessRights(grants, clients, clock, changed=lambda: told.append("changed"))
    keys = ClientKeys(clients, clock, TimedIds(clock))
    keys.add("nightly")
    now_s = clock.now_s()
    mine = grant(1, granted_at_s=now_s, expires_at_s=now_s + 3600)
    grants.open(mine, b"d" * 32, "c" * 43, names_redirect=True)
    program, nightly = rights.holders()
    assert (program.name, nightly.name) == ("“Claude Code”", "“nightly”")
    taken = [rights.revoke(program), rights.revoke(nightly)]
    assert rights.holders() == ()
    assert clients.active() == []
    keys.add("nightly")
    assert rights.undo(taken[0]) == "“Claude Code” has access again."
    assert "cannot be brought back" in rights.undo(taken[1]), "another key has its name now"
    assert [each.name for each in rights.holders()] == ["“Claude Code”", "“nightly”"]
    assert len(told) == 3
    clients.close()
    grants.close()


def make_questions() -> PlainQuestions:
    return PlainQuestions(MovingClock(), lambda _: None)


def test_questions_of_both_kinds_stand_in_one_row() -> None:
    questions = make_questions()
    questions.appear(permission(1, asked_at_s=NOW_S - 5))
    questions.appear(consent(2, asked_at_s=NOW_S - 9), consent(3, asked_at_s=NOW_S))
    assert [each.id for each in questions.waiting] == ["ask_0002", "ask_0003", "prm_0001"]
    assert [each.id for each in questions.open] == ["ask_0002", "ask_0003", "prm_0001"]
    assert not is_list(questions.waiting)
    questions.appear(consent(4))
    assert is_list(questions.waiting)
    assert questions.of_job("job_000000000001") is not None
    assert questions.of_job("job_2") is None
    assert [waiting_words(count) for count in (0, 1, 2)] == [
        "",
        "1 question waits for you",
        "2 questions wait for you",
    ]
    assert one_line(consent()) == "“Claude Code” asks for access"


def test_an_answer_is_given_once_and_says_who() -> None:
    questions = make_questions()
    asked = consent()
    questions.appear(asked)
    assert questions.let_in(asked, (Scope.MODELS_USE,), ConsentTerm.EIGHT_HOURS)
    assert not questions.let_in(asked, (Scope.MODELS_USE,), ConsentTerm.EIGHT_HOURS)
    assert questions.consents.answers[0][1].person == "ada"
    with pytest.raises(ValueError, match="deny it instead"):
        questions.let_in(asked, (), ConsentTerm.EIGHT_HOURS)
    wish = permission()
    questions.appear(wish)
    assert questions.decide(wish, Decision.DENY, "  no  " + "x" * 5000)
    note = questions.agents.answers[0][1].note
    assert note.startswith("no  x")
    assert len(note) == 1000
    assert not questions.deny(wish)


def test_somebody_is_there_once() -> None:
    questions: Questions = make_questions()
    assert isinstance(questions, PlainQuestions)
    for here in (True, True, False, False, True):
        questions.attend(here=here)
    assert questions.agents.attending == 1
    assert questions.consents.attended == [True, False, True]
