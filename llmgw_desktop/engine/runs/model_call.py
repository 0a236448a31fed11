"""A model request that a CLI shall answer, as the run that is asked of it."""

import re
from typing import Any

import orjson

from llmgw_desktop.clis.checks import FOLDER
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import CliRequest
from llmgw_desktop.domain.cli_settings import DEFAULT_MODELS
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.engine.upstream.answer import UpstreamCall

_LEAD = "The user says:\n\n"
_COMMAND = re.compile(r"[\s\ufeff]*/")
"""At a prompt's head, as CLIs see it: JavaScript takes a byte order mark for a blank, too."""
_MENTION = re.compile(r"""(?<!\w)@(?=[^\s\u2060])|@(?=[/~.\\"'])""")
"""Behind a letter some CLIs see one as well; what looks like a mail address stays as it is."""
_WORD_JOINER = "\u2060"
"""Has no width and no meaning: a model reads over it."""


def submission_of(cli: Cli, call: UpstreamCall, settings: bytes = b"") -> Submission:
    """A run of its own, whatever goes on: a caller's stream is his alone. `settings`: the
    person's, of a CLI that is to go without some of them."""
    asked: dict[str, Any] = orjson.loads(bytes(call.body))
    return Submission(
        request=_request(cli, call.candidate.model, asked, settings),
        owner=call.principal.client_id,
        client=call.principal.name,
        label=call.principal.label,
        flight_id=call.flight_id,
        project=call.project,
        force_refresh=True,
        is_attempt=True,
    )


def _request(cli: Cli, model: str, asked: dict[str, Any], settings: bytes) -> CliRequest:
    use = cli.model_use
    prompt: str = asked["prompt"]
    options = dict(use.without(use.options, settings) if use.without else use.options)
    if system := asked.get("system"):
        if use.system and _fits(system, use.longest_system):
            options[use.system] = system
        else:
            prompt = f"{system}\n\n{prompt}"
    if (effort := asked.get("effort")) in use.efforts and use.effort:
        options[use.effort] = effort
    if (schema := asked.get("schema")) is not None:
        if use.schema:
            options[use.schema] = schema
        else:
            told = orjson.dumps(schema).decode()
            prompt = f"{prompt}\n\nAnswer with nothing but JSON that fits this schema:\n{told}"
    return CliRequest(
        cli=cli.name,
        prompt=only_words(prompt, reads_mentions=use.reads_mentions),
        model="" if model in DEFAULT_MODELS else model,
        options=options,
    )


def _fits(system: str, longest: int | None) -> bool:
    return longest is None or (len(system.encode()) <= longest and FOLDER not in system)


def only_words(prompt: str, *, reads_mentions: bool) -> str:
    """What a CLI takes as words alone: a `/` at its head is a command to most, and an `@` a file
    of this computer, which would go to whoever asks."""
    if _COMMAND.match(prompt):
        prompt = f"{_LEAD}{prompt}"
    return _MENTION.sub(f"@{_WORD_JOINER}", prompt) if reads_mentions else prompt
