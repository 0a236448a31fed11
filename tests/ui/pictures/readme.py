"""Takes the pictures of the README: the real window, with real flights through the real engine.

    python -m tests.ui.pictures.readme docs/pictures

Three clients ask two stand-in vendors on loopback, which think and stream as long as real ones do.
Only the clock is turned: it runs fast until a quarter of an hour's traffic has been sent.
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

import aiohttp
from PySide6.QtCore import QSettings

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.composition import container as composition
from llmgw_desktop.app.composition import parts
from llmgw_desktop.app.validation.wish import PanelWish
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.validation import Intent
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.paths import Places
from llmgw_desktop.ui.application import make_application
from llmgw_desktop.ui.compare.page import ComparePage
from llmgw_desktop.ui.loop.qt_loop import run
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.window.main_window import MainWindow
from tests.support.answers import Answer, Delivery, Refusal, Spent
from tests.support.lane import Lane
from tests.support.plain_panels import CODEX_ON_PLAN, GEMINI_ON_PLAN, PLAN
from tests.support.upstream import Upstream
from tests.ui.pictures.readme_jobs import EARLIER, NOW, cli_settings, run_jobs

SPAN_S = 14 * 60
LAST_S = 6
SPEED = 15
TOKENS_A_PIECE = 25
FRAMES_BESIDE = 5
SIZE = (1280, 820)
TALL = (1280, 1310)
"""For all providers, the vendors' CLIs too."""
CLIENTS = {
    "claude-code": ("/v1/messages", ("claude-opus-5-5", "claude-haiku-5")),
    "codex": ("/v1/chat/completions", ("qwen3-coder-30b",)),
    "nightly-review": ("/v1/messages", ("claude-opus-5-5",)),
}
_OF_PLAN = Spent(
    input_tokens=412, cache_read=0, cache_write_5m=0, cache_write_1h=0, output_tokens=286
)
PAUSE_S = {"claude-code": 5, "codex": 9, "nightly-review": 16}
WORKERS = ("claude-code", "claude-code", "codex", "nightly-review")
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
[providers.work-openai]
kind = "openai"
models = ["gpt-5.5", "gpt-5.5-mini"]
[[providers.work-openai.accounts]]
name = "team"
api_key_env = "STUB_KEY"
[[providers.work-openai.accounts]]
name = "reserve"
api_key_env = "STUB_KEY"
[providers.groq]
kind = "groq"
api_key_env = "STUB_KEY"
enabled = false
[[prices]]
model = "claude-opus-*"
input = 4
output = 20
cache_read = 0.2
cache_write_5m = 5
cache_write_1h = 8
[[prices]]
model = "claude-haiku-*"
input = 1
output = 5
cache_read = 0.1
cache_write_5m = 1.25
cache_write_1h = 2
"""


class TurnedClock(SystemClock):
    """The computer's clocks, set back, and running fast until they have caught up."""

    began_s = time.monotonic()

    @classmethod
    def start(cls) -> None:
        cls.began_s = time.monotonic()

    @classmethod
    def behind_s(cls) -> float:
        return max(0.0, SPAN_S - (time.monotonic() - cls.began_s) * (SPEED - 1))

    @staticmethod
    def now_s() -> float:
        return time.time() - TurnedClock.behind_s()

    @staticmethod
    def monotonic_s() -> float:
        return time.monotonic() - TurnedClock.behind_s()


