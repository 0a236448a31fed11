"""CLIs as upstreams: what a run really used is told before its end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from llmgw_desktop.domain.cli import CliName, CliRequest
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.runs import model_client
from llmgw_desktop.engine.runs.model_client import RunAnswer
from tests.engine.runs.conftest import RunHouse


class Frames:
    """Notes what is written."""

    def __init__(self) -> None:
        self.used: list[tuple[Usage, float | None]] = []

    def usage(self, usage: Usage, cost_usd: float | None) -> bytes:
        self.used.append((usage, cost_usd))
        return b"used "

    def __getattr__(self, name: str) -> Any:
        return lambda *_: f"{name} ".encode()


async def test_figures_out_of_a_side_file_reach_the_answer(
    house: RunHouse, monkeypatch: Any
) -> None:
    frames = Frames()
    monkeypatch.setattr(model_client, "CliFrames", lambda: frames)
    supervisor = house.container.runs.supervisor
    prompt = "rollout 150 50 2; answer two 150 9"
    request = CliRequest(cli=CliName.CODEX, prompt=prompt)
    job = (await supervisor.submit(Submission(request=request, owner="me", client="c"))).job
    upstream = SimpleNamespace(provider="codex-cli")
    call: Any = SimpleNamespace(candidate=SimpleNamespace(model="m", upstream=upstream))
    answer = RunAnswer(job.id, call, supervisor, Tasks())
    await answer.begin("")
    said = b""
    while piece := await answer.read():
        said += piece
    assert said.split() == [b"begun", b"text", b"used", b"used", b"ended"]
    assert frames.used[-1] == (Usage(input_tokens=50, output_tokens=2), None)
    assert house.closed == [], "its flight is the model door's"
