"""A browser without a screen, and the person in front of it who answers by commands."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape

import httpx2

from tests.support.gateway import Gateway

_NEXT = re.compile(r"(/oauth/wait/[A-Za-z0-9_-]+)")
_ID = re.compile(r"^(\S+)  the browser shows: (\w+ \w+)$", re.MULTILINE)


@dataclass
class PersonAtTerminal:
    """Says yes to the scopes named here, where the words agree; to none of them: says no."""

    gateway: Gateway
    scopes: Sequence[str]
    seen: list[str] = field(default_factory=list)
    """What `llmgw consent list` told."""

    async def browse(self, address: str) -> str:
        async with httpx2.AsyncClient(timeout=60, follow_redirects=False) as browser:
            await self._command("consent", "list")  # from now on somebody is there
            page = await browser.get(address)
            if page.status_code in (302, 303):
                return page.headers["location"]
            assert page.status_code == 200, page.text
            found = _NEXT.search(unescape(page.text))
            assert found, page.text
            waiting = asyncio.ensure_future(browser.get(f"{self.gateway.url}{found[1]}"))
            await self._answer(page.text)
            led = await waiting
            assert led.status_code in (302, 303, 403), led.text
            return led.headers.get("location", "")

    async def _answer(self, page: str) -> None:
        told = await self._command("consent", "list")
        self.seen.append(told)
        (found,) = _ID.findall(told)
        question, words = found
        assert words in unescape(page), "the page and the question show other words"
        if not self.scopes:
            await self._command("consent", "deny", question)
            return
        given = [part for scope in self.scopes for part in ("--scope", scope)]
        await self._command("consent", "allow", question, *given)

    async def _command(self, *arguments: str) -> str:
        done = await asyncio.to_thread(self.gateway.setup.command, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout
