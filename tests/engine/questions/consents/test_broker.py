"""What comes to a person, what is answered without one, and who gets the answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from llmgw_desktop.domain.access.consent import ANSWER_WITHIN_S, ConsentTerm, ConsentWay
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.engine.questions.consents import broker
from llmgw_desktop.engine.questions.consents import tickets as tickets_module
from llmgw_desktop.engine.questions.consents.broker import MOST_BROWSERS, MOST_OPEN, ConsentBroker
from tests.support.consent_scene import CLAUDE, OTHER, REDIRECT, ConsentScene, a_request


@pytest.fixture
def scene() -> ConsentScene:
    scene = ConsentScene()
    scene.broker.attend(True)
    return scene


class TestAQuestion:
    async def test_waits_with_all_that_a_person_is_shown(self, scene: ConsentScene) -> None:
        ticket = await scene.broker.ask(a_request())
        (question,) = scene.broker.waiting
        assert ticket.decided is None
        assert ticket.question is question
        assert question.client_id == "client-1"
        assert question.client_name == "Claude Code"
        assert question.redirect_uri == REDIRECT
        assert question.peer == CLAUDE
        assert question.is_first
        assert question.terms[0] is ConsentTerm.PROGRAM
        assert set(question.terms) == set(ConsentTerm)
        assert len(question.words.split(" ")) == 2
        assert question.expires_at_s == question.asked_at_s + 3600
        assert scene.heard == [type(scene.heard[0])(question=question, answer=None)]

    def test_waits_for_two_minutes_in_the_house(self) -> None:
        assert ANSWER_WITHIN_S == 120
        assert ConsentBroker.__init__.__kwdefaults__ == {"answer_within_s": 120}

    async def test_names_scopes_in_the_order_of_the_table(self, scene: ConsentScene) -> None:
        await scene.broker.ask(a_request(scopes=(Scope.JOBS_RUN, Scope.MCP, Scope.MODELS_USE)))
        (question,) = scene.broker.waiting
        assert question.scopes == (Scope.MODELS_USE, Scope.MCP, Scope.JOBS_RUN)

    async def test_of_an_unknown_program_is_for_eight_hours_alone(
        self, scene: ConsentScene
    ) -> None:
        scene.peers.clear()
        await scene.broker.ask(a_request())
        (question,) = scene.broker.waiting
        assert question.peer is None
        assert question.terms == (ConsentTerm.EIGHT_HOURS,)

    async def test_says_whether_the_client_was_there_before(self, scene: ConsentScene) -> None:
        grant = scene.granted(revoked_at_s=scene.clock.now_s())
        await scene.broker.ask(a_request())
        assert not scene.broker.waiting[0].is_first
        await scene.broker.ask(a_request(client_id="client-2"))
        assert grant.client_id == "client-1"
        assert scene.broker.waiting[1].is_first

    async def test_comes_though_the_program_is_found_too_late(self, scene: ConsentScene) -> None:
        scene.broker.background.within_s = 0.0
        scene.granted()
        ticket = await scene.broker.ask(a_request())
        assert ticket.decided is None
        assert ticket.question.peer is None
        await scene.broker.close()

    async def test_comes_though_what_was_allowed_cannot_be_read(self, scene: ConsentScene) -> None:
        scene.granted()
        scene.is_store_broken = True
        ticket = await scene.broker.ask(a_request())
        assert ticket.decided is None


class TestAnAnswer:
    async def test_reaches_the_browser_with_what_was_chosen(self, scene: ConsentScene) -> None:
        ticket = await scene.broker.ask(a_request())
        question = ticket.question
        assert scene.allow(question.id, term=ConsentTerm.PROGRAM, person="you")
        outcome = await ticket.outcome()
        assert outcome.question is question
        assert outcome.answer.allowed
        assert outcome.answer.scopes == (Scope.MCP,)
        assert outcome.answer.term is ConsentTerm.PROGRAM
        assert outcome.standing is None
        assert [each.answer for each in scene.heard] == [None, outcome.answer]

    async def test_is_given_once(self, scene: ConsentScene) -> None:
        ticket = await scene.broker.ask(a_request())
        assert scene.deny(ticket.question.id)
        assert not scene.allow(ticket.question.id)
        assert not scene.allow("ask_nothing")
        outcome = await ticket.outcome()
        assert not outcome.answer.allowed
        assert outcome.answer.scopes == ()
        assert scene.broker.waiting == ()

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"scopes": (Scope.MCP, Scope.VAULT_ADMIN)}, "did not ask for vault:admin"),
            ({"scopes": ()}, "let in to something"),
        ],
    )
    async def test_gives_no_more_than_was_asked_for(
        self, scene: ConsentScene, given: dict[str, object], words: str
    ) -> None:
        ticket = await scene.broker.ask(a_request())
        with pytest.raises(ValueError, match=words):
            scene.allow(ticket.question.id, **given)
        assert ticket.decided is None
        assert len(scene.broker.waiting) == 1

    async def test_lasts_no_longer_than_was_offered(self, scene: ConsentScene) -> None:
        scene.peers.clear()
        ticket = await scene.broker.ask(a_request())
        with pytest.raises(ValueError, match="cannot be offered to it; choose 8h"):
            scene.allow(ticket.question.id, term=ConsentTerm.THIRTY_DAYS)
        assert ticket.decided is None

    async def test_that_nobody_gives_is_no(self) -> None:
        scene = ConsentScene(within_s=0.0)
        scene.broker.attend(True)
        ticket = await scene.broker.ask(a_request())
        outcome = await ticket.outcome()
        assert not outcome.answer.allowed
        assert outcome.answer.way is ConsentWay.TIMEOUT
        assert not scene.allow(ticket.question.id)

    async def test_is_written_down_with_its_question(self, scene: ConsentScene) -> None:
        ticket = await scene.broker.ask(a_request())
        scene.allow(ticket.question.id)
        (decision,) = scene.decisions
        assert decision.question is ticket.question
        assert decision.answer.way is ConsentWay.DIALOG


class TestASecondRequest:
    async def test_of_the_same_program_is_the_same_question(self, scene: ConsentScene) -> None:
        """The port may differ on loopback, and each browser waits for the one answer."""
        other = "http://127.0.0.1:40000/callback"
        scene.peers[other] = CLAUDE
        first = await scene.broker.ask(a_request())
        second = await scene.broker.ask(a_request(redirect_uri=other))
        assert len(scene.broker.waiting) == 1
        assert first.question.words == second.question.words
        assert first.id != second.id
        scene.allow(first.question.id)
        assert (await first.outcome()).answer is (await second.outcome()).answer
        assert len(scene.decisions) == 1
        assert len(scene.heard) == 2

    async def test_while_the_first_is_looked_into_is_the_same_too(
        self, scene: ConsentScene
    ) -> None:
        both = await asyncio.gather(scene.broker.ask(a_request()), scene.broker.ask(a_request()))
        assert len(scene.broker.waiting) == 1
        assert both[0].question is both[1].question

    @pytest.mark.parametrize(
        "other",
        [
            {"client_id": "client-2"},
            {"scopes": (Scope.MCP,)},
            {"resource": "http://127.0.0.1:3333/v1"},
            {"redirect_uri": "http://127.0.0.1:33418/elsewhere"},
            {"redirect_uri": "http://localhost:33418/callback"},
            {"redirect_uri": "https://example.com/callback"},
        ],
    )
    async def test_that_asks_for_something_else_is_another_one(
        self, scene: ConsentScene, other: dict[str, object]
    ) -> None:
        scene.peers[str(other.get("redirect_uri", REDIRECT))] = CLAUDE
        await scene.broker.ask(a_request())
        await scene.broker.ask(a_request(**other))
        assert len(scene.broker.waiting) == 2
        assert len({each.words for each in scene.broker.waiting}) == 2

    async def test_of_another_program_under_the_same_name_is_another_one(
        self, scene: ConsentScene
    ) -> None:
        """A client's id is no secret: a stranger must not be let in with the program that uses
        it by right."""
        other = "http://127.0.0.1:40000/callback"
        scene.peers[other] = OTHER
        first = await scene.broker.ask(a_request())
        second = await scene.broker.ask(a_request(redirect_uri=other))
        assert first.question.words != second.question.words
        scene.allow(first.question.id)
        assert first.decided is not None
        assert second.decided is None

    async def test_of_an_unknown_program_is_a_question_of_its_own(
        self, scene: ConsentScene
    ) -> None:
        """Who sends it reads the code where the answer passes through him, whatever its port."""
        scene.peers.clear()
        first = await scene.broker.ask(a_request())
        again = await scene.broker.ask(a_request())
        assert first.question.words != again.question.words
        scene.allow(first.question.id)
        assert again.decided is None

    @pytest.mark.parametrize(
        "elsewhere",
        [{"is_local": False}, {"redirect_uri": "https://example.com/callback"}],
    )
    async def test_from_elsewhere_is_a_question_of_its_own(
        self, scene: ConsentScene, elsewhere: dict[str, object]
    ) -> None:
        """Two browsers that carry one address need not be one person's."""
        first = await scene.broker.ask(a_request(**elsewhere))
        second = await scene.broker.ask(a_request(**elsewhere))
        assert first.question.words != second.question.words

    async def test_of_very_many_browsers_is_turned_away(self, scene: ConsentScene) -> None:
        tickets = [await scene.broker.ask(a_request()) for _ in range(MOST_BROWSERS)]
        assert {each.decided for each in tickets} == {None}
        one_more = await scene.broker.ask(a_request())
        assert one_more.decided is not None
        assert one_more.decided.answer.way is ConsentWay.FLOOD
        assert len(scene.broker.waiting) == 1


