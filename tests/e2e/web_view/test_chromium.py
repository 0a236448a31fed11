"""The web view in a real browser: a phone's screen with touch, a keyboard, light and dark."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from llmgw_desktop.domain.jobs.approval import Decision
from tests.engine.conftest import House
from tests.support.chromium import Browser, chromium, missing_browser, person
from tests.support.consent_house import until
from tests.support.web_view import asks, link, wants_in, web_house

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(bool(missing_browser()), reason=missing_browser() or "a browser is here"),
]
PLACES = ("/ui", "/ui/questions", "/ui/flights", "/ui/jobs", "/ui/clients")
_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
_SMALL = (
    "[...document.querySelectorAll('button, main a, nav a')].filter(each => {"
    " const box = each.getBoundingClientRect(); return box.width && box.height < 24; }).length"
)


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
    async with web_house(tmp_path / "home") as house:
        yield house


async def shown(browser: Browser, expression: str) -> None:
    """Until it is true on the page."""
    async with asyncio.timeout(30):
        while not await browser.value(expression):
            await asyncio.sleep(0.05)


async def test_a_finger_on_a_phone_answers_an_agent(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    await browser.phone()
    await browser.go(await link(house))
    await browser.until("Overview", "Nothing waits for you.")
    question, answers = await asks(house, "rm -rf build && make")
    # nothing was touched: the page hears of it
    await shown(browser, "document.querySelector('main').innerText.includes('rm -rf build')")
    await browser.tap(f'a[href="/ui/questions/{question.id}"]')
    await browser.until("Codex")
    await shown(browser, "!!document.querySelector('button[value=once]')")
    assert await browser.value("document.querySelector('button[value=once]').disabled")
    await browser.tap("button[value=once]")
    await shown(browser, "!document.querySelector('button[value=once]').disabled")
    assert answers == [], "a touch that came too early does nothing"
    await browser.tap("button[value=once]")
    await until(lambda: bool(answers))
    assert answers[0].decision is Decision.ONCE
    await browser.until("Questions", "Nothing waits for you.")
    assert browser.console == []


async def test_the_keyboard_denies(house: House, browser: Browser) -> None:
    await browser.go(await link(house))
    await browser.until("Overview")
    question, answers = await asks(house)
    await browser.go(f"{house.url}/ui/questions/{question.id}")
    await browser.until("Codex")
    async with asyncio.timeout(30):
        while await browser.value("document.activeElement.value") != "deny":
            await browser.press("Tab")
    await browser.press("Enter")
    await until(lambda: bool(answers))
    assert answers[0].decision is Decision.DENY
    await browser.until("Questions", "Nothing waits for you.")
    assert browser.console == []


async def test_what_is_answered_elsewhere_goes_from_the_page(
    house: House, browser: Browser
) -> None:
    await browser.go(await link(house))
    await browser.until("Overview")
    question, _ = await asks(house)
    await browser.go(f"{house.url}/ui/questions/{question.id}")
    await browser.until("Codex")
    container = house.container
    await until(lambda: container.consents.broker.can_ask)  # the page listens
    asked = container.questions.find(question.id)
    assert asked is not None
    container.questions.deny(asked)
    await shown(browser, "document.querySelector('main').innerText.includes('waits no longer')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_fits_a_phone(
    house: House, browser: Browser, scheme: str, tmp_path: Path
) -> None:
    await browser.phone()
    if scheme == "dark":
        await browser.dark()
    body = {"model": "stub/a-model-with-a-name-that-is-very-long", "messages": []}
    async with house.post("/v1/chat/completions", body) as reply:
        await reply.read()
    long = "X" * 300
    question, _ = await asks(house, f"echo {long}")
    ticket = await wants_in(house)
    await browser.go(await link(house))
    await browser.until("Overview")
    places = (*PLACES, *(f"/ui/questions/{each.id}" for each in (question, ticket.question)))
    for place in (*places, f"/ui/flights/{house.closed[0].id}"):
        await browser.go(f"{house.url}{place}")
        await shown(
            browser, f"location.pathname === '{place}' && document.readyState === 'complete'"
        )
        assert not await browser.value(_TOO_WIDE), place
        assert await browser.value(_SMALL) == 0, place
        name = place.strip("/").replace("/", "-")[:24]
        await browser.picture(tmp_path / f"{name}-{scheme}.png")
    assert browser.console == []


async def test_a_stolen_link_opens_nothing_more(house: House, port: int) -> None:
    address = await link(house)
    async with person(port) as owner, person(port) as thief:
        await owner.go(address)
        await owner.until("Overview")
        await thief.go(address)
        await thief.until("Sign in", "used already")
        await thief.go(f"{house.url}/ui")
        await thief.until("Sign in", "llmgw ui open")
