"""A prompt as a request to Gemini. Which model and whether a stream stands in the address."""

from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.prompt import Prompt
from llmgw_desktop.wire.translate.codec import Target, Written
from llmgw_desktop.wire.translate.gemini import config_out
from llmgw_desktop.wire.translate.gemini.abilities import abilities_of
from llmgw_desktop.wire.translate.gemini.contents_out import ContentsWriter
from llmgw_desktop.wire.translate.gemini.parts_out import PartWriter
from llmgw_desktop.wire.translate.gemini.tools_out import write_tools
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.names import GEMINI, ToolNames


def write_prompt(prompt: Prompt, target: Target, losses: LossReport) -> Written:
    model = abilities_of(target.model)
    names = ToolNames(prompt.tools, GEMINI)
    parts = PartWriter(names, model, target.vendor, losses)
    writer = ContentsWriter(parts, names, losses)
    contents, system = writer.write(prompt.turns, demands_seals=model.is_third)
    if not contents:
        raise MalformedRequest("The conversation holds nothing that this model can read.")
    body: dict[str, Any] = {}
    if system:
        body["systemInstruction"] = {"parts": system}
    body["contents"] = contents
    body |= write_tools(prompt, names, model, target.vendor, losses)
    if config := config_out.write_config(prompt, model, losses):
        body["generationConfig"] = config
    body |= config_out.service_tier(prompt, losses)
    config_out.report_rest(prompt, losses)
    return Written(body=orjson.dumps(body), names=names)
