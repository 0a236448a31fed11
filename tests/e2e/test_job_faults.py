"""Jobs of the whole program: it is killed, its disk is full, its CLIs do as they like."""

from __future__ import annotations

import json
import random
import resource
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.engine.jobs.process_tree import ProcessTree
from tests.support.fake_clis import claude_table, make_fake_clis
from tests.support.gateway import Gateway, GatewaySetup, running_gateway

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
JOBS = 10
HUNDRED = 100
OUTPUT = 60 * 1024 * 1024


@dataclass
class House:
    """A home in which the program is started again and again."""

    setup: GatewaySetup

    @property
    def person(self) -> Path:
        return self.setup.home.parent / "user-home"

    def go(self, name: object) -> None:
        """What waits for this name goes on."""
        (self.person / f"go-{name}").touch()

    def starts(self, name: object) -> int:
        file = self.person / f"starts-{name}"
        return len(file.read_text().splitlines()) if file.exists() else 0


@pytest.fixture
def house(own_home: Path, tmp_path: Path) -> House:
    program = make_fake_clis(tmp_path / "bin")["claude"]
    return House(GatewaySetup(home=own_home, toml=claude_table(program)))


def call(gateway: Gateway, path: str, body: Any = None) -> Any:
    request = urllib.request.Request(
        gateway.url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {gateway.access_key()}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def ask(gateway: Gateway, prompt: str) -> str:
    return str(call(gateway, "/v1/jobs", {"cli": "claude", "prompt": prompt})["id"])


def until(is_so: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def ended(gateway: Gateway, job_id: str) -> Any:
    """Where it stands when it has ended, with what it said."""
    until(
        lambda: (
            call(gateway, f"/v1/jobs/{job_id}")["job"]["state"]
            not in (
                "queued",
                "running",
            )
        )
    )
    return call(gateway, f"/v1/jobs/{job_id}/result")


@pytest.fixture
def none_left() -> Iterator[list[str]]:
    """Of the jobs whose ids are put in here no process is left."""
    job_ids: list[str] = []
    yield job_ids
    for job_id in job_ids:
        until(lambda job_id=job_id: not ProcessTree(job_id, None).find())


def test_killed_ten_times_at_random_moments_every_job_ends_with_its_true_result(
    house: House, none_left: list[str]
) -> None:
    house.setup.write_config()
    moments = random.Random(11)
    for number in range(JOBS):
        gateway = Gateway(house.setup)
        try:
            gateway.wait_ready()
            end = f"answer nr-{number}" if number % 3 else f"refuse 400 no-{number}"
            none_left.append(
                ask(
                    gateway,
                    f"echo x >> $HOME/starts-{number}; begin; "
                    f"while [ ! -e $HOME/go-{number} ]; do sleep 0.01; done; {end}",
                )
            )
            time.sleep(moments.random() * 0.1)
            house.go(moments.randrange(number + 1))
            time.sleep(moments.random() * 0.05)
        finally:
            gateway.kill()
    with running_gateway(house.setup) as gateway:
        for number in range(JOBS):
            house.go(number)
        for number, job_id in enumerate(none_left):
            told = ended(gateway, job_id)
            if number % 3:
                assert (told["state"], told["text"]) == ("completed", f"nr-{number}"), told
                assert told["exitCode"] == 0
            else:
                assert (told["state"], told["exitCode"]) == ("failed", 1), told
                assert f"no-{number}" in told["error"]["message"]
            assert (told["retryCount"], house.starts(number)) == (0, 1)


def test_killed_while_it_waits_for_the_next_run_a_job_has_it_all_the_same(
    house: House, none_left: list[str]
) -> None:
    house.setup.write_config()
    gateway = Gateway(house.setup)
    try:
        gateway.wait_ready()
        job_id = ask(
            gateway,
            "echo x >> $HOME/starts-one; "
            "[ $(wc -l < $HOME/starts-one) -gt 1 ] || refuse 529 overloaded; answer late",
        )
        none_left.append(job_id)
        until(lambda: call(gateway, f"/v1/jobs/{job_id}")["job"]["retryCount"] == 1)
    finally:
        gateway.kill()
    with running_gateway(house.setup) as gateway:
        told = ended(gateway, job_id)
        assert (told["state"], told["text"], told["retryCount"]) == ("completed", "late", 1)
        assert house.starts("one") == 2


def test_on_a_full_disk_the_end_of_a_job_is_told_truly_and_the_program_stays(
    house: House, none_left: list[str]
) -> None:
    """No file of the program may grow, as on a full disk; its runs were started before."""
    house.setup.write_config()
    gateway = Gateway(house.setup)
    try:
        gateway.wait_ready()
        wait = "while [ ! -e $HOME/go-on ]; do sleep 0.01; done; "
        none_left += [
            ask(gateway, f"begin; touch $HOME/starts-one; {wait} answer one"),
            ask(gateway, f"begin; touch $HOME/starts-two; {wait} refuse 400 two"),
        ]
        until(lambda: all((house.person / f"starts-{name}").exists() for name in ("one", "two")))
        resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        house.go("on")
        one, two = (ended(gateway, job_id) for job_id in none_left)
        assert (one["state"], one["text"]) == ("completed", "one")
        assert (two["state"], two["exitCode"]) == ("failed", 1)
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask(gateway, "answer three")
        assert refused.value.code in (500, 503)
        assert b"Traceback" not in refused.value.read()
        assert call(gateway, "/health")["status"] in ("ok", "degraded")
        assert gateway.process.poll() is None
        both = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, both)
        until(lambda: len(call(gateway, "/v1/jobs?state=completed,failed")["jobs"]) == 2)
    finally:
        gateway.kill()
    with running_gateway(house.setup) as gateway:
        one, two = (ended(gateway, job_id) for job_id in none_left)
        assert (one["state"], one["text"]) == ("completed", "one")
        assert (two["state"], two["exitCode"]) == ("failed", 1)
        assert "two" in two["error"]["message"]


def test_cancel_over_http_leaves_no_process_whatever_session_it_is_in(house: House) -> None:
    """Counted by the mark that every process of a job has in its environment."""
    with running_gateway(house.setup) as gateway:
        tool = "sh -c 'trap \"\" TERM HUP; while :; do sleep 60; done'"
        job_id = ask(
            gateway, f"begin; {tool} & setsid {tool} & (setsid {tool} &) ; touch $HOME/up; wait"
        )
        until((house.person / "up").exists)
        # the CLI, three shells and what each of them waits for
        until(lambda: len(ProcessTree(job_id, None).find()) >= 7)
        canceled = call(gateway, f"/v1/jobs/{job_id}/cancel", {})
        assert canceled["job"]["state"] == "canceled"
        assert ProcessTree(job_id, None).find() == set()


def test_60_mb_of_events_are_read_in_constant_memory(house: House, none_left: list[str]) -> None:
    """The program with all that looks at the run: its figures, its flight, whoever waits."""

    def greatest() -> int:
        lines = Path(f"/proc/{gateway.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024

    setup = replace(
        house.setup, toml=house.setup.toml + "[limits]\nmax_job_output_bytes = 99999999\n"
    )
    with running_gateway(setup) as gateway:
        none_left.append(ask(gateway, "answer warm"))
        ended(gateway, none_left[0])
        before = greatest()
        line = "$(say $(head -c 2000 /dev/zero | tr '\\0' x))"
        none_left.append(
            ask(gateway, f'begin; yes "{line}" | head -c {OUTPUT}; echo; answer whole')
        )
        until(lambda: call(gateway, f"/v1/jobs/{none_left[1]}")["job"]["state"] == "completed")
        job = call(gateway, f"/v1/jobs/{none_left[1]}")["job"]
        assert job["stdoutBytes"] > OUTPUT
        assert greatest() - before < OUTPUT * 2 / 3


def test_a_silent_job_costs_nothing(house: House, none_left: list[str]) -> None:
    """The program's own CPU, to the nanosecond: nothing of it looks whether something happened."""

    def used_s() -> float:
        tasks = Path(f"/proc/{gateway.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    with running_gateway(house.setup) as gateway:
        none_left += [ask(gateway, f"begin; sleep 1000 # {number}") for number in range(8)]
        until(lambda: len(call(gateway, "/v1/jobs?state=running")["jobs"]) == 8)
        time.sleep(2)  # what their start has to do yet
        before = used_s()
        time.sleep(4)
        assert used_s() - before < 8 * 4 * 0.001
        for job_id in none_left:
            call(gateway, f"/v1/jobs/{job_id}/cancel", {})


def test_a_hundred_jobs_at_once_end_well_and_leave_nothing(
    house: House, none_left: list[str]
) -> None:
    with running_gateway(house.setup) as gateway:
        none_left += [ask(gateway, f"answer nr-{number}") for number in range(HUNDRED)]
        for number, job_id in enumerate(none_left):
            told = ended(gateway, job_id)
            assert (told["state"], told["text"]) == ("completed", f"nr-{number}"), told
        jobs = Path(gateway.home / "data" / "jobs")
        until(lambda: not list(jobs.rglob("asked.json")))
        until(lambda: not [each for each in jobs.rglob("stdout") if b"nr-" in each.read_bytes()])
