"""Whom Claude Code asks for its models: its settings lay their variables over the environment."""

import orjson

from llmgw_desktop.clis.cli import ModelUpstream
from llmgw_desktop.clis.told import object_of, text_of

_URL = "ANTHROPIC_BASE_URL"


def _url_in(settings: bytes) -> str:
    try:
        told = object_of(orjson.loads(settings))
    except ValueError:
        return ""
    return text_of(object_of(told.get("env")).get(_URL))


UPSTREAM = ModelUpstream(
    url=_URL,
    headers="ANTHROPIC_CUSTOM_HEADERS",
    settings_file=".claude/settings.json",
    url_in=_url_in,
    file_wins=True,
)