class Traffic:
    """Requests such as coding agents send, from a dice that always falls the same."""

    def __init__(self, url: str, keys: dict[str, str], lanes: dict[str, Lane]) -> None:
        self._url = url
        self._keys = keys
        self._lanes = lanes
        self._dice = random.Random(7)

    async def send(self) -> None:
        """Until the clock has caught up."""
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*(self._work(session, client) for client in WORKERS))

    async def _work(self, session: aiohttp.ClientSession, client: str) -> None:
        while TurnedClock.behind_s() > LAST_S:
            await self._one(session, client)
            await asyncio.sleep(self._dice.expovariate(1 / PAUSE_S[client]) / SPEED)

    async def _one(self, session: aiohttp.ClientSession, client: str) -> None:
        path, models = CLIENTS[client]
        lane = self._lanes["anthropic" if path == "/v1/messages" else "lm-studio"]
        lane.then(self._behaviour(client))
        body = {
            "model": self._dice.choice(models),
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
        read = int(prompt * dice.choices((0.95, 0.93, 0.9, 0.84, 0.0), (5, 4, 3, 2, 1))[0])
        write = int((prompt - read) * dice.uniform(0.3, 0.8))
        spent = Spent(
            input_tokens=prompt - read - write,
            cache_read=read,
            cache_write_5m=write,
            cache_write_1h=0,
            output_tokens=dice.randrange(120, 900),
        )
        pieces = max(3, spent.output_tokens // TOKENS_A_PIECE)
        pace_s = spent.output_tokens / dice.uniform(50, 125) / (pieces + FRAMES_BESIDE) / SPEED
        begin_s = min(max(dice.lognormvariate(-0.4, 0.5), 0.3), 2.0) / SPEED
        text = "It checks the session cookie, then the scope of the token. " * pieces
        delivery = Delivery(begin_s=begin_s, pace_s=pace_s)
        return Answer(text=text, pieces=pieces, spent=spent, delivery=delivery)


async def _pictures(folder: Path, home: Path, theme: Theme) -> None:
    places = Places.of({"LLMGW_HOME": str(home)})
    places.make()
    async with Upstream() as upstream:
        lanes = {name: upstream.lane(name) for name in ("anthropic", "lm-studio")}
        config = cli_settings(home) + CONFIG.format(
            root=lanes["anthropic"].root_url, base=lanes["lm-studio"].base_url
        )
        places.config_file.write_text(config)
        keys = _make_keys(places)
        env = {"STUB_KEY": "stub", "PATH": "/usr/bin:/bin", "HOME": str(home)}
        container = composition.Container(places, env)
        settings = QSettings(str(home / "window.ini"), QSettings.Format.IniFormat)
        settings.setValue("page-overview/steps-over", True)
        shell = DesktopShell(container, theme, Tray(theme.icons), settings)
        TurnedClock.start()
        await shell.start()
        traffic = Traffic(container.gateway.status.url, keys, lanes)
        earlier = asyncio.create_task(_earlier_jobs(container))
        await traffic.send()
        await earlier
        while TurnedClock.behind_s():
            await asyncio.sleep(0.05)
        shell.show_window()
        window = shell.window
        assert window is not None
        window.resize(*SIZE)
        lanes["anthropic"].always = Answer(
            text="on and on " * 400, pieces=400, delivery=Delivery(begin_s=0.8, pace_s=0.05)
        )
        chosen_job = (await run_jobs(container, NOW))[0]
        running = asyncio.create_task(_long_one(container.gateway.status.url, keys["claude-code"]))
        await asyncio.sleep(2.5)
        flights = await asyncio.to_thread(container.flights.page, FlightQuery(), 0, 12)
        chosen = next(flight for flight in flights if flight.usage.cache_read_tokens)
        for appearance in (Appearance.LIGHT, Appearance.DARK):
            theme.set_appearance(appearance)
            window.show_page("overview")
            window.page("overview")
            await asyncio.sleep(1)
            window.grab().save(str(folder / f"overview-{appearance.value}.png"))
            window.resize(*TALL)
            window.show_page("providers")
            window.page("providers")
            await asyncio.sleep(2)  # until the CLIs have told their versions
            window.grab().save(str(folder / f"providers-{appearance.value}.png"))
            window.resize(*SIZE)
            shell.open_job(chosen_job.id)
            await asyncio.sleep(1)
            window.grab().save(str(folder / f"jobs-{appearance.value}.png"))
            window.open_flight(chosen.id)
            await asyncio.sleep(1)
            window.grab().save(str(folder / f"flights-{appearance.value}.png"))
        theme.set_appearance(Appearance.LIGHT)
        lanes["anthropic"].then(Answer(text=GEMINI_ON_PLAN, pieces=9, spent=_OF_PLAN))
        lanes["lm-studio"].then(Answer(text=CODEX_ON_PLAN, pieces=9, spent=_OF_PLAN))
        window.resize(*TALL)
        window.show_page("compare")
        window.page("compare")
        await _compare(container, window)
        window.grab().save(str(folder / "compare-light.png"))
        await container.runs.supervisor.stop_all()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await shell.stop()


async def _compare(container: composition.Container, window: MainWindow) -> None:
    """A plan, by a CLI and two models: one dissents."""
    seats = ("claude", "qwen3-coder-30b", "claude-haiku-5")
    wish = PanelWish(question=PLAN, intent=Intent.VALIDATE, seats=seats)
    panel_id = await container.compare.ask(wish)
    page = window.findChild(ComparePage)
    assert isinstance(page, ComparePage)
    page.open_panel(panel_id)
    await container.validations.wait(panel_id, "local", 60)
    await asyncio.sleep(1.5)


async def _earlier_jobs(container: composition.Container) -> None:
    for job in EARLIER:
        await run_jobs(container, (job,))
        await asyncio.sleep(6)


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
    parts.SystemClock = TurnedClock  # type: ignore[misc]
    app = make_application()
    theme = Theme(app, Appearance.LIGHT)
    with tempfile.TemporaryDirectory() as home:
        run(_pictures(folder, Path(home), theme), app)


if __name__ == "__main__":
    main()
