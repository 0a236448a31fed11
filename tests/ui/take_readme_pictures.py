"""Takes the pictures of the README: the real window, with real flights through the real engine.

    python tests/ui/take_readme_pictures.py docs/pictures

Three clients ask two stand-in vendors on loopback. Only the clock is turned: a quarter of an hour's
traffic is sent in a few seconds, and its flights are dated where they would have been.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import aiohttp
from PySide6.QtCore import QSettings

from llmgw_desktop.app import container as composition
from llmgw_desktop.app.keys import ClientKeys
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.flight import FlightQuery
from llmgw_desktop.domain.ids import TimedIds
from llmgw_desktop.store.client_store import ClientStore
from llmgw_desktop.store.paths import Places
from llmgw_desktop.ui.application import make_application
from llmgw_desktop.ui.desktop_shell import DesktopShell
from llmgw_desktop.ui.qt_loop import run
from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.tray import Tray
from tests.support.answers import Answer, Delivery, Refusal, Spent
from tests.support.lane import Lane
from tests.support.upstream import Upstream

SPAN_S = 14 * 60
FLIGHTS = 160
SIZE = (1280, 820)
CLIENTS = {
    "claude-code": ("/v1/messages", ("claude-opus-5-5", "claude-haiku-5")),
    "codex": ("/v1/chat/completions", ("qwen3-coder-30b",)),
    "nightly-review": ("/v1/messages", ("claude-opus-5-5",)),
}
CONFIG = """
[http]
port = 0
[providers.anthropic]
kind = "anthropic"
base_url = "{root}"
api_key_env = "STUB_KEY"
models = ["claude-opus-5-5", "claude-haiku-5"]
local = true
[providers.lm-studio]
kind = "openai-compatible"
base_url = "{base}"
models = ["qwen3-coder-30b"]
local = true
"""


class TurnedClock(SystemClock):
    """The computer's clock, set back by as much as the traffic says."""

    behind_s = 0.0

    @staticmethod
    def now_s() -> float:
        return time.time() - TurnedClock.behind_s


class Traffic:
    """Requests such as coding agents send, from a dice that always falls the same."""

    def __init__(self, url: str, keys: dict[str, str], lanes: dict[str, Lane]) -> None:
        self._url = url
        self._keys = keys
        self._lanes = lanes
        self._dice = random.Random(7)

    async def send(self, count: int) -> None:
        async with aiohttp.ClientSession() as session:
            for number in range(count):
                TurnedClock.behind_s = SPAN_S * (1 - number / count) ** 1.2
                await self._one(session)
        TurnedClock.behind_s = 0.0

    async def _one(self, session: aiohttp.ClientSession) -> None:
        dice = self._dice
        client = dice.choices(list(CLIENTS), (6, 3, 2))[0]
        path, models = CLIENTS[client]
        lane = self._lanes["anthropic" if path == "/v1/messages" else "lm-studio"]
        lane.then(self._behaviour(client))
        body = {
            "model": dice.choice(models),
            "max_tokens": 4096,
            "stream": True,
            "messages": [{"role": "user", "content": "Read src/auth.py and say what it checks."}],
        }
        headers = {"Authorization": f"Bearer {self._keys[client]}"}
        async with session.post(self._url + path, json=body, headers=headers) as answer:
            await answer.read()

    def _behaviour(self, client: str) -> Answer | Refusal:
        dice = self._dice
        if dice.random() < 0.04:
            return Refusal(status=529 if client != "codex" else 429, retry_after="5")
        prompt = int(dice.gauss(42_000, 9_000))
        read = int(prompt * dice.choice((0.93, 0.9, 0.86, 0.0)))
        spent = Spent(
            input_tokens=prompt - read - 900,
            cache_read=read,
            cache_write_5m=900,
            cache_write_1h=0,
            output_tokens=dice.randrange(60, 900),
        )
        text = "It checks the session cookie, then the scope of the token. " * 3
        return Answer(text=text, spent=spent, delivery=Delivery(pace_s=dice.uniform(0.001, 0.012)))


async def _pictures(folder: Path, home: Path, theme: Theme) -> None:
    places = Places.of({"LLMGW_HOME": str(home)})
    places.make()
    async with Upstream() as upstream:
        lanes = {name: upstream.lane(name) for name in ("anthropic", "lm-studio")}
        config = CONFIG.format(root=lanes["anthropic"].root_url, base=lanes["lm-studio"].base_url)
        places.config_file.write_text(config)
        keys = _make_keys(places)
        container = composition.Container(places, {"STUB_KEY": "stub"})
        settings = QSettings(str(home / "window.ini"), QSettings.Format.IniFormat)
        shell = DesktopShell(container, theme, Tray(theme.icons), settings)
        await shell.start()
        traffic = Traffic(container.gateway.status.url, keys, lanes)
        await traffic.send(FLIGHTS)
        shell.show_window()
        window = shell.window
        assert window is not None
        window.resize(*SIZE)
        lanes["anthropic"].always = Answer(
            text="on and on " * 400, pieces=400, delivery=Delivery(pace_s=0.05)
        )
        running = asyncio.create_task(_long_one(container.gateway.status.url, keys["claude-code"]))
        await asyncio.sleep(2.5)
        flights = await asyncio.to_thread(container.flights.page, FlightQuery(), 0, 12)
        chosen = next(flight for flight in flights if flight.usage.cache_read_tokens)
        for appearance in (Appearance.LIGHT, Appearance.DARK):
            theme.set_appearance(appearance)
            window.show_page("overview")
            await asyncio.sleep(1)
            window.grab().save(str(folder / f"overview-{appearance.value}.png"))
            window.open_flight(chosen.id)
            await asyncio.sleep(1)
            window.grab().save(str(folder / f"flights-{appearance.value}.png"))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await shell.stop()


async def _long_one(url: str, key: str) -> None:
    body = {
        "model": "claude-opus-5-5",
        "max_tokens": 4096,
        "stream": True,
        "messages": [{"role": "user", "content": "Write the tests."}],
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/v1/messages", json=body, headers={"x-api-key": key}) as answer,
    ):
        await answer.read()


def _make_keys(places: Places) -> dict[str, str]:
    clock = SystemClock()
    store = ClientStore(places.gateway_db, clock)
    keys = ClientKeys(store, clock, TimedIds(clock))
    made = {name: keys.add(name) for name in CLIENTS}
    store.close()
    return made


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    composition.SystemClock = TurnedClock  # type: ignore[misc]
    app = make_application()
    theme = Theme(app, Appearance.LIGHT)
    with tempfile.TemporaryDirectory() as home:
        run(_pictures(folder, Path(home), theme), app)


if __name__ == "__main__":
    main()
