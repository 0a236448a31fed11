"""`/ui`: who is let in, what is shown, what is answered, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from llmgw_desktop.app.gateway.web import asked
from llmgw_desktop.app.gateway.web.door import WebSignIn
from llmgw_desktop.domain.access.consent import ConsentWay
from llmgw_desktop.domain.access.principal import ALL_SCOPES
from llmgw_desktop.domain.audit import ActorDoor, AuditQuery
from llmgw_desktop.domain.jobs.approval import Decision, DecisionWay
from tests.engine.conftest import House, house_in
from tests.engine.policy.keys import key_of
from tests.support.turned_clock import TurnedClock
from tests.support.web_view import Tab, asks, link, signed_in, wants_in, web_house

PLACES = ("/ui", "/ui/flights", "/ui/jobs", "/ui/questions", "/ui/clients")
SECRET = "sk-ant-api03-" + "Zq7Rt2Lm9Xc4" * 8


pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with web_house(tmp_path / "home") as house:
        yield house


@pytest.fixture
async def tab(house: House) -> Tab:
    return await signed_in(house)


async def test_switched_off_there_is_nothing(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home") as house:
        tab = Tab(house)
        for path in (*PLACES, "/ui/view.css", "/ui/events", "/ui/sign-in?code=x"):
            status, text = await tab.get(path)
            assert (status, "LLM Gateway" in text) == (404, False), path
        async with house.post("/v1/ui/links", {}) as reply:
            assert reply.status == 400
            assert "ui.web" in (await reply.json())["error"]["message"]


async def test_who_is_not_signed_in_sees_how_and_nothing_else(house: House) -> None:
    await asks(house, "rm -rf everything")
    for path in (*PLACES, "/ui/flights/x"):
        status, text = await Tab(house).get(path)
        assert status == 401
        assert "llmgw ui open" in text
        assert "rm -rf" not in text
    status, _ = await Tab(house, cookie="forged").get("/ui")
    assert status == 401


async def test_a_link_signs_in_once(house: House) -> None:
    path = (await link(house)).removeprefix(house.url)
    first, second = Tab(house), Tab(house)
    status, text = await first.get(path)
    assert status == 200
    assert 'content="0; url=/ui"' in text
    assert (await first.get("/ui"))[0] == 200
    status, text = await second.get(path)
    assert (status, second.cookie) == (403, "")
    assert "used already" in text


async def test_a_cookie_is_for_this_site_and_no_script(house: House) -> None:
    async with house.session.get(await link(house)) as reply:
        (line,) = reply.headers.getall("Set-Cookie")
    assert "HttpOnly" in line
    assert "SameSite=Strict" in line
    assert "Path=/ui" in line


async def test_a_link_stands_in_the_audit_log_and_what_it_opens_does_not(house: House) -> None:
    address = await link(house)
    query, store = AuditQuery(what="web_view.opened"), house.container.audit.store
    async with asyncio.timeout(20):
        while not (entries := await asyncio.to_thread(store.page, query)):
            await asyncio.sleep(0.01)
    assert entries[0].actor.client_id == "local"
    assert address.partition("code=")[2] not in str(entries)


async def test_only_the_person_makes_links(house: House) -> None:
    key = key_of(house, "shop", *ALL_SCOPES)
    async with house.post("/v1/ui/links", {}, Authorization=f"Bearer {key}") as reply:
        assert reply.status == 403
    async with house.session.post(f"{house.url}/v1/ui/links", json={}) as reply:
        assert reply.status == 401


async def test_guessing_ends_after_a_few(house: House) -> None:
    path = (await link(house)).removeprefix(house.url)
    for number in range(10):
        assert (await Tab(house).get(f"/ui/sign-in?code=guess{number}"))[0] == 403
    assert (await Tab(house).get(path))[0] == 403, "not even the right one, for a while"


def test_links_and_sessions_end_by_themselves() -> None:
    clock = TurnedClock()
    sign_in = WebSignIn(clock)
    late, held = sign_in.link(), sign_in.use(sign_in.link())
    assert held
    session = sign_in.find(f"x=y; c={held}", "c")
    assert session is not None
    clock.pass_s(181)
    assert sign_in.use(late) is None
    token = sign_in.forms.make(session.id, "q1")
    assert sign_in.forms.age_s(session.id, "q1", token) == pytest.approx(0, abs=0.01)
    assert sign_in.forms.age_s(session.id, "q2", token) is None
    assert sign_in.forms.age_s("another", "q1", token) is None
    assert sign_in.forms.age_s(session.id, "q1", token[:-1] + "g") is None
    clock.pass_s(7000)
    assert sign_in.forms.age_s(session.id, "q1", token) is None
    assert sign_in.find(f"c={held}", "c") is not None
    clock.pass_s(7201)
    assert sign_in.find(f"c={held}", "c") is None
    assert not sign_in.is_open(session)


@pytest.mark.parametrize("path", PLACES)
async def test_every_page_is_whole_and_safe(tab: Tab, path: str) -> None:
    async with tab.house.session.get(
        f"{tab.house.url}{path}", headers={"Cookie": f"llmgw-ui={tab.cookie}"}
    ) as reply:
        text = await reply.text()
        policy = reply.headers["Content-Security-Policy"]
    assert reply.status == 200
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert reply.headers["Cache-Control"] == "no-store"
    assert "<style" not in text
    assert "style=" not in text
    assert " onclick" not in text
    assert text.count("<script") == 1
    assert 'aria-current="page"' in text


async def test_flights_are_listed_and_shown_one_by_one(tab: Tab) -> None:
    house = tab.house
    body = {"model": "stub/m", "messages": [{"role": "user", "content": "a word of mine"}]}
    async with house.post("/v1/chat/completions", body) as reply:
        await reply.read()
    flight = house.closed[0]
    text = ""
    async with asyncio.timeout(20):
        while flight.id not in text:
            status, text = await tab.get("/ui/flights")
            assert status == 200
    status, text = await tab.get(f"/ui/flights/{flight.id}")
    assert status == 200
    assert flight.id in text
    assert "a word of mine" not in text
    assert (await tab.get("/ui/flights/flt_nothing"))[0] == 404
    assert (await tab.get("/ui/jobs/job_nothing"))[0] == 404


async def test_an_agent_is_answered(tab: Tab) -> None:
    house = tab.house
    question, answers = await asks(house, "touch <i>a.txt")
    status, text = await tab.get("/ui/questions")
    assert question.id in text
    assert "touch &lt;i&gt;a.txt" in text
    status, text = await tab.answer(question.id, "once")
    assert status == 200
    assert "Answered: Allow once." in text
    (answer,) = answers
    assert (answer.decision, answer.way) == (Decision.ONCE, DecisionWay.DEVICE)
    status, text = await tab.get(f"/ui/questions/{question.id}")
    assert "waits no longer" in text
    query = AuditQuery(what="permission.allowed")
    async with asyncio.timeout(20):
        while not (entries := await asyncio.to_thread(house.container.audit.store.page, query)):
            await asyncio.sleep(0.01)
    assert entries[0].actor.door is ActorDoor.DEVICE


async def test_allowing_takes_a_look_and_denying_does_not(
    tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "ARM_AFTER_S", 3600.0)
    question, answers = await asks(tab.house)
    token = await tab.question_form(question.id)
    fields = {"question": question.id, "form": token, "answer": "once"}
    status, text = await tab.post("/ui/answer", fields)
    assert (status, answers) == (409, [])
    assert "That was quick" in text
    status, _ = await tab.post("/ui/answer", {**fields, "answer": "deny"})
    assert status == 200
    assert answers[0].decision is Decision.DENY


async def test_a_program_is_let_in_with_what_was_ticked(tab: Tab) -> None:
    ticket = await wants_in(tab.house)
    question = ticket.question
    _, text = await tab.get(f"/ui/questions/{question.id}")
    assert question.words in text
    assert "Claude &lt;b&gt;Code&lt;/b&gt;" in text
    status, _ = await tab.answer(question.id, "allow", scope="models:use", term="8h")
    assert status == 200
    outcome = await ticket.outcome()
    assert outcome.answer.allowed
    assert outcome.answer.way is ConsentWay.DEVICE
    assert outcome.answer.scopes == ("models:use",)


async def test_nothing_is_given_that_was_not_asked_for(tab: Tab) -> None:
    ticket = await wants_in(tab.house)
    for more in ({"scope": "admin", "term": "8h"}, {"scope": "models:use", "term": "for ever"}, {}):
        status, _ = await tab.answer(ticket.question.id, "allow", **more)
        assert status == 400, more
    assert ticket.decided is None
    question, answers = await asks(tab.house)
    assert (await tab.answer(question.id, "job"))[0] in (200, 400)
    question, answers = await asks(tab.house, number="2")
    assert (await tab.answer(question.id, "everything"))[0] == 400
    assert answers == []


async def test_a_form_is_of_its_page_its_sign_in_and_its_site(tab: Tab) -> None:
    house = tab.house
    question, answers = await asks(house)
    other, _ = await asks(house, number="2")
    stranger = await signed_in(house)
    token = await tab.question_form(question.id)
    fields = {"question": question.id, "form": token, "answer": "deny"}
    assert (await tab.post("/ui/answer", {**fields, "question": other.id}))[0] == 409
    assert (await stranger.post("/ui/answer", fields))[0] == 409
    assert (await Tab(house).post("/ui/answer", fields))[0] == 401
    assert (await tab.post("/ui/answer", fields, Origin="https://evil.example"))[0] == 403
    assert (await tab.post("/ui/answer", fields, Origin="null"))[0] == 403
    assert (await tab.post("/ui/answer", fields, Host="evil.example"))[0] == 421
    assert answers == []
    assert (await tab.post("/ui/answer", fields))[0] == 200


async def test_a_page_elsewhere_is_answered_nothing(tab: Tab) -> None:
    status, _ = await tab.get("/ui", Host="rebound.example")
    assert status == 421
    status, _ = await tab.get("/ui/flights", **{"Sec-Fetch-Site": "cross-site"})
    assert status == 403


async def test_no_secret_is_shown(tab: Tab) -> None:
    question, _ = await asks(tab.house, f"curl -H 'x-api-key: {SECRET}' https://example.org")
    for path in ("/ui", "/ui/questions", f"/ui/questions/{question.id}"):
        _, text = await tab.get(path)
        assert SECRET not in text
        assert "curl -H" in text


async def test_pages_hear_of_news_and_count_as_somebody_there(tab: Tab) -> None:
    house = tab.house
    broker = house.container.consents.broker
    headers = {"Cookie": f"llmgw-ui={tab.cookie}"}
    async with house.session.get(f"{house.url}/ui/events", headers=headers) as reply:
        assert reply.status == 200
        assert await reply.content.readline() == b"retry: 2000\n"
        assert broker.can_ask
        await asks(house)
        async with asyncio.timeout(20):
            line = b""
            while not line.startswith(b"data:"):
                line = await reply.content.readline()
        assert b"questions" in line
    async with asyncio.timeout(20):
        while broker.can_ask:
            await asyncio.sleep(0.01)
    async with house.session.get(f"{house.url}/ui/events") as reply:
        assert reply.status == 404


async def test_signing_out_ends_it(tab: Tab) -> None:
    cookie = tab.cookie
    _, text = await tab.get("/ui")
    token = text.split('name="form" value="')[1].split('"')[0]
    assert (await tab.post("/ui/sign-out", {"form": "0.00"}))[0] == 409
    assert (await tab.get("/ui"))[0] == 200
    status, _ = await tab.post("/ui/sign-out", {"form": token})
    assert (status, tab.cookie) == (200, "")
    assert (await Tab(tab.house, cookie=cookie).get("/ui"))[0] == 401


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"question": "x"},
        {"question": "x", "form": "y" * 20_000, "answer": "deny"},
        {"question": "\u202e", "form": "y", "answer": "deny"},
    ],
)
async def test_broken_forms_get_a_sentence(tab: Tab, fields: dict[str, str]) -> None:
    status, text = await tab.post("/ui/answer", fields)
    assert status in (200, 400, 413)
    assert "Traceback" not in text
