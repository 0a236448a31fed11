"""A gateway with its web view, and a browser of this computer as bare requests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp

from llmgw_desktop.domain.access.consent import ConsentRequest
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    AskingJob,
    PermissionAnswer,
    PermissionKind,
    PermissionQuestion,
)
from llmgw_desktop.engine.questions.consents.tickets import Ticket
from tests.engine.conftest import House, house_in

SWITCHED_ON = "\n[ui]\nweb = true\n"
_FORM = re.compile(r'name="form" value="([^"]+)"')


@asynccontextmanager
async def web_house(home: Path, more: str = SWITCHED_ON) -> AsyncIterator[House]:
    async with house_in(home, more) as house:
        yield house


async def link(house: House) -> str:
    """The address that signs in once."""
    async with house.post("/v1/ui/links", {}) as reply:
        assert reply.status == 200, await reply.text()
        return f"{house.url}{(await reply.json())['path']}"


@dataclass
class Tab:
    """Its cookie, and nothing else of a browser."""

    house: House
    cookie: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        async with self._session().get(
            f"{self.house.url}{path}", headers=self._heads(headers), allow_redirects=False
        ) as reply:
            self._take(reply)
            return reply.status, await reply.text()

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> tuple[int, str]:
        async with self._session().post(
            f"{self.house.url}{path}",
            data=fields,
            headers=self._heads({"Origin": self.house.url, **headers}),
            allow_redirects=False,
        ) as reply:
            self._take(reply)
            return reply.status, await reply.text()

    async def question_form(self, question_id: str) -> str:
        """Its token, read from its page."""
        status, text = await self.get(f"/ui/questions/{question_id}")
        assert status == 200, text
        return _FORM.findall(text)[-1]

    async def answer(self, question_id: str, answer: str, **more: str) -> tuple[int, str]:
        """As a person does; how long one has to look, a test says (`desk.ARM_AFTER_S`)."""
        token = await self.question_form(question_id)
        fields = {"question": question_id, "form": token, "answer": answer, **more}
        return await self.post("/ui/answer", fields)

    def _session(self) -> aiohttp.ClientSession:
        return self.house.session

    def _heads(self, more: dict[str, str]) -> dict[str, str]:
        cookie = {"Cookie": f"llmgw-ui={self.cookie}"} if self.cookie else {}
        return {**cookie, **self.headers, **more}

    def _take(self, reply: aiohttp.ClientResponse) -> None:
        for line in reply.headers.getall("Set-Cookie", ()):
            found = re.match(r"llmgw-ui=([^;]*)", line)
            if found:
                self.cookie = found[1]
        self.house.session.cookie_jar.clear()


async def signed_in(house: House) -> Tab:
    tab = Tab(house)
    status, text = await tab.get((await link(house)).removeprefix(house.url))
    assert (status, bool(tab.cookie)) == (200, True), text
    return tab


async def asks(
    house: House, command: str = "touch a.txt", number: str = "1", **more: Any
) -> tuple[PermissionQuestion, list[PermissionAnswer]]:
    """An agent wants to run it, and hears what comes of that. `more`: what is otherwise with it."""
    desk = house.container.runs.permissions
    job = AskingJob(
        id=f"job_{number}",
        owner="anna",
        client="Anna's editor",
        cli=CliName.CODEX,
        title="Mend it",
        working_dir=str(house.container.places.data_folder),
    )
    ask = Ask(native_id=number, kind=PermissionKind.COMMAND, command=command)
    ask = replace(ask, **more)
    answers: list[PermissionAnswer] = []
    desk.ask(job, ask, answers.append)
    async with asyncio.timeout(20):
        while not desk.of_job(job.id):
            await asyncio.sleep(0.005)
    return desk.of_job(job.id)[0], answers


async def wants_in(house: House) -> Ticket:
    """A program asks for access; somebody has to be there."""
    broker = house.container.consents.broker
    broker.look()
    request = ConsentRequest(
        client_id="client-1",
        client_name="Claude <b>Code</b>",
        redirect_uri="http://127.0.0.1:33418/callback",
        scopes=(Scope.MODELS_USE, Scope.JOBS_RUN),
        resource="http://127.0.0.1:3333/mcp",
        address="127.0.0.1",
        is_local=False,
    )
    return await broker.ask(request)
