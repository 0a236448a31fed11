"""What a browser gets that brings a program's wish to be let in, over the socket."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from llmgw_desktop.domain.access.consent import ConsentTerm, ConsentWay
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.engine.questions.consents import operator
from llmgw_desktop.engine.questions.consents import tickets as tickets_module
from tests.engine.conftest import House
from tests.support.consent_house import PASSWORD, ConsentHouse, consent_house, until

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def scene(house: House) -> AsyncIterator[ConsentHouse]:
    async with consent_house(house) as scene:
        yield scene


class Visitor:
    """A browser, as far as the door sees it: it keeps cookies and follows nothing by itself."""

    def __init__(self, scene: ConsentHouse) -> None:
        self._scene = scene
        self.session = scene.session
        self.cookies: dict[str, str] = {}
        self.page = ""
        self.headers: Any = {}
        self.status = 0

    async def get(self, url: str, **headers: str) -> None:
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **headers}
        async with self.session.get(url, headers=sent, allow_redirects=False) as reply:
            await self._take(reply)

    async def post(self, fields: list[tuple[str, str]], **headers: str) -> None:
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **headers}
        url = f"{self._scene.url}/oauth/answer"
        async with self.session.post(url, data=fields, headers=sent) as reply:
            await self._take(reply)

    async def _take(self, reply: aiohttp.ClientResponse) -> None:
        self.status, self.headers, self.page = reply.status, reply.headers, await reply.text()
        for name, morsel in reply.cookies.items():
            self.cookies[name] = morsel.value

    @property
    def wait_url(self) -> str:
        found = re.search(r'content="0; url=(/oauth/wait/[^"]+)"', self.page)
        assert found, self.page
        return f"{self._scene.url}{found.group(1)}"

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found, self.page
        return found.group(1)

    def form(self, **other: str) -> list[tuple[str, str]]:
        usual = {
            "ticket": self.field("ticket"),
            "csrf": self.field("csrf"),
            "decision": "allow",
            "password": PASSWORD,
            "scope": "mcp",
            "term": "8h",
        }
        return [(name, value) for name, value in (usual | other).items() if value]


class TestThePageThatWaits:
    async def test_shows_what_a_person_compares(self, scene: ConsentHouse) -> None:
        visitor = Visitor(scene)
        await visitor.get(scene.authorize())
        (question,) = scene.broker.waiting
        assert visitor.status == 200
        for words in (
            question.words,
            "“Claude Code”",
            "name given by the program; not verified",
            scene.program.url.removesuffix("/callback"),
            "this computer",
            "use your providers (this can cost money)",
            "connect by MCP",
        ):
            assert words in visitor.page
        assert question.peer is not None
        assert f"pid {question.peer.pid}" in visitor.page
        assert scene.oauth.given == []

    async def test_has_no_script_and_no_form_and_is_never_framed(self, scene: ConsentHouse) -> None:
        visitor = Visitor(scene)
        await visitor.get(scene.authorize())
        assert "<script" not in visitor.page
        assert "<form" not in visitor.page
        assert "<img" not in visitor.page
        policy = dict(part.split(" ", 1) for part in _policy(visitor))
        style = policy.pop("style-src")
        assert re.fullmatch(r"'sha256-[A-Za-z0-9+/=]{44}'", style)
        assert policy == {
            "default-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        }
        assert visitor.headers["x-frame-options"] == "DENY"
        assert visitor.headers["cache-control"] == "no-store"
        assert visitor.headers["referrer-policy"] == "no-referrer"
        assert visitor.headers["x-content-type-options"] == "nosniff"

    async def test_gives_a_cookie_that_no_script_and_no_other_site_gets(
        self, scene: ConsentHouse
    ) -> None:
        async with scene.session.get(scene.authorize()) as reply:
            (line,) = reply.headers.getall("set-cookie")
        assert "; Path=/oauth; " in line
        assert "; HttpOnly" in line
        assert "; SameSite=Strict" in line
        assert "Secure" not in line, "the connection is not encrypted here"

    async def test_goes_on_when_the_person_has_answered(self, scene: ConsentHouse) -> None:
        visitor = Visitor(scene)
        await visitor.get(scene.authorize())
        waits = asyncio.create_task(visitor.get(visitor.wait_url))
        question = await scene.question()
        await asyncio.sleep(0.05)
        assert not waits.done()
        assert scene.oauth.given == []
        assert scene.answer(question)
        await waits
        assert visitor.status == 303
        assert visitor.headers["referrer-policy"] == "no-referrer"
        assert visitor.headers["location"] == f"{scene.program.url}?code=code-1&state=s1"
        ((request, answer, peer),) = scene.oauth.given
        assert request.state == "s1"
        assert answer.scopes == question.scopes[:1]
        assert peer == question.peer
        assert set(visitor.cookies.values()) == {""}

    async def test_is_fetched_once(self, scene: ConsentHouse) -> None:
        visitor = Visitor(scene)
        await visitor.get(scene.authorize())
        url, cookies = visitor.wait_url, dict(visitor.cookies)
        scene.answer(await scene.question())
        await visitor.get(url)
        assert visitor.status == 303
        visitor.cookies = cookies
        await visitor.get(url)
        assert visitor.status == 403
        assert "location" not in visitor.headers
        assert len(scene.oauth.given) == 1


class TestAnotherBrowser:
    @pytest.mark.parametrize("cookie", ["", "wrong"])
    async def test_gets_nothing(self, scene: ConsentHouse, cookie: str) -> None:
        visitor, thief = Visitor(scene), Visitor(scene)
        await visitor.get(scene.authorize())
        if cookie:
            thief.cookies = dict.fromkeys(visitor.cookies, cookie)
        url = visitor.wait_url
        await thief.get(url)
        assert thief.status == 403
        assert "belongs to another browser" in thief.page
        scene.answer(await scene.question())
        await thief.get(url)
        assert thief.status == 403
        assert "location" not in thief.headers
        assert scene.oauth.given == []
        await visitor.get(url)
        assert visitor.status == 303

    async def test_of_the_same_program_gets_its_own(self, scene: ConsentHouse) -> None:
        one, two = Visitor(scene), Visitor(scene)
        await one.get(scene.authorize(state="one"))
        await two.get(scene.authorize(state="two"))
        (question,) = scene.broker.waiting
        assert question.words in one.page
        assert question.words in two.page
        scene.answer(question)
        url_of_one, url_of_two = one.wait_url, two.wait_url
        await one.get(url_of_two)
        assert one.status == 403
        await one.get(url_of_one)
        await two.get(url_of_two)
        states = [
            parse_qs(urlsplit(each.headers["location"]).query)["state"] for each in (one, two)
        ]
        assert states == [["one"], ["two"]]

    async def test_that_leaves_takes_the_question_with_it(
        self, scene: ConsentHouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tickets_module, "RETURNS_WITHIN_S", 0.05)
        visitor = Visitor(scene)
        await visitor.get(scene.authorize())
        waits = asyncio.create_task(visitor.get(visitor.wait_url))
        await asyncio.sleep(0.05)
        waits.cancel()
        await until(lambda: not scene.broker.waiting)
        assert scene.decisions[-1].answer.way is ConsentWay.WITHDRAWN

    async def test_cannot_hold_many_connections(self, scene: ConsentHouse) -> None:
        visitor = Visitor(scene)
        await visitor.get(scene.authorize())
        url = visitor.wait_url
        cookie = {"Cookie": "; ".join(f"{k}={v}" for k, v in visitor.cookies.items())}
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), headers=cookie
        ) as session:
            waits = [asyncio.create_task(session.get(url)) for _ in range(2)]
            await until(lambda: scene.connections() == 2)
            async with session.get(url) as one_more:
                assert one_more.status == 429
            for each in waits:
                each.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


class TestARefusal:
    async def test_of_the_person_is_told_on_a_page_and_then_to_the_program(
        self, scene: ConsentHouse
    ) -> None:
        visitor = Visitor(scene)
        await visitor.get(scene.authorize())
        url = visitor.wait_url
        scene.answer(await scene.question(), allowed=False)
        await visitor.get(url)
        assert visitor.status == 403
        assert "“Claude Code” was not let in" in visitor.page
        assert "error=access_denied" in visitor.page
        assert "state=s1" in visitor.page
        assert scene.oauth.given == []

    async def test_because_nobody_answered(self, house: House) -> None:
        async with consent_house(house, within_s=0.05) as scene:
            visitor = Visitor(scene)
            await visitor.get(scene.authorize())
            await visitor.get(visitor.wait_url)
            assert visitor.status == 403
            assert "Nobody answered" in visitor.page
            assert scene.oauth.given == []

    async def test_because_nobody_is_there_says_how_to_be(self, house: House) -> None:
        async with consent_house(house, attended=False) as scene:
            visitor = Visitor(scene)
            await visitor.get(scene.authorize())
            assert visitor.status == 403
            assert "llmgw consent list --wait" in visitor.page
            assert str(house.container.places.data_folder) not in visitor.page

    async def test_of_a_flood(self, scene: ConsentHouse) -> None:
        scene.oauth.names |= {f"c{number}": "x" for number in range(11)}
        visitor = Visitor(scene)
        for number in range(11):
            await visitor.get(scene.authorize(client_id=f"c{number}"))
        assert visitor.status == 403
        assert "Too many questions" in visitor.page
        assert len(scene.broker.waiting) == 10

    async def test_of_an_unknown_program_leads_nowhere(self, scene: ConsentHouse) -> None:
        visitor = Visitor(scene)
        await visitor.get(scene.authorize(client_id="nobody", redirect_uri="https://evil.example"))
        assert visitor.status == 401
        assert "No program of this id is known here." in visitor.page
        assert "location" not in visitor.headers
        assert "evil.example" not in visitor.page
        assert scene.broker.waiting == ()

    async def test_that_the_program_must_hear_goes_to_it(self, scene: ConsentHouse) -> None:
        visitor = Visitor(scene)
        await visitor.get(scene.authorize(scope=""))
        assert visitor.status == 303
        assert visitor.headers["location"].startswith(f"{scene.program.url}?error=invalid_scope")

    @pytest.mark.parametrize("redirect", ["javascript:alert(1)//", "data:text/html,x", "file:///x"])
    async def test_never_leads_to_what_is_no_place(
        self, scene: ConsentHouse, redirect: str
    ) -> None:
        visitor = Visitor(scene)
        await visitor.get(scene.authorize(redirect_uri=redirect))
        url = visitor.wait_url
        scene.answer(await scene.question())
        await visitor.get(url)
        assert visitor.status == 400
        assert "location" not in visitor.headers
        assert "cannot be opened" in visitor.page
        await visitor.get(scene.authorize(redirect_uri=redirect))
        url = visitor.wait_url
        scene.answer(await scene.question(), allowed=False)
        await visitor.get(url)
        assert "href" not in visitor.page
        assert "refresh" not in visitor.page

    async def test_where_the_grant_cannot_be_written(self, scene: ConsentHouse) -> None:
        scene.oauth.cannot_write = True
        visitor = Visitor(scene)
        await visitor.get(scene.authorize())
        url = visitor.wait_url
        scene.answer(await scene.question())
        await visitor.get(url)
        assert visitor.headers["location"].endswith("?error=server")

    async def test_where_oauth_is_off(self, scene: ConsentHouse) -> None:
        scene.oauth.is_on = False
        visitor = Visitor(scene)
        await visitor.get(scene.authorize())
        assert visitor.status == 403
        assert "http.oauth.enabled is false" in visitor.page


class TestAHostileName:
    async def test_is_inert_text_and_short(self, scene: ConsentHouse) -> None:
        scene.oauth.names["c"] = "\u202eevil\x00<script>alert(1)</script>\"'&" + "Z" * 10_000
        visitor = Visitor(scene)
        await visitor.get(scene.authorize(client_id="c"))
        assert "<script" not in visitor.page
        assert "&lt;script&gt;" in visitor.page
        assert "\u202e" not in visitor.page
        assert "\x00" not in visitor.page
        assert "ZZZZZZZZZZZ" in visitor.page
        assert len(visitor.page) < 12_000

    async def test_of_halves_of_letters_breaks_nothing(self, scene: ConsentHouse) -> None:
        scene.oauth.names["c"] = "\ud800 \udfff $name ${words}"
        visitor = Visitor(scene)
        await visitor.get(scene.authorize(client_id="c"))
        assert visitor.status == 200
        assert "$name ${words}" in visitor.page

    async def test_of_a_place_is_one_too(self, scene: ConsentHouse) -> None:
        redirect = 'https://exämple.com"><b>x/callback'
        visitor = Visitor(scene)
        await visitor.get(scene.authorize(redirect_uri=redirect))
        assert "<b>" not in visitor.page
        assert "on the internet" in visitor.page


class TestABrowserElsewhere:
    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
    async def test_has_its_own_loopback(self, scene: ConsentHouse, header: str) -> None:
        visitor = Visitor(scene)
        await visitor.get(scene.authorize(), **{header: "10.0.0.1"})
        question = await scene.question()
        assert question.peer is None
        assert question.terms == (ConsentTerm.EIGHT_HOURS,)

    async def test_is_what_all_are_behind_a_public_address(self, scene: ConsentHouse) -> None:
        scene.oauth.issuer = "https://gateway.example.com"
        visitor = Visitor(scene)
        await visitor.get(scene.authorize())
        assert (await scene.question()).peer is None


class TestThePassword:
    @pytest.fixture
    async def visitor(self, scene: ConsentHouse) -> Visitor:
        scene.broker.attend(False)
        scene.password.is_set = True
        visitor = Visitor(scene)
        await visitor.get(scene.authorize(scope="mcp models:use jobs:run"))
        return visitor

    async def test_lets_in_for_what_is_ticked(self, scene: ConsentHouse, visitor: Visitor) -> None:
        url = visitor.wait_url
        await visitor.post([*visitor.form(), ("scope", "models:use")])
        assert visitor.status == 200
        assert visitor.wait_url == url
        await visitor.get(url)
        assert visitor.headers["location"].startswith(f"{scene.program.url}?code=")
        ((_, answer, _),) = scene.oauth.given
        assert set(answer.scopes) == {Scope.MCP, Scope.MODELS_USE}
        assert answer.way is ConsentWay.PAGE
        assert answer.person == "operator"

    async def test_stands_on_a_page_whose_risky_boxes_are_empty(self, visitor: Visitor) -> None:
        assert 'name="scope" value="mcp" checked' in visitor.page
        assert 'name="scope" value="jobs:run">' in visitor.page
        assert "form-action 'self'" in visitor.headers["content-security-policy"]
        # without a referrer a browser would call the form foreign
        assert visitor.headers["referrer-policy"] == "same-origin"

    @pytest.mark.parametrize(
        ("other", "words"),
        [
            ({"password": "wrong"}, "not the password"),
            ({"password": " "}, "not the password"),
            ({"scope": ""}, "Tick what it may"),
            ({"scope": "vault:admin"}, "did not ask for vault:admin"),
        ],
    )
    async def test_is_asked_again(
        self, scene: ConsentHouse, visitor: Visitor, other: dict[str, str], words: str
    ) -> None:
        await visitor.post(visitor.form(**other))
        assert visitor.status == 403
        assert words in visitor.page.replace("It did", "did")
        assert len(scene.broker.waiting) == 1
        await visitor.post(visitor.form())
        assert visitor.status == 200
        assert scene.broker.waiting == ()

    @pytest.mark.parametrize("other", [{"csrf": "0" * 64}, {"ticket": "somebody-elses"}])
    async def test_counts_in_a_form_of_ours_alone(
        self, scene: ConsentHouse, visitor: Visitor, other: dict[str, str]
    ) -> None:
        await visitor.post(visitor.form(**other))
        assert visitor.status == 403
        assert len(scene.broker.waiting) == 1
        assert scene.password.tried == []

    async def test_counts_from_the_browser_that_asked(
        self, scene: ConsentHouse, visitor: Visitor
    ) -> None:
        form = visitor.form()
        visitor.cookies.clear()
        await visitor.post(form)
        assert visitor.status == 403
        assert scene.password.tried == []

    @pytest.mark.parametrize(
        "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
    )
    async def test_is_not_taken_from_another_site(
        self, scene: ConsentHouse, visitor: Visitor, headers: dict[str, str]
    ) -> None:
        await visitor.post(visitor.form(), **headers)
        assert visitor.status == 403
        assert scene.password.tried == []
        assert len(scene.broker.waiting) == 1

    @pytest.mark.parametrize(
        "fields",
        [
            [],
            [("ticket", "a"), ("ticket", "b")],
            [("x", "y")] * 100,
            [("ticket", "a"), ("csrf", "b"), ("decision", "allow"), ("password", "c")],
        ],
    )
    async def test_in_another_form_is_refused(
        self, scene: ConsentHouse, visitor: Visitor, fields: list[tuple[str, str]]
    ) -> None:
        await visitor.post(fields, **FORM)
        assert visitor.status in (400, 403)
        assert scene.password.tried == []

    async def test_is_not_needed_to_deny(self, scene: ConsentHouse, visitor: Visitor) -> None:
        url = visitor.wait_url
        await visitor.post(visitor.form(decision="deny", password=""))
        assert visitor.status == 400, "all fields of the form belong to it"
        await visitor.get(scene.authorize(scope="mcp models:use jobs:run"))
        await visitor.post([*visitor.form(decision="deny", password="x")])
        assert scene.broker.waiting == ()
        assert scene.password.tried == []
        await visitor.get(url)
        assert "was not let in" in visitor.page

    async def test_is_tried_five_times_a_minute_then_not_at_all(
        self, scene: ConsentHouse, visitor: Visitor
    ) -> None:
        first = visitor.form(password="wrong")
        await asyncio.gather(*(Visitor.post(visitor, first) for _ in range(12)))
        assert len(scene.password.tried) == operator.MOST_WRONG
        await visitor.post(visitor.form())
        assert visitor.status == 403
        assert "none is looked at" in visitor.page
        assert len(scene.broker.waiting) == 1


def _policy(visitor: Visitor) -> list[str]:
    return [part.strip() for part in visitor.headers["content-security-policy"].split(";")]
