"""The whole way of a person's browser, in a real one: the page, its words, the answer, the end."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from llmgw_desktop.domain.access.consent import ConsentWay
from tests.engine.conftest import House, house_in
from tests.support.chromium import Browser, chromium, missing_browser, person
from tests.support.consent_house import PASSWORD, ConsentHouse, consent_house, until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(bool(missing_browser()), reason=missing_browser() or "a browser is here"),
]
HOSTILE = "\u202egnp.exe\x00<b onclick=x>Claude</b>" + "Z" * 10_000


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with chromium(tmp_path_factory.mktemp("chromium")) as port:
        yield port


@pytest.fixture
async def browser(port: int) -> AsyncIterator[Browser]:
    async with person(port) as browser:
        yield browser


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_in(tmp_path / "home") as house:
        yield house


@pytest.fixture
async def scene(house: House) -> AsyncIterator[ConsentHouse]:
    async with consent_house(house) as scene:
        yield scene


async def test_the_page_waits_and_goes_on_by_itself(scene: ConsentHouse, browser: Browser) -> None:
    await browser.go(scene.authorize())
    question = await scene.question()
    words = await browser.until(question.words, "It does not?")
    assert question.words in words
    assert "“Claude Code”" in words
    # the browser waits at the second address, and shows the first one's page meanwhile
    await until(lambda: scene.connections() == 1)
    assert await browser.text() == words
    assert (await browser.address()).startswith(f"{scene.url}/oauth/authorize?")
    assert scene.program.heard == []
    assert scene.answer(question)
    await browser.until("the program")
    assert scene.program.heard == [{"code": "code-1", "state": "s1"}]
    (head,) = scene.program.heads
    assert "referer" not in head.lower()
    assert await browser.cookies(f"{scene.url}/oauth/wait/x") == []
    assert browser.console == []


async def test_a_refusal_is_read_and_then_told(scene: ConsentHouse, browser: Browser) -> None:
    await browser.go(scene.authorize())
    question = await scene.question()
    await browser.until(question.words)
    scene.answer(question, allowed=False)
    await browser.until("Denied", "“Claude Code” was not let in")
    assert scene.program.heard == []
    await browser.until("the program")
    assert scene.program.heard[0]["error"] == "access_denied"
    assert scene.oauth.given == []


async def test_nobody_answers(house: House, browser: Browser) -> None:
    async with consent_house(house, within_s=1.0) as scene:
        await browser.go(scene.authorize())
        await browser.until("Nobody answered")
        assert scene.decisions[-1].answer.way is ConsentWay.TIMEOUT


async def test_another_persons_browser_gets_nothing(
    scene: ConsentHouse, browser: Browser, port: int
) -> None:
    await browser.go(scene.authorize())
    question = await scene.question()
    await browser.until(question.words)
    await until(lambda: scene.connections() == 1)
    address = f"{scene.url}/oauth/wait/{scene.tickets()[0]}"
    async with person(port) as thief:
        await thief.go(address)
        await thief.until("This did not work", "belongs to another browser")
        scene.answer(question)
        await browser.until("the program")
        await thief.go(address)
        await thief.until("This did not work")
    assert len(scene.program.heard) == 1


async def test_a_tab_that_is_closed_takes_the_question_with_it(
    scene: ConsentHouse, port: int
) -> None:
    async with person(port) as gone:
        await gone.go(scene.authorize())
        await until(lambda: scene.connections() == 1)
    await until(lambda: not scene.broker.waiting)
    assert scene.decisions[-1].answer.way is ConsentWay.WITHDRAWN


async def test_a_page_that_is_loaded_again_goes_on(scene: ConsentHouse, browser: Browser) -> None:
    await browser.go(scene.authorize())
    question = await scene.question()
    await browser.until(question.words)
    await browser.go(scene.authorize(state="s2"))
    await until(lambda: len(scene.tickets()) == 2)
    await browser.until(question.words)
    assert scene.broker.waiting == (question,)
    scene.answer(question)
    await browser.until("the program")
    assert scene.program.heard == [{"code": "code-1", "state": "s2"}]


async def test_the_operator_lets_in_with_the_keyboard(
    scene: ConsentHouse, browser: Browser
) -> None:
    scene.password.is_set = True
    await browser.go(scene.authorize(scope="mcp jobs:run"))
    question = await scene.question()
    await browser.until(question.words)
    await until(lambda: scene.connections() == 1)
    # mcp is ticked, jobs:run is not; then the term and the password. Return there lets in: whoever
    # types the password means it
    await browser.press("Tab", "Tab", "Tab", "Tab")
    await browser.write("wrong")
    await browser.press("Enter")
    await until(lambda: scene.password.tried == ["wrong"])
    await until(lambda: scene.connections() == 1)
    await browser.until(question.words, "That is not the password.")
    await browser.press("Tab", "Tab", "Tab", "Tab")
    await browser.write(PASSWORD)
    await browser.press("Enter")
    await browser.until("the program")
    ((_, answer, _),) = scene.oauth.given
    assert [str(each) for each in answer.scopes] == ["mcp"]
    assert answer.way is ConsentWay.PAGE
    assert browser.console == [] or all("403" in each for each in browser.console)


async def test_the_page_is_never_framed(
    scene: ConsentHouse, browser: Browser, tmp_path: Path
) -> None:
    frame = f'<title>a trap</title><iframe src="{scene.authorize()}" width=600 height=600>'
    (tmp_path / "index.html").write_text(frame)
    with _other_site(tmp_path) as site:
        await browser.go(site)
        await until(lambda: scene.authorize() in browser.visited)
    assert browser.visited[scene.authorize()] == 403
    assert scene.broker.waiting == ()
    assert scene.heard == []


async def test_a_form_of_another_site_answers_nothing(
    scene: ConsentHouse, browser: Browser, tmp_path: Path
) -> None:
    scene.password.is_set = True
    await browser.go(scene.authorize())
    question = await scene.question()
    await browser.until(question.words)
    await until(lambda: scene.connections() == 1)
    fields = {"ticket": scene.tickets()[0], "csrf": "0" * 64, "decision": "deny"}
    fields |= {"password": "x", "scope": "mcp", "term": "8h"}
    inputs = "".join(f'<input name="{name}" value="{text}">' for name, text in fields.items())
    (tmp_path / "index.html").write_text(
        f'<title>a trap</title><form method=post action="{scene.url}/oauth/answer">{inputs}</form>'
        "<script>document.forms[0].submit()</script>"
    )
    with _other_site(tmp_path) as site:
        await browser.go(site)
        await until(lambda: f"{scene.url}/oauth/answer" in browser.visited)
    assert browser.visited[f"{scene.url}/oauth/answer"] == 403
    assert all(each.answer is None or not each.answer.allowed for each in scene.heard)
    assert [each.answer.way for each in scene.decisions if each.answer is not None] in (
        [],
        [ConsentWay.WITHDRAWN],
    )
    assert scene.password.tried == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_hostile_name_is_a_picture_of_text(
    scene: ConsentHouse, browser: Browser, scheme: str, tmp_path: Path
) -> None:
    scene.oauth.names["c"] = HOSTILE
    if scheme == "dark":
        await browser.dark()
    await browser.go(scene.authorize(client_id="c", redirect_uri="https://xn--e1awd7f.com/cb"))
    question = await scene.question()
    words = await browser.until(question.words, "It does not?")
    assert "“gnp.exe<b onclick=x>Claude</b>Z" in words
    assert "sends your access to xn--e1awd7f.com on the internet" in words
    assert len(words) < 1500
    picture = await browser.picture(tmp_path / f"hostile-{scheme}.png")
    assert picture.startswith(b"\x89PNG")


@contextmanager
def _other_site(folder: Path) -> Iterator[str]:
    """A page at another name: `localhost` is another site than 127.0.0.1."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""
