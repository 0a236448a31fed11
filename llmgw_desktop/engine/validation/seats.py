"""Who is asked, by the name that a caller gave; how each CLI is asked so that it only reads; and
what a seat needs of whoever asks models and runs CLIs.
"""

from collections.abc import (
    Awaitable,
    Callable,
    Iterable,
    Mapping,
)
from typing import Any, Protocol

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import CLI_OF_PROVIDER, DEFAULT_MODELS
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.validation import LONGEST_SEAT, Intent, PanelRequest, Seat, SeatAnswer
from llmgw_desktop.engine.exchange.completion import Completion

MOST_SEATS = 16
_FAMILIES = {
    "claude": "anthropic",
    "gpt": "openai",
    "codex": "openai",
    "gemini": "google",
    "gemma": "google",
    "grok": "xai",
    "mistral": "mistral",
    "devstral": "mistral",
    "codestral": "mistral",
    "qwen": "alibaba",
    "deepseek": "deepseek",
    "llama": "meta",
}


def seat_named(text: str) -> Seat:
    """`claude`, `claude:opus`, `claude-cli/opus`, or a model of the HTTP doors. Raises
    InvalidRun."""
    name = text.strip()
    if not name or len(name) > LONGEST_SEAT or not name.isprintable():
        raise InvalidRun(f"a name has 1 to {LONGEST_SEAT} printable characters", field="models")
    head, mark, model = _parted(name)
    if mark and not model:
        raise InvalidRun(f"name a model behind '{head}{mark}', or leave that out", field="models")
    if head in CLI_OF_PROVIDER and mark == "/":
        head = CLI_OF_PROVIDER[head].value
    elif head not in set(CliName) or mark == "/":
        return Seat(name=name, model=name)
    model = "" if model in DEFAULT_MODELS else model
    return Seat(name=f"{head}:{model}" if model else head, cli=CliName(head), model=model)


def seats_named(names: Iterable[str]) -> tuple[Seat, ...]:
    """Each once, in their order. Raises InvalidRun."""
    seats = {seat.name: seat for seat in map(seat_named, names)}
    if not 1 <= len(seats) <= MOST_SEATS:
        raise InvalidRun(f"name 1 to {MOST_SEATS} models", field="models")
    return tuple(seats.values())


def fields_of(
    cli: Cli, seat: Seat, request: PanelRequest, prompt: str, *, schema: Mapping[str, Any] | None
) -> dict[str, object]:
    """A request to this CLI: reviewers of changes read a folder, all others only answer."""
    use = cli.model_use
    is_review = request.intent is Intent.REVIEW
    review = cli.review
    # Who has no way of only answering at least only reads.
    reads = is_review or not use.options
    fields: dict[str, object] = dict(review.options if reads else use.options)
    if schema is not None and use.schema and (review.takes_schema or not is_review):
        fields[use.schema] = dict(schema)
    if request.workspace:
        fields["workspace"] = request.workspace
    elif request.working_dir:
        fields["workingDir"] = request.working_dir
    return {**fields, "prompt": prompt, "model": seat.model}


def maker_of(answer: SeatAnswer) -> str:
    """Who made the model, as far as its name tells; else whose CLI or provider it is."""
    seat, model = answer.seat, answer.model or answer.seat.model
    named = model.rpartition("/")[2].lower()
    for family, vendor in _FAMILIES.items():
        if named.startswith(family):
            return vendor
    if seat.cli is not None:
        return cli_of(seat.cli).vendor
    return seat.name.partition("/")[0].lower()


def _parted(name: str) -> tuple[str, str, str]:
    """At its first `:` or `/`, whichever comes first."""
    for number, character in enumerate(name):
        if character in ":/":
            return name[:number], character, name[number + 1 :]
    return name, "", ""


class Models(Protocol):
    """As `engine/pipeline/in_process_client` does it."""

    def ask(
        self, model: str, prompt: str, principal: Principal, *, project: str = ""
    ) -> Completion: ...


JobEnded = Callable[[str], Awaitable[Job | None]]
"""The job as it is when it ends."""
