"""Where each CLI keeps its own below HOME: what it must write to work, and what the runs of others
have no business with. A folder ends with a stroke."""

from collections.abc import Mapping

from llmgw_desktop.domain.cli import CliName

OWN_PLACES: Mapping[CliName, tuple[str, ...]] = {
    CliName.CLAUDE: (".claude/", ".claude.json"),
    CliName.CODEX: (".codex/",),
    CliName.GEMINI: (".gemini/", ".antigravity/"),
    CliName.GROK: (".grok/",),
    CliName.MISTRAL: (".vibe/",),
    CliName.OPENCODE: (
        ".local/share/opencode/",
        ".local/state/opencode/",
        ".config/opencode/",
        ".cache/opencode/",
    ),
    CliName.COPILOT: (".copilot/", ".cache/copilot/"),
}


def places_of_others(cli: CliName) -> tuple[str, ...]:
    return tuple(each for name, places in OWN_PLACES.items() if name != cli for each in places)


def own_folders(
    cli: CliName, homes: Mapping[str, str], environment: Mapping[str, str]
) -> list[str]:
    """The same where the environment names another place for it. `homes`: such variables, and
    which folder below HOME each stands for."""
    found: list[str] = []
    for variable, below in homes.items():
        top = f"{below}/" if below else ""
        if named := environment.get(variable):
            own = (each for each in OWN_PLACES[cli] if each.startswith(top))
            found += [f"{named}/{each.removeprefix(top)}" for each in own]
    return found
