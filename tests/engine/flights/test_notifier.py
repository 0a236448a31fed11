"""Targets of alarms: signed, tried again within bounds, through the proxy, and never in the way."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.brakes import Brake, HeldAnswer, HeldQuestion, HeldWay
from llmgw_desktop.domain.events import AlarmRaised, CacheFell, HeldChanged, JobChanged
from llmgw_desktop.domain.flights.alarms import Alarm, AlarmKind
from llmgw_desktop.domain.jobs.cli_settings import LimitWait
from llmgw_desktop.domain.jobs.job import JobState
from llmgw_desktop.domain.vault import EntryKind, address
from llmgw_desktop.engine.flights.notifier import MOST_WAITING, signature
from tests.engine.conftest import House, house_in
from tests.support.plain_runs import plain_job
from tests.support.proxies import http_proxy

SECRET = "whsec_" + base64.b64encode(b"a secret of the person's own").decode()
ALARM = Alarm(
    kind=AlarmKind.OTHER_MODEL,
    flights=("flt_1", "flt_2"),
    since_s=1.0,
    account="chat/default",
    model="gpt-5",
    found="gpt-5-mini",
)


@dataclass
class Hook:
    """Who takes what is sent to it, and answers as it is told."""

    port: int = 0
    answers: list[bytes] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    holds: asyncio.Event | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = dict(line.split(": ", 1) for line in head.strip().split("\r\n")[1:])
            self.heads.append({name.lower(): text for name, text in lines.items()})
            self.bodies.append(await reader.readexactly(int(lines["Content-Length"])))
            if self.holds is not None:
                await self.holds.wait()
            status = self.answers.pop(0) if self.answers else b"204 Fine"
            writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def hook() -> AsyncIterator[Hook]:
    made = Hook()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


def table(port: int, more: str = "") -> str:
    return (
        f'\n[[notify]]\nname = "hook"\nurl = "http://127.0.0.1:{port}/in?"\nlocal = true\n{more}'
    ).replace("/in?", "/in")


async def until(is_so: Callable[[], object]) -> None:
    for _ in range(400):
        if is_so():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come about")


def quick(house: House, *pauses_s: float) -> None:
    house.container.notifier._pauses_s = pauses_s


async def told(house: House) -> dict[str, Any]:
    async with house.get("/v1/notify") as answer:
        assert answer.status == 200
        (target,) = (await answer.json())["targets"]
        found: dict[str, Any] = target
        return found


async def test_an_alarm_arrives_signed_with_its_flights(tmp_path: Path) -> None:
    async with hook() as there:
        more = table(there.port, 'vault = "notify/hook"\n')
        async with house_in(tmp_path / "home", more) as house:
            entry = address(EntryKind.API_KEY, "notify", "hook")
            put = partial(house.container.vault.put, entry, SECRET.encode(), by="test")
            await asyncio.to_thread(put)
            house.container.bus.publish(AlarmRaised(alarm=ALARM))
            await until(lambda: there.bodies)
            head, body = there.heads[0], there.bodies[0]
            said = json.loads(body)
            assert said["type"] == "other_model"
            assert said["title"] == "chat/default: gpt-5-mini answered in the place of gpt-5"
            assert said["filter"] == "id:flt_1,flt_2"
            assert said["test"] is False
            signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
            made = hmac.new(b"a secret of the person's own", signed, hashlib.sha256).digest()
            assert head["webhook-signature"] == f"v1,{base64.b64encode(made).decode()}"
            await until(lambda: house.container.notifier.standings()[0].told == 1)
            target = await told(house)
            assert (target["problem"], target["signed"], target["failed"]) == (None, True, 0)
            assert SECRET not in json.dumps(target)


async def test_busy_is_tried_again_with_the_same_id_and_given_up_in_the_end(
    tmp_path: Path,
) -> None:
    async with hook() as there, house_in(tmp_path / "home", table(there.port)) as house:
        quick(house, 0, 0)
        there.answers = [b"503 Busy", b"429 Slow", b"200 Fine"]
        house.container.bus.publish(AlarmRaised(alarm=ALARM))
        await until(lambda: house.container.notifier.standings()[0].told == 1)
        assert len(there.heads) == 3
        assert len({each["webhook-id"] for each in there.heads}) == 1
        assert "webhook-signature" not in there.heads[0]
        there.answers = [b"500 Broken"] * 9
        house.container.bus.publish(AlarmRaised(alarm=ALARM))
        await until(lambda: house.container.notifier.standings()[0].failed == 1)
        assert len(there.heads) == 6
        there.answers = [b"410 Gone"]  # nothing to try again
        house.container.bus.publish(AlarmRaised(alarm=ALARM))
        await until(lambda: house.container.notifier.standings()[0].failed == 2)
        assert len(there.heads) == 7
        assert (await told(house))["problem"] == "It answered 410."


async def test_what_is_not_wanted_is_not_sent_and_too_much_is_left_out(tmp_path: Path) -> None:
    async with hook() as there:
        more = table(there.port, 'events = ["cache"]\n')
        async with house_in(tmp_path / "home", more) as house:
            there.holds = asyncio.Event()
            house.container.bus.publish(AlarmRaised(alarm=ALARM))
            fell = CacheFell(client_id="c", name="Ann", since_s=1, cause="a clock", flight_id="f")
            for _ in range(MOST_WAITING + 6):
                house.container.bus.publish(fell)
            await until(lambda: there.bodies)
            house.container.bus.publish(fell)
            standing = house.container.notifier.standings()[0]
            assert standing.lost >= 5
            assert json.loads(there.bodies[0])["type"] == "cache"
            async with house.post("/v1/chat/completions", _asked()) as answer:
                assert answer.status == 200  # nobody waits for a target
            there.holds.set()


async def test_a_proxy_is_gone_through(tmp_path: Path) -> None:
    async with hook() as there, http_proxy() as proxy:
        more = table(there.port, f'proxy = "http://127.0.0.1:{proxy.port}"\n')
        async with house_in(tmp_path / "home", more) as house:
            async with house.post("/v1/notify/hook/test", {}) as answer:
                assert (await answer.json())["target"]["problem"] is None
            assert json.loads(there.bodies[0])["test"] is True
            assert proxy.places == [f"127.0.0.1:{there.port}"]


async def test_who_is_not_there_or_says_nonsense_is_told_in_words(tmp_path: Path) -> None:
    async with hook() as there:
        port = there.port
    async with house_in(tmp_path / "home", table(port)) as house:
        async with house.post("/v1/notify/hook/test", {}) as answer:
            problem = (await answer.json())["target"]["problem"]
            assert problem.startswith("127.0.0.1 cannot be reached: ")
        async with house.post("/v1/notify/nobody/test", {}) as answer:
            assert answer.status == 400
            assert "there are: hook" in await answer.text()


async def test_a_command_reads_the_alarm_and_sees_no_key(tmp_path: Path) -> None:
    script = tmp_path / "told.py"
    script.write_text(
        "import json, os, sys\n"
        "said = json.load(sys.stdin)\n"
        "found = {'said': said, 'argv': sys.argv[1:], 'env': dict(os.environ)}\n"
        f"open({str(tmp_path / 'out.json')!r}, 'w').write(json.dumps(found))\n"
    )
    argv = json.dumps([sys.executable, str(script), "$(id); `id`"])
    more = f'\n[[notify]]\nname = "own"\ncommand = {argv}\n'
    async with house_in(tmp_path / "home", more, {"OTHER_KEY": "sk-other"}) as house:
        house.container.bus.publish(AlarmRaised(alarm=ALARM))
        await until(lambda: house.container.notifier.standings()[0].told == 1)
        found = json.loads((tmp_path / "out.json").read_text())
        assert found["said"]["account"] == "chat/default"
        assert found["argv"] == ["$(id); `id`"]
        assert "OTHER_KEY" not in found["env"]
        assert "STUB_KEY" not in found["env"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import time; time.sleep(60)", "not done within 1 s"),
        ("print('x' * 200000)", "said more than is read"),
        ("import sys; sys.exit('no such room')", "ended with code 1: no such room"),
        ("raise SystemExit(3)", "ended with code 3."),
    ],
)
async def test_a_command_that_fails_is_ended_and_told(
    tmp_path: Path, code: str, words: str
) -> None:
    argv = json.dumps([sys.executable, "-c", code])
    more = f'\n[[notify]]\nname = "own"\ncommand = {argv}\ntimeout_s = 1\n'
    if "print" in code or "exit" in code.lower():
        more = more.replace("timeout_s = 1", "timeout_s = 30")
    async with (
        house_in(tmp_path / "home", more) as house,
        house.post("/v1/notify/own/test", {}) as answer,
    ):
        assert words in (await answer.json())["target"]["problem"]


async def test_a_request_that_waits_for_a_person_is_told_once(tmp_path: Path) -> None:
    question = HeldQuestion(
        id="hld_1",
        brake=next(iter(Brake)),
        title="claude-code repeats\nitself",
        words="The same call came four times.",
        facts=(("Repeated", "a prompt's own words"),),
        choices=(),
        flight_id="flt_9",
        owner="c",
        client="claude-code",
        model="gpt-5",
        asked_at_s=1,
        expires_at_s=2,
    )
    async with hook() as there, house_in(tmp_path / "home", table(there.port)) as house:
        house.container.bus.publish(HeldChanged(question=question))
        answer = HeldAnswer(choice="", way=next(iter(HeldWay)), at_s=1)
        house.container.bus.publish(HeldChanged(question=question, answer=answer))
        await until(lambda: house.container.notifier.standings()[0].told == 1)
        (said,) = map(json.loads, there.bodies)
        assert (said["type"], said["filter"]) == ("held", "id:flt_9")
        assert "\n" not in said["title"]
        assert b"own words" not in there.bodies[0]


async def test_a_job_that_waits_at_a_limit_is_told_once(tmp_path: Path) -> None:
    wait = LimitWait(since_s=1.0, due_at_s=2.0, is_known=True, reason="weekly limit")
    job = plain_job(state=JobState.PARKED, limit_wait=wait)
    async with hook() as there, house_in(tmp_path / "home", table(there.port)) as house:
        for _ in range(3):
            house.container.bus.publish(JobChanged(job=job))
        house.container.bus.publish(JobChanged(job=replace(job, limit_wait=None)))
        again = replace(wait, since_s=5.0)
        house.container.bus.publish(JobChanged(job=replace(job, limit_wait=again)))
        await until(lambda: house.container.notifier.standings()[0].told == 2)
        said = json.loads(there.bodies[0])
        assert (said["type"], said["job"]) == ("parked", job.id)
        assert said["text"].endswith("(weekly limit).")


def test_a_secret_that_is_no_base64_is_taken_as_it_is() -> None:
    plain = signature("hush", "msg_1", 5, b"{}")
    made = hmac.new(b"hush", b"msg_1.5.{}", hashlib.sha256).digest()
    assert plain == f"v1,{base64.b64encode(made).decode()}"
    assert signature("whsec_hush!", "msg_1", 5, b"{}") != plain


def _asked() -> dict[str, Any]:
    return {"model": "gpt-stub", "messages": [{"role": "user", "content": "Hello"}]}
