"""`llmgw restart`: whoever uses the gateway meanwhile waits a little, and nobody is refused."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers import Answer, Delivery
from tests.support.dialects import ANTHROPIC
from tests.support.fake_clis import claude_table, make_fake_clis
from tests.support.gateway import Gateway, GatewaySetup, anthropic_provider, running_gateway
from tests.support.raw_http import anthropic_headers, send
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e

_ASKS = """
import http.client, json, os, sys, time

port, key, told, enough, keeps = sys.argv[1:]
headers = {"x-api-key": key, "anthropic-version": "2023-06-01", "content-type": "application/json"}
body = json.dumps({"model": "practice/echo", "max_tokens": 64, "stream": keeps == "stream",
    "messages": [{"role": "user", "content": "again"}]})
connection = None
with open(told, "w", buffering=1) as log:
    while not os.path.exists(enough):
        began = time.monotonic()
        try:
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
            connection.request("POST", "/v1/messages", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            is_whole = keeps != "stream" or b"message_stop" in text
            done = str(answer.status) if is_whole else "cut"
            if keeps == "anew" or answer.will_close:
                connection.close()
                connection = None
        except Exception as error:
            done, connection = repr(error), None
        log.write(f"{done} {time.monotonic() - began:.3f}\\n")
        time.sleep(0.05)
"""


def _call(gateway: Gateway, method: str, path: str, body: Any = None) -> Any:
    key = {"Authorization": f"Bearer {gateway.access_key()}", "Content-Type": "application/json"}
    sent = None if body is None else json.dumps(body).encode()
    told = send(gateway.url + path, method=method, headers=list(key.items()), body=sent)
    return told.status, json.loads(told.body)


def _counts(files: list[Path]) -> list[int]:
    return [len(each.read_text().splitlines()) if each.exists() else 0 for each in files]


def _until_more(files: list[Path], more: int) -> None:
    before, ends = _counts(files), time.monotonic() + 60
    while any(now < then + more for now, then in zip(_counts(files), before, strict=True)):
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_a_running_job_that_asks_through_it_does_not_feel_a_restart(
    tmp_path: Path, upstream: Upstream
) -> None:
    clis = make_fake_clis(tmp_path / "bin")
    slow = upstream.lane("slow")
    slow.always = Answer(delivery=Delivery(begin_s=1.5))
    setup = GatewaySetup(
        home=tmp_path / "home",
        toml=claude_table(clis["claude"])
        + f"readable = {json.dumps([sys.prefix, sys.base_prefix])}\n",
        providers=[anthropic_provider(slow)],
    )
    work = tmp_path / "work"
    work.mkdir()
    asks, enough = work / "asks.py", work / "enough"
    asks.write_text(_ASKS)
    told = [work / f"told-{each}" for each in ("anew", "kept", "stream")]
    with running_gateway(setup) as gateway:
        key, pid = gateway.access_key(), gateway.process.pid
        words = " ".join(
            f"{sys.executable} {asks} {gateway.port} {key} {file} {enough} {file.name[5:]} &"
            for file in told
        )
        _, job = _call(
            gateway,
            "POST",
            "/v1/jobs",
            {"cli": "claude", "prompt": f"{words} wait; answer done", "workingDir": str(work)},
        )
        _until_more(told, 10)
        waits = {"cli": "claude", "prompt": "sleep 30; answer slept", "wait": True}
        answers: dict[str, Any] = {}

        def ask_slowly() -> None:
            body = ANTHROPIC.body("slow")
            answers["slow"] = send(
                gateway.url + ANTHROPIC.path, headers=anthropic_headers(key), body=body
            )

        def wait_for_a_run() -> None:
            answers["job"] = _call(gateway, "POST", "/v1/jobs", waits)

        threads = [threading.Thread(target=each) for each in (ask_slowly, wait_for_a_run)]
        for each in threads:
            each.start()
        time.sleep(0.3)
        for _ in range(2):
            done = setup.command("restart")
            assert done.returncode == 0, done.stderr
            assert done.stdout.startswith(f"The gateway runs anew at {gateway.url}, after ")
            assert done.stderr.startswith("The gateway starts anew.")
            assert done.stdout.count("\n") == done.stderr.count("\n") == 1
            _until_more(told, 5)
        for each in threads:
            each.join(30)
        enough.touch()
        while (ended := _call(gateway, "GET", f"/v1/jobs/{job['id']}")[1])["state"] == "running":
            time.sleep(0.05)
        assert (ended["state"], ended["exitCode"]) == ("completed", 0), ended
        for file in told:
            lines = [line.split() for line in file.read_text().splitlines()]
            wrong = [line for line in lines if line[0] != "200"]
            assert not wrong, (file.name, wrong)
            print(file.name, len(lines), "longest", max(float(line[1]) for line in lines))
        assert answers["slow"].status == 200
        assert answers["job"][0] == 202
        assert gateway.process.pid == pid
        _call(gateway, "POST", f"/v1/jobs/{answers['job'][1]['id']}/cancel", {})
        while line := gateway._stdout.next(0):
            assert json.loads(line)["pid"] == pid


def test_settings_that_would_end_the_next_start_do_not_end_this_one(tmp_path: Path) -> None:
    setup = GatewaySetup(home=tmp_path / "home")
    assert setup.command("restart").returncode == 1, "nothing runs"
    with running_gateway(setup) as gateway:
        setup.config_file.write_text("[http]\nport = 'none'\n")
        done = setup.command("restart")
        assert done.returncode == 2
        assert "http.port" in done.stderr
        assert _call(gateway, "GET", "/health")[0] == 200


def test_it_ends_when_it_is_asked_to_quit_and_jobs_of_it_go_on(tmp_path: Path) -> None:
    clis = make_fake_clis(tmp_path / "bin")
    setup = GatewaySetup(home=tmp_path / "home", toml=claude_table(clis["claude"]))
    assert setup.command("quit").returncode == 1, "nothing runs"
    work = tmp_path / "work"
    work.mkdir()
    waits = f"while [ ! -e {work}/enough ]; do sleep 0.1; done; answer slept"
    asked = {"cli": "claude", "prompt": waits, "workingDir": str(work)}
    with running_gateway(setup) as gateway:
        job = _call(gateway, "POST", "/v1/jobs", asked)[1]["id"]
        while _call(gateway, "GET", f"/v1/jobs/{job}")[1]["state"] == "queued":
            time.sleep(0.05)
        reaper = threading.Thread(target=gateway.process.wait)
        reaper.start()
        done = setup.command("quit")
        reaper.join(60)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("The gateway has ended. Jobs that run go on")
        assert gateway.process.returncode == 0
    (work / "enough").touch()
    with running_gateway(setup) as gateway:
        while (state := _call(gateway, "GET", f"/v1/jobs/{job}")[1]["state"]) == "running":
            time.sleep(0.05)
        assert state == "completed"
