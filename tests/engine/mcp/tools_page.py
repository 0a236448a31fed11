"""docs/mcp-tools.md, made from the tools themselves: `python -m tests.engine.mcp.tools_page`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.engine.mcp.offer import McpOffer
from llmgw_desktop.engine.mcp.tool import McpTool, Profile
from llmgw_desktop.store.paths import Places

PAGE = Path(__file__).parents[3] / "docs" / "mcp-tools.md"
_MANY = 12

HEAD = """\
# Tools of the MCP door

What a client of `/mcp` and of `llmgw mcp` is offered. A key sees the tools that its scopes allow.
Which of them are listed the profile says (`?profile=core`, `review` or `full`, or the header
`x-llmgw-profile`); any may be called in each of them.

Every tool tells JSON with `success`. What went wrong is told in one shape: `success: false`,
`error`, `errorCategory`, `field` where an argument was at fault, `retryable`. What belongs to
another client is not found.

A request tool (`claude_request` and its like) answers with `response`, also as the text of its
content; while it runs, what the CLI says comes as progress where the client asked for it. What
takes longer than `jobs.sync_deadline_ms` goes on as a job: `status: "deferred"` and `jobId`. A
client that leaves loses nothing: the same call joins the run, and its job's id collects it.
`llm_job_watch` waits for a job's next step. Of a tool with very many arguments `core` and `review`
list those that most calls have; all are accepted.

This page is made from the code and compared with it by the tests.
"""


def page() -> str:
    with tempfile.TemporaryDirectory() as home:
        places = Places.of({"LLMGW_HOME": home})
        places.make()
        container = Container(places, {})
        offer = container.mcp_offer()
        made = "\n".join([HEAD, _tools(offer), _resources(offer), *_prompts(offer)])
        container.access.close()
        return made


def _tools(offer: McpOffer) -> str:
    rows = "".join(_row(tool) for tool in offer.toolbox.shown(LOCAL, Profile.FULL))
    head = "| tool | does | arguments | scope | from profile |\n|---|---|---|---|---|\n"
    return f"## Tools\n\nArguments that must be given are in bold.\n\n{head}{rows}"


def _row(tool: McpTool) -> str:
    least = next(profile for profile in Profile if profile in tool.profiles)
    cells = (f"`{tool.name}`", tool.told, _arguments(tool), f"`{tool.scope}`", str(least))
    return f"| {' | '.join(_cell(each) for each in cells)} |\n"


def _arguments(tool: McpTool) -> str:
    names = [f"**{each.name}**" if each.name in tool.needs else each.name for each in tool.takes]
    few = [each.name for each in tool.takes if each.name in (tool.core_takes or ())]
    if len(names) <= _MANY or not few:
        return ", ".join(names)
    return f"{', '.join(few)} and {len(names) - len(few)} more"


def _resources(offer: McpOffer) -> str:
    rows = "".join(
        f"| `{each.uri}` | {_cell(each.description)} | `{each.scope}` |\n"
        for each in offer.resources
    )
    return f"## Resources\n\n| address | holds | scope |\n|---|---|---|\n{rows}"


def _prompts(offer: McpOffer) -> list[str]:
    if not offer.prompts:
        return []
    rows = "".join(f"| `{each.name}` | {_cell(each.description)} |\n" for each in offer.prompts)
    return [f"## Prompts\n\n| prompt | leads through |\n|---|---|\n{rows}"]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
