"""Instructions that a caller gives beside the prompt: by the CLI's own option for adding to its
system prompt, or before the prompt where it has none."""

from collections.abc import Mapping
from types import MappingProxyType

from llmgw_desktop.domain.cli import CliName

ADDED_BY: Mapping[CliName, str] = MappingProxyType(
    {
        CliName.CLAUDE: "appendSystemPrompt",
        CliName.CODEX: "developerInstructions",
        CliName.GROK: "rules",
    }
)
_OTHERWISE = {"appendSystemPrompt": "appendSystemPromptFile"}
"""With these an option cannot stand."""


def instructed(
    cli: CliName, prompt: str, options: Mapping[str, object], instructions: str
) -> tuple[str, dict[str, object]]:
    """The prompt and the options with them; behind what the caller says there himself."""
    given = dict(options)
    if not instructions.strip():
        return prompt, given
    option = ADDED_BY.get(cli)
    own = given.get(option, "") if option else ""
    if option is None or not isinstance(own, str) or _OTHERWISE.get(option, "") in given:
        return f"{instructions}\n\n{prompt}", given
    return prompt, given | {option: f"{own}\n\n{instructions}" if own else instructions}
