"""The pocket page in a real browser with a phone's screen and touch, which knows the door by the
fingerprint of its key and believes no other."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from llmgw_desktop.domain.jobs.approval import Decision
from tests.engine.conftest import House
from tests.support.chromium import Browser, chromium, missing_browser, person
from tests.support.consent_house import until
from tests.support.plain_questions import own_permission
from tests.support.pocket_scene import began, decided, pairing, pocket_house, told
from tests.support.web_view import asks, wants_in

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(bool(missing_browser()), reason=missing_browser() or "a browser is here"),
]
_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with pocket_house(tmp_path / "home") as house:
        yield house


@pytest.fixture
async def phone(house: House, tmp_path: Path) -> AsyncIterator[Browser]:
    """As one that was told to believe this door's key."""
    door = house.container.places.data_folder / "pocket" / "door.pem"
    key = x509.load_pem_x509_certificate(door.read_bytes()).public_key()
    told_key = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pin = base64.b64encode(sha256(told_key).digest()).decode()
    flag = f"--ignore-certificate-errors-spki-list={pin}"
    with chromium(tmp_path / "chromium", flag) as port:
        async with person(port) as browser:
            await browser.phone()
            yield browser


async def shown(browser: Browser, expression: str) -> None:
    async with asyncio.timeout(30):
        while not await browser.value(expression):
            await asyncio.sleep(0.05)


async def pairs(house: House, phone: Browser) -> None:
    begun = await began(house)
    await phone.go(begun["url"])
    words = await phone.until("Compare the two words")
    state = await pairing(house, begun["id"])
    assert state["words"] in words
    assert (await decided(house, begun["id"], confirm=True))[0] == 200
    await phone.until("Questions", "Nothing waits for you.")


async def test_a_phone_is_paired_and_answers(house: House, phone: Browser, tmp_path: Path) -> None:
    await pairs(house, phone)
    question, answers = await asks(house, "git push --force")
    await shown(phone, "document.querySelector('main').innerText.includes('git push')")
    await phone.tap(f'a[href="/questions/{question.id}"]')
    await phone.until("Codex")
    await shown(phone, "!!document.querySelector('button[value=once]')")
    await phone.tap("button[value=once]")
    await shown(phone, "!document.querySelector('button[value=once]').disabled")
    assert answers == [], "a touch that came too early does nothing"
    await phone.picture(tmp_path / "question.png")
    await phone.tap("button[value=once]")
    await until(lambda: bool(answers))
    assert answers[0].decision is Decision.ONCE
    assert answers[0].person.endswith(", on Pixel 9")
    await phone.until("Questions", "Nothing waits for you.")
    assert phone.console == []


async def test_its_words_survive_that_the_page_is_loaded_again(
    house: House, phone: Browser
) -> None:
    begun = await began(house)
    await phone.go(begun["url"])
    words = await phone.until("Compare the two words")
    await phone.ask("Page.reload")
    await asyncio.sleep(0.3)
    assert await phone.until("Compare the two words") == words
    assert (await decided(house, begun["id"], confirm=True))[0] == 200
    await phone.until("Questions", "Nothing waits for you.")


async def test_a_long_command_stands_whole_above_its_buttons(house: House, phone: Browser) -> None:
    """Nothing is below the edge of a box that scrolls by itself: its end may be what matters."""
    await pairs(house, phone)
    command = "\n".join(f"echo {number}" for number in range(200)) + "\nrm -rf ~"
    question, _ = await asks(house, command)
    await shown(phone, "!!document.querySelector('ul.rows a')")
    await phone.tap(f'a[href="/questions/{question.id}"]')
    await phone.until("Codex wants to run a command")
    box = "document.querySelector('pre')"
    assert await phone.value(f"{box}.scrollHeight <= {box}.clientHeight + 1")
    button = "document.querySelector('button.allow')"
    assert await phone.value(
        f"{box}.getBoundingClientRect().bottom <= {button}.getBoundingClientRect().top"
    )


async def test_an_agent_is_told_what_was_chosen(house: House, phone: Browser) -> None:
    await pairs(house, phone)
    own = own_permission().ask
    told = {name: getattr(own, name) for name in ("kind", "agent_words", "form", "offers")}
    _, answers = await asks(house, command="", is_question=True, can_take_note=False, **told)
    await shown(phone, "!!document.querySelector('ul.rows a')")
    await phone.tap("ul.rows a")
    await phone.until("Codex wants to have an answer of yours")
    await shown(phone, "!document.querySelector('button[value=once]').disabled")
    await phone.tap("input[value=Blue]")
    await phone.tap("button[value=once]")
    await until(lambda: bool(answers))
    assert answers[0].note == "Blue"
    await phone.until("Questions", "Nothing waits for you.")
    assert phone.console == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_its_pages_fit(house: House, phone: Browser, scheme: str, tmp_path: Path) -> None:
    if scheme == "dark":
        await phone.dark()
    await pairs(house, phone)
    await asks(house, "echo " + "X" * 300)
    ticket = await wants_in(house)
    url = (await told(house))["url"]
    for place in ("/", "/jobs", f"/questions/{ticket.question.id}"):
        await phone.go(f"{url}{place}")
        await shown(phone, f"location.pathname === '{place}' && document.readyState === 'complete'")
        assert not await phone.value(_TOO_WIDE), place
        await phone.picture(tmp_path / f"pocket{place.replace('/', '-')[:10]}-{scheme}.png")
    assert phone.console == []


async def test_a_browser_that_was_not_told_believes_nothing(house: House, tmp_path: Path) -> None:
    begun = await began(house)
    with chromium(tmp_path / "other") as port:
        async with person(port) as browser:
            reply = await browser.ask("Page.navigate", url=begun["url"])
            assert reply["errorText"] == "net::ERR_CERT_AUTHORITY_INVALID"
    assert (await pairing(house, begun["id"]))["state"] == "shown"


async def test_an_unpaired_browser_is_told_nothing(house: House, phone: Browser) -> None:
    url = (await told(house))["url"]
    for place in ("/", "/questions", "/p/guess"):
        reply = await phone.ask("Page.navigate", url=f"{url}{place}")
        assert reply["errorText"] in ("net::ERR_EMPTY_RESPONSE", "net::ERR_CONNECTION_RESET")
