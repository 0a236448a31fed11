"""What a run of Vibe used, out of what it leaves in the run's folder: it prints no figures."""

import orjson

from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.told import cost_of, count_of, object_of
from llmgw_desktop.domain.cli import UsageTold
from llmgw_desktop.domain.usage import Usage

PATH = "{folder}/export.json"


def read_usage(content: bytes) -> UsageTold | None:
    """Of export.json, or of meta.json as older versions wrote it beside their sessions."""
    try:
        told = object_of(orjson.loads(content))
    except orjson.JSONDecodeError:
        return None
    return _of_export(told) if "usage" in told else _of_meta(object_of(told.get("stats")))


def _of_export(told: Message) -> UsageTold | None:
    used = object_of(told.get("usage"))
    whole, given = count_of(used.get("input_tokens")), count_of(used.get("output_tokens"))
    if not whole and not given:
        return None
    cached = count_of(used.get("cached_input_tokens"))
    return UsageTold(
        usage=Usage(input_tokens=whole, output_tokens=given, cache_read_tokens=cached),
        cost_usd=cost_of(told.get("cost_usd")),
    )


def _of_meta(stats: Message) -> UsageTold | None:
    """Of the whole session."""
    whole = count_of(stats.get("session_prompt_tokens"))
    given = count_of(stats.get("session_completion_tokens"))
    if not whole and not given:
        return None
    return UsageTold(
        usage=Usage(input_tokens=whole, output_tokens=given),
        cost_usd=cost_of(stats.get("session_cost")),
        is_cumulative=True,
        is_cost_cumulative=True,
    )
