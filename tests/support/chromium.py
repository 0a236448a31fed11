"""A real Chromium without a screen, each one a person of his own.

Asked over its own protocol: what drives browsers for tests (selenium's driver) answers nothing
while a page is waited for, and here pages wait for a person.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import email
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import aiohttp
from typing_extensions import override

_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # the tests may run as root
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--window-size=900,1100",
    "--remote-debugging-port=0",
)
_UNSEEN = frozenset({"style", "script", "title", "head"})
_START_S = 40
_ANSWER_S = 30


def missing_browser() -> str:
    """Why no browser can be started here; empty where one can."""
    return "" if shutil.which("chromium") else "chromium is not installed"


class NotNow(Exception):
    """The browser did not do as it was asked."""


class Browser:
    """One tab."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.console: list[str] = []
        """What the browser complains of, such as what a page's policy forbids."""
        self.visited: dict[str, int] = {}
        """Addresses that answered, pages and what they bring along, with their status."""

    async def listen(self) -> None:
        async for message in self._socket:
            told = json.loads(message.data)
            waiting = self._asked.pop(told.get("id", 0), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(told)
            elif told.get("method") == "Log.entryAdded":
                self.console.append(told["params"]["entry"]["text"])
            elif told.get("method") == "Network.responseReceived":
                answer = told["params"]["response"]
                self.visited[answer["url"]] = answer["status"]

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._asked[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        told = await asyncio.wait_for(self._asked[number], _ANSWER_S)
        if "error" in told:
            raise NotNow(told["error"]["message"])
        result: dict[str, Any] = told["result"]
        return result

    async def go(self, url: str) -> None:
        """As when another program has the browser open an address."""
        await self.ask("Page.navigate", url=url)

    async def value(self, expression: str) -> Any:
        """Of a page that waits for nothing."""
        told = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return told["result"].get("value")

    async def text(self) -> str:
        """What the page says. Not asked of the page itself: Chromium answers nothing from there
        while the next one is waited for."""
        try:
            told = await self.ask("Page.captureSnapshot", format="mhtml")
        except NotNow:  # between two pages
            return ""
        parts = email.message_from_string(told["data"]).walk()
        page = next((part for part in parts if part.get_content_type() == "text/html"), None)
        if page is None:
            return ""
        payload = page.get_payload(decode=True)
        assert isinstance(payload, bytes)
        reader = _Words()
        reader.feed(payload.decode())
        return " ".join("".join(reader.words).split())

    async def address(self) -> str:
        """Of the page that is shown, not of one that is being waited for."""
        return (await self._entry())["url"]

    async def _entry(self) -> dict[str, str]:
        try:
            told = await self.ask("Page.getNavigationHistory")
        except NotNow:  # between two pages
            return {"title": "", "url": ""}
        entry: dict[str, str] = told["entries"][told["currentIndex"]]
        return entry

    async def press(self, *keys: str) -> None:
        for key in keys:
            code = {"Tab": 9, "Enter": 13, " ": 32}[key]
            text = {"Enter": {"text": "\r"}, " ": {"text": " "}}.get(key, {})
            for kind in ("keyDown", "keyUp"):
                more = text if kind == "keyDown" else {}
                await self.ask(
                    "Input.dispatchKeyEvent",
                    type=kind,
                    key=key,
                    windowsVirtualKeyCode=code,
                    **more,
                )

    async def write(self, text: str) -> None:
        """Where the focus is."""
        await self.ask("Input.insertText", text=text)

    async def title(self) -> str:
        return (await self._entry())["title"]

    async def until(self, title: str, says: str = "") -> str:
        """The page's words, once it is the one whose title begins so and `says` this. Not by its
        words alone: asked for them in the middle of a change, Chromium never ends it."""
        told = words = ""
        try:
            async with asyncio.timeout(_ANSWER_S):
                while not (told := await self.title()).startswith(title):
                    await asyncio.sleep(0.05)
                while not (words := await self.text()) or says not in words:
                    await asyncio.sleep(0.3)
        except TimeoutError:
            raise AssertionError(f"the page is still «{told}»: {words}") from None
        return words

    async def cookies(self, url: str) -> list[dict[str, Any]]:
        told = await self.ask("Network.getCookies", urls=[url])
        cookies: list[dict[str, Any]] = told["cookies"]
        return cookies

    async def dark(self) -> None:
        feature = {"name": "prefers-color-scheme", "value": "dark"}
        await self.ask("Emulation.setEmulatedMedia", features=[feature])

    async def narrow(self, width: int, height: int) -> None:
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    async def phone(self, width: int = 360, height: int = 740) -> None:
        """A phone's screen, touched."""
        screen = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": True}
        await self.ask("Emulation.setDeviceMetricsOverride", **screen)
        await self.ask("Emulation.setTouchEmulationEnabled", enabled=True)

    async def tap(self, selector: str) -> None:
        """With a finger, in its middle."""
        said = json.dumps(selector)
        place = await self.value(
            f"(() => {{ const it = document.querySelector({said});"
            " it.scrollIntoView({block: 'center'}); const box = it.getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        point = {"x": place[0], "y": place[1]}
        await self.ask("Input.dispatchTouchEvent", type="touchStart", touchPoints=[point])
        await self.ask("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    async def picture(self, path: Path | None = None) -> bytes:
        told = await self.ask("Page.captureScreenshot", format="png")
        png = base64.b64decode(told["data"])
        if path is not None:
            path.write_bytes(png)
        return png


@contextlib.contextmanager
def chromium(folder: Path, *more: str) -> Iterator[int]:
    """The program; the port at which it is asked. `more`: flags."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [shutil.which("chromium") or "chromium", *_FLAGS, *more, f"--user-data-dir={folder}"]
    with (
        (folder / "said.log").open("wb") as said,
        subprocess.Popen([*command, "about:blank"], stdout=said, stderr=said) as program,
    ):
        try:
            yield _port(folder)
        finally:
            program.terminate()


@asynccontextmanager
async def person(port: int) -> AsyncIterator[Browser]:
    """One of its users, who shares no cookie with another, with one tab."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/json/version") as reply:
            root = (await reply.json())["webSocketDebuggerUrl"]
        async with _tab(session, root) as program:
            made = await program.ask("Target.createBrowserContext")
            context = {"browserContextId": made["browserContextId"]}
            made = await program.ask("Target.createTarget", url="about:blank", **context)
            tab = f"ws://127.0.0.1:{port}/devtools/page/{made['targetId']}"
            async with _tab(session, tab) as browser:
                for domain in ("Page", "Log", "Network"):
                    await browser.ask(f"{domain}.enable")
                yield browser
            await program.ask("Target.disposeBrowserContext", **context)


@asynccontextmanager
async def _tab(session: aiohttp.ClientSession, url: str) -> AsyncIterator[Browser]:
    async with session.ws_connect(url, max_msg_size=0) as socket:
        browser = Browser(socket)
        listening = asyncio.create_task(browser.listen())
        try:
            yield browser
        finally:
            listening.cancel()


def _port(folder: Path) -> int:
    told, gives_up_s = folder / "DevToolsActivePort", time.monotonic() + _START_S
    while time.monotonic() < gives_up_s:
        if told.exists() and (text := told.read_text().split()):
            return int(text[0])
        time.sleep(0.02)
    raise TimeoutError(f"no browser came: {(folder / 'said.log').read_text()[-2000:]}")


class _Words(HTMLParser):
    """The text between the tags of a page's body, with the values of its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _UNSEEN

    @override
    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _UNSEEN
        self.words.append(" ")

    @override
    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
