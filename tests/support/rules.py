"""What a vendor refuses with a 400 before its model says a word.

A lane with lenient manners looks for little more than the members without which no answer can be
made. The others are as strict as the vendor, or as a server of somebody else's that speaks OpenAI's
protocol: they stand in for those where requests are made by the gateway itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support import (
    anthropic_dialect,
    anthropic_rules,
    chat_rules,
    gemini_rules,
    openai_dialect,
    responses_rules,
)
from tests.support.doors import Door
from tests.support.lane import Manners

Json = dict[str, Any]


def fault_in(door: Door, body: object, headers: Mapping[str, str], manners: Manners) -> str | None:
    if not isinstance(body, dict):
        return "The body is no JSON object."
    fault = _lacking(door, body, headers)
    if fault is not None or manners == "lenient":
        return fault
    if door.vendor == "google":
        return gemini_rules.fault_in(body, str(door.model), counts=door.does == "count")
    if door.vendor == "anthropic":
        return anthropic_rules.fault_in(body, counts=door.does == "count")
    if door.does == "chat":
        return chat_rules.fault_in(body, is_vendor=manners == "vendor")
    if manners == "compatible":
        return None
    return responses_rules.fault_in(body, counts=door.does == "count")


def _lacking(door: Door, body: Json, headers: Mapping[str, str]) -> str | None:
    if door.vendor == "anthropic" and "anthropic-version" not in headers:
        return "anthropic-version: header is required"
    if door.does == "messages":
        return anthropic_dialect.fault_in(body)
    if door.does == "chat":
        return openai_dialect.fault_in(body)
    if door.vendor == "openai" and "model" not in body:
        return "Missing required parameter: 'model'."
    if door.does == "gemini" and not body.get("contents"):
        return "* GenerateContentRequest.contents: contents is not specified"
    return None
