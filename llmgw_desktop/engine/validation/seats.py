"""Who is asked, by the name that a caller gave, and how each CLI is asked so that it only reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.cli_settings import CLI_OF_PROVIDER, DEFAULT_MODELS
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.domain.validation import LONGEST_SEAT, Intent, PanelRequest, Seat

MOST_SEATS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewUse:
    """How a CLI reads a folder and changes nothing in it."""

    options: Mapping[str, object] = field(default_factory=dict)
    takes_schema: bool = False
    """Seen to answer by a schema in this mode, too."""


REVIEWS: Mapping[CliName, ReviewUse] = {
    CliName.CLAUDE: ReviewUse(options={"permissionMode": "plan", "noSessionPersistence": True}),
    CliName.CODEX: ReviewUse(
        options={"sandboxMode": "read-only", "ephemeral": True}, takes_schema=True
    ),
    CliName.GEMINI: ReviewUse(options={"approvalMode": "plan"}),
    CliName.GROK: ReviewUse(options={"permissionMode": "plan", "noMemory": True}),
    # It has no such mode: what it would have to ask for is denied, as nobody is there.
    CliName.MISTRAL: ReviewUse(options={"permissionMode": "ask"}),
    CliName.OPENCODE: ReviewUse(options={"permissionMode": "plan"}),
    CliName.COPILOT: ReviewUse(options={"mode": "plan", "disableBuiltinMcps": True}),
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
    cli: Cli, seat: Seat, request: PanelRequest, prompt: str, schema: Mapping[str, Any] | None
) -> dict[str, object]:
    """A request to this CLI: reviewers of changes read a folder, all others only answer."""
    use = cli.model_use
    is_review = request.intent is Intent.REVIEW
    review = REVIEWS[cli.name]
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


def _parted(name: str) -> tuple[str, str, str]:
    """At its first `:` or `/`, whichever comes first."""
    for number, character in enumerate(name):
        if character in ":/":
            return name[:number], character, name[number + 1 :]
    return name, "", ""
