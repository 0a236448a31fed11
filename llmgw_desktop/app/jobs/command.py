"""`llmgw jobs`: runs of CLIs that the running gateway knows, in a terminal."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from llmgw_desktop.app.command_line.command_line import print_table
from llmgw_desktop.app.command_line.running_gateway import RunningGateway
from llmgw_desktop.app.jobs.change_words import change_lines, undone_words
from llmgw_desktop.app.words.figures import clock_text, duration_text, local_time
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.store.paths import Places

_PATH = "/v1/jobs"
_TITLE_CHARS = 60


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    gateway = RunningGateway(places, env)
    told = gateway.ask(*_asked(arguments))
    if arguments.verb == "move" and told.status == 200:
        if arguments.yes and not arguments.show:
            try:
                text = _text(arguments.text)
            except (OSError, UnicodeError) as error:
                print(f"llmgw: {inert(arguments.text)} cannot be read: {error}", file=sys.stderr)
                return 1
            if text is not None and not text.strip():
                print(f"llmgw: {inert(arguments.text)} holds no text", file=sys.stderr)
                return 1
            prompt = told.fields["prompt"] if text is None else text
            body = {**_to(arguments), "prompt": prompt, "stop": arguments.stop}
            told = gateway.ask("POST", _path(arguments, "/move"), body)
        elif not arguments.json:
            # Beside the text: that may go into a file.
            for each in told.fields["lost"]:
                print(f"not handed over: {inert_line(each, 400)}", file=sys.stderr)
    if told.status not in (200, 202):
        print(f"llmgw: {inert(told.problem)}", file=sys.stderr)
        return 1
    if arguments.json:
        # escaped: what an agent wrote never acts on a terminal
        print(json.dumps(dict(told.fields), indent=2, ensure_ascii=True))
        return 0
    lines = _lines(arguments.verb, told.fields)
    if arguments.verb == "list":
        print_table(lines)
    else:
        print("\n".join(lines))
    return 0


def _asked(arguments: argparse.Namespace) -> tuple[str, str, dict[str, Any] | None]:
    """Method, path and body."""
    asked: tuple[str, str, dict[str, Any] | None]
    match arguments.verb:
        case "list":
            asked = "GET", f"{_PATH}?limit={arguments.limit}", None
        case "stop":
            asked = "POST", _path(arguments, "/cancel"), {}
        case "go-on":
            asked = "POST", _path(arguments, "/go-on"), {"now": arguments.now}
        case "move":
            asked = "POST", _path(arguments, "/move"), _to(arguments)
        case "changes":
            query = "?diff=true" if arguments.diff else ""
            asked = "GET", _path(arguments, f"/changes{query}"), None
        case "undo":
            body = {"files": arguments.files, "force": arguments.force}
            asked = "POST", _path(arguments, "/undo"), body
        case _:
            asked = "GET", _path(arguments, "/result"), None
    return asked


def _to(arguments: argparse.Namespace) -> dict[str, Any]:
    """Who goes on with a job."""
    account = {} if arguments.account is None else {"project": arguments.account}
    return {"cli": arguments.to, "model": arguments.model, **account}


def _text(file: str | None) -> str | None:
    """None where no file is named. Raises OSError, UnicodeError."""
    if file is None:
        return None
    return sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")


def _path(arguments: argparse.Namespace, rest: str) -> str:
    return f"{_PATH}/{quote(arguments.id, safe='')}{rest}"


def _lines(verb: str, told: Mapping[str, Any]) -> Iterator[str]:
    if verb == "list":
        return _listed(told["jobs"])
    if verb == "changes":
        return change_lines(told)
    if verb == "undo":
        return iter([undone_words(len(told["files"]), len(told["wereSo"]))])
    if "askedAt" not in told:  # what would be told
        return iter([_to_tell(told["prompt"])])
    return _shown(told) if verb == "show" else _listed([told])


def _to_tell(prompt: str) -> str:
    """In a file it is the text itself: the signs that stand for it on a terminal would be told."""
    return inert(prompt) if sys.stdout.isatty() else prompt.encode("utf-8", "replace").decode()


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
    if wait := job["limitWait"]:
        said, offer = f"{wait['message']} ({_in(wait['until'])}).", wait["reason"] or ""
    links = f"{_linked(job, 'handedFrom', 'goes on from')}{_linked(job, 'handedTo', 'went on as')}"
    return inert_line(f"{links}{said} {offer}".strip(), 400)


def _linked(job: Mapping[str, Any], name: str, words: str) -> str:
    return f"{words} {job[name]}. " if job[name] else ""


def _in(at_s: float) -> str:
    """«in 2 h 13 m»."""
    return f"in {duration_text(max(at_s - SystemClock().now_s(), 0.0) * 1000)}"


def _shown(job: Mapping[str, Any]) -> Iterator[str]:
    yield from _listed([job])
    if job["text"]:
        yield ""
        yield inert(job["text"])
