"""Callers who leave a real CLI in the middle."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openai
import psutil
import pytest

from llmgw_desktop.domain.cli import CliName
from tests.support.answers import Answer, Delivery
from tests.support.cli_house import CliHouse, open_cli_house
from tests.support.flight_log import Flight, wait_flights

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

CLIS = [CliName.CLAUDE, CliName.CODEX]


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, program_of: Callable[[CliName], Path]
) -> Iterator[CliHouse]:
    with open_cli_house(tmp_path_factory.mktemp("tools"), CLIS, program_of) as opened:
        yield opened


@pytest.mark.parametrize("name", CLIS)
def test_of_a_caller_who_leaves_in_the_middle_nothing_runs_on(
    house: CliHouse, name: CliName
) -> None:
    """Codex tells an answer when it is whole: its caller leaves while nothing has come."""
    lane = house.lane("stub-ok")
    silent = Delivery(stall_after=4 if name is CliName.CLAUDE else 0)
    lane.always = Answer(call_tools=False, delivery=silent)
    model = f"{name}-cli/stub-ok"
    with openai.OpenAI(base_url=f"{house.url}/v1", api_key=house.key, max_retries=0) as sdk:
        asked: Any = {"model": model, "messages": [{"role": "user", "content": "hello"}]}
        if name is CliName.CLAUDE:
            with sdk.chat.completions.create(**asked, stream=True) as stream:
                for chunk in stream:
                    if chunk.choices and chunk.choices[0].delta.content:
                        break
                assert runs_of(house, name)
        else:
            with pytest.raises(openai.APITimeoutError):
                sdk.with_options(timeout=8).chat.completions.create(**asked)
    _wait(lambda: not runs_of(house, name))
    assert flight_of(house, model).state == "canceled"


def runs_of(house: CliHouse, name: CliName) -> list[str]:
    """What the gateway has running in this CLI's home."""
    home = str(house.home_of(name))
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("HOME") == home:
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue  # it has ended, or is another's
    return [each for each in found if each]


def flight_of(house: CliHouse, model: str) -> Flight:
    def of_model(flights: list[Flight]) -> list[Flight]:
        return [each for each in flights if each.model_asked == model and each.state != "running"]

    return wait_flights(house.gateway.home, lambda all_: bool(of_model(all_)), 20, of_model)[-1]


def _wait(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.05)
