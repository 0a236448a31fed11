"""A model request that a CLI shall answer, as the run that is asked of it."""

from typing import Any

import orjson

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import CliRequest
from llmgw_desktop.domain.cli_settings import DEFAULT_MODELS
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.engine.upstream.answer import UpstreamCall


def submission_of(cli: Cli, call: UpstreamCall) -> Submission:
    """A run of its own, whatever goes on: a caller's stream is his alone."""
    asked: dict[str, Any] = orjson.loads(bytes(call.body))
    return Submission(
        request=_request(cli, call.candidate.model, asked),
        owner=call.principal.client_id,
        client=call.principal.name,
        flight_id=call.flight_id,
        project=call.project,
        force_refresh=True,
        is_attempt=True,
    )


def _request(cli: Cli, model: str, asked: dict[str, Any]) -> CliRequest:
    use = cli.model_use
    prompt: str = asked["prompt"]
    options = dict(use.options)
    if system := asked.get("system"):
        if use.system:
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
        prompt=prompt,
        model="" if model in DEFAULT_MODELS else model,
        options=options,
    )
