"""`llmgw jobs list|show`: runs of CLIs that the running gateway knows, without a window."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from llmgw_desktop.app.command_line.running_gateway import RunningGateway
from llmgw_desktop.app.words.figures import clock_text, duration_text, local_time
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.store.paths import Places

_PATH = "/v1/jobs"
_TITLE_CHARS = 60


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    if arguments.verb == "show":
        path = f"{_PATH}/{quote(arguments.id, safe='')}/result"
    else:
        path = f"{_PATH}?limit={arguments.limit}"
    told = RunningGateway(places, env).ask("GET", path)
    if told.status != 200:
        print(f"llmgw: {inert(told.problem)}", file=sys.stderr)
        return 1
    if arguments.json:
        # escaped: what an agent wrote never acts on a terminal
        print(json.dumps(dict(told.fields), indent=2, ensure_ascii=True))
        return 0
    lines = _shown(told.fields) if arguments.verb == "show" else _listed(told.fields["jobs"])
    print("\n".join(lines))
    return 0


def _listed(jobs: list[Mapping[str, Any]]) -> Iterator[str]:
    yield "ID\tASKED\tCLI\tSTATE\tTOOK\tTITLE\tNOTE"
    today = local_time(SystemClock().now_s()).date()
    for job in jobs:
        asked = clock_text(job["askedAt"], today)
        took = duration_text(job["durationMs"])
        title = inert_line(job["title"], _TITLE_CHARS)
        yield "\t".join(
            (job["id"], asked, job["cli"], job["state"], took, title, _note(job) or "–")
        )


def _note(job: Mapping[str, Any]) -> str:
    """What a person should know of it in a line."""
    error = job["error"]
    said = error["message"] if error else job["note"] or ""
    offer = job["goOn"]["message"] if job["goOn"] else ""
    return inert_line(f"{said} {offer}".strip(), 400)


def _shown(job: Mapping[str, Any]) -> Iterator[str]:
    yield from _listed([job])
    if job["text"]:
        yield ""
        yield inert(job["text"])
