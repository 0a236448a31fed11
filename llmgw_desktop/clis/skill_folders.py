"""Where CLIs look for a person's own skills, below HOME."""

from collections.abc import Mapping

from llmgw_desktop.domain.cli import CliName

SKILL_FOLDERS: Mapping[CliName, tuple[str, ...]] = {
    CliName.CLAUDE: (".claude/skills",),
    CliName.CODEX: (".codex/skills", ".agents/skills"),
    CliName.GEMINI: (".gemini/skills", ".agents/skills"),
    CliName.GROK: (".grok/skills",),
    CliName.MISTRAL: (".vibe/skills",),
    CliName.OPENCODE: (".config/opencode/skill", ".config/opencode/skills"),
    CliName.COPILOT: (".copilot/skills", ".agents/skills"),
}