class TestAFlood:
    async def test_of_one_source_is_refused_unasked(self, scene: ConsentScene) -> None:
        for number in range(10):
            asked = await scene.broker.ask(a_request(client_id=f"client-{number}"))
            assert asked.decided is None
        refused = [await scene.broker.ask(a_request(client_id=f"x{number}")) for number in (1, 2)]
        ways = [each.decided.answer.way for each in refused if each.decided is not None]
        assert ways == [ConsentWay.FLOOD, ConsentWay.FLOOD]
        assert len(scene.broker.waiting) == 10
        told = [each for each in scene.heard if each.answer is not None]
        assert len(told) == 1, "a person hears of a flood once a minute"
        assert len(scene.decisions) == 1

    async def test_of_one_program_does_not_shut_out_the_others(self, scene: ConsentScene) -> None:
        asked = [
            await scene.broker.ask(a_request(client_id="loop", scopes=(scope,)))
            for scope in list(Scope)[:7]
        ]
        assert [each.decided is None for each in asked] == [True] * 6 + [False]
        other = await scene.broker.ask(a_request(client_id="calm"))
        assert other.decided is None

    async def test_ends_after_a_minute(self, scene: ConsentScene) -> None:
        for number in range(11):
            last = await scene.broker.ask(a_request(client_id=f"client-{number}"))
        assert last.decided is not None
        scene.clock.pass_s(61)
        after = await scene.broker.ask(a_request(client_id="later"))
        assert after.decided is None

    async def test_of_one_source_does_not_shut_out_another(self, scene: ConsentScene) -> None:
        for number in range(6):
            await scene.broker.ask(a_request(client_id=f"c{number}", address="10.0.0.9"))
        other = await scene.broker.ask(a_request(client_id="c", address="10.0.0.10"))
        assert other.decided is None

    async def test_of_one_question_alone_is_bounded_too(
        self, scene: ConsentScene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Joined ones cost a look at the computer's programs as well."""
        monkeypatch.setattr(broker, "MOST_BROWSERS", 1000)
        asked = [await scene.broker.ask(a_request()) for _ in range(37)]
        assert [each.decided is None for each in asked] == [True] * 36 + [False]

    async def test_of_all_sources_together_is_bounded(self, scene: ConsentScene) -> None:
        for number in range(MOST_OPEN):
            await scene.broker.ask(a_request(client_id=f"c{number}", address=f"10.0.0.{number}"))
        one_more = await scene.broker.ask(a_request(client_id="c", address="10.0.1.1"))
        assert one_more.decided is not None
        assert one_more.decided.answer.way is ConsentWay.FLOOD
        assert len(scene.broker.waiting) == MOST_OPEN


class TestNobody:
    async def test_is_there_so_it_is_no(self) -> None:
        scene = ConsentScene()
        ticket = await scene.broker.ask(a_request())
        assert ticket.decided is not None
        assert ticket.decided.answer.way is ConsentWay.NOBODY_TO_ASK
        assert scene.broker.waiting == ()
        assert [each.answer.way for each in scene.decisions] == [ConsentWay.NOBODY_TO_ASK]

    async def test_is_there_after_the_window_has_gone(self, scene: ConsentScene) -> None:
        scene.broker.attend(True, "llmgw consent 7")
        scene.broker.attend(False)
        assert scene.broker.can_ask
        scene.broker.attend(False, "llmgw consent 7")
        assert not scene.broker.can_ask

    async def test_is_there_two_minutes_after_the_last_look(self) -> None:
        scene = ConsentScene()
        assert scene.broker.look() == ()
        scene.clock.pass_s(119)
        ticket = await scene.broker.ask(a_request())
        assert ticket.decided is None
        scene.clock.pass_s(2)
        late = await scene.broker.ask(a_request(client_id="client-2"))
        assert late.decided is not None

    async def test_need_be_there_with_a_password(self) -> None:
        scene = ConsentScene(has_password=True)
        ticket = await scene.broker.ask(a_request())
        assert ticket.decided is None


class TestABrowserThatGoes:
    async def test_takes_its_question_with_it(self, scene: ConsentScene) -> None:
        one = await scene.broker.ask(a_request())
        one.leave()
        assert scene.broker.waiting == ()
        assert [each.answer.way for each in scene.decisions] == [ConsentWay.WITHDRAWN]

    async def test_leaves_the_question_to_those_who_stay(self, scene: ConsentScene) -> None:
        one, two = await scene.broker.ask(a_request()), await scene.broker.ask(a_request())
        one.leave()
        one.leave()
        assert len(scene.broker.waiting) == 1
        two.leave()
        assert scene.broker.waiting == ()

    async def test_is_waited_for_a_while(
        self, scene: ConsentScene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(broker, "COMES_WITHIN_S", 3600.0)
        monkeypatch.setattr(tickets_module, "RETURNS_WITHIN_S", 0.0)
        one = await scene.broker.ask(a_request())
        with one.present(), one.present():
            await asyncio.sleep(0.01)
            assert len(scene.broker.waiting) == 1
        while scene.broker.waiting:
            await asyncio.sleep(0.001)
        assert scene.decisions[0].answer.way is ConsentWay.WITHDRAWN

    async def test_before_it_came_is_one_that_never_was(
        self, scene: ConsentScene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(broker, "COMES_WITHIN_S", 0.0)
        await scene.broker.ask(a_request())
        while scene.broker.waiting:
            await asyncio.sleep(0.001)
        assert scene.decisions[0].answer.way is ConsentWay.WITHDRAWN

    async def test_with_the_gateway(self, scene: ConsentScene) -> None:
        tickets = [await scene.broker.ask(a_request(client_id=each)) for each in "abc"]
        await scene.broker.close()
        ways = [(await each.outcome()).answer.way for each in tickets]
        assert ways == [ConsentWay.WITHDRAWN] * 3


class TestWhatWasAllowedBefore:
    async def test_needs_no_person(self, scene: ConsentScene) -> None:
        scene.broker.attend(False)
        grant = scene.granted()
        other = "http://127.0.0.1:5000/callback"
        scene.peers[other] = replace(CLAUDE, pid=50000, started_ticks=1)
        ticket = await scene.broker.ask(a_request(redirect_uri=other, scopes=(Scope.MCP,)))
        assert ticket.decided is not None
        assert ticket.decided.answer.allowed
        assert ticket.decided.answer.way is ConsentWay.REMEMBERED
        assert ticket.decided.answer.scopes == (Scope.MCP,)
        assert ticket.decided.answer.term is ConsentTerm.EIGHT_HOURS
        assert ticket.decided.answer.person == "you"
        assert ticket.decided.standing is grant
        assert [each.answer.way for each in scene.decisions] == [ConsentWay.REMEMBERED]

    @pytest.mark.parametrize(
        "other",
        [
            {"client_id": "client-2"},
            {"scopes": (Scope.MCP, Scope.JOBS_RUN)},
            {"resource": "http://127.0.0.1:3333/v1"},
            {"redirect_uri": "http://127.0.0.1:33418/elsewhere"},
            {"redirect_uri": "http://127.0.0.1:33418/callback?to=evil"},
            {"redirect_uri": "http://localhost:33418/callback"},
            {"redirect_uri": "https://127.0.0.1:33418/callback"},
            {"is_local": False},
        ],
    )
    async def test_is_asked_again_for_anything_else(
        self, scene: ConsentScene, other: dict[str, object]
    ) -> None:
        scene.granted()
        scene.peers[str(other.get("redirect_uri", REDIRECT))] = CLAUDE
        ticket = await scene.broker.ask(a_request(**other))
        assert ticket.decided is None

    async def test_is_never_remembered_off_this_computer(self, scene: ConsentScene) -> None:
        address = "https://example.com/callback"
        scene.granted(redirect_uri=address)
        scene.peers[address] = CLAUDE
        ticket = await scene.broker.ask(a_request(redirect_uri=address))
        assert ticket.decided is None

    @pytest.mark.parametrize("asking", [OTHER, replace(CLAUDE, user="somebody"), None])
    async def test_is_for_the_same_program(self, scene: ConsentScene, asking: object) -> None:
        """Another one may know the client's id, and may listen on a port."""
        scene.granted()
        scene.peers = {} if asking is None else {REDIRECT: asking}  # type: ignore[dict-item]
        ticket = await scene.broker.ask(a_request())
        assert ticket.decided is None

    async def test_of_a_program_that_was_unknown_is_not_remembered(
        self, scene: ConsentScene
    ) -> None:
        scene.granted(peer=None)
        ticket = await scene.broker.ask(a_request())
        assert ticket.decided is None

    async def test_until_a_program_ends_is_for_that_process(self, scene: ConsentScene) -> None:
        scene.granted(term=ConsentTerm.PROGRAM)
        same = await scene.broker.ask(a_request())
        assert same.decided is not None
        scene.peers[REDIRECT] = replace(CLAUDE, pid=CLAUDE.pid + 1)
        later = await scene.broker.ask(a_request())
        assert later.decided is None
        scene.peers[REDIRECT] = CLAUDE
        scene.running.clear()
        after = await scene.broker.ask(a_request())
        assert after.decided is None

    @pytest.mark.parametrize("end", [{"revoked_at_s": 1.0}, {"expires_at_s": 1.0}])
    async def test_has_ended(self, scene: ConsentScene, end: dict[str, float]) -> None:
        scene.granted(**end)
        ticket = await scene.broker.ask(a_request())
        assert ticket.decided is None

    async def test_is_the_longest_of_several(self, scene: ConsentScene) -> None:
        scene.granted()
        longest = scene.granted(id="long", expires_at_s=scene.clock.now_s() + 10**6)
        ticket = await scene.broker.ask(a_request())
        assert ticket.decided is not None
        assert ticket.decided.standing is longest
