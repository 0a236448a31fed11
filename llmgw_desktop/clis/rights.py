"""What each field of each CLI lets a run do, in one table: what the gate and the doors go by.

A field that stands nowhere here is taken for one that widens and reaches: a new one is held back
until somebody has thought about it. A test says which these are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from llmgw_desktop.domain.cli import CliName


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Of one CLI. No field stands in two of `widens`, `plain` and `auto`."""

    mode: str = ""
    """The field that says what may be done unasked."""
    modes: frozenset[str] = frozenset()
    """Its words that mean no more than the safe mode does."""
    auto_modes: frozenset[str] = frozenset()
    """Of those: it goes on by itself, within bounds."""
    safe: Mapping[str, object] = field(default_factory=dict)
    """What a managed run is asked for that says nothing itself."""
    says: frozenset[str] = frozenset()
    """Further fields that say it: with one of them `safe` is not added."""
    auto: frozenset[str] = frozenset()
    """Switches for going on by itself, within bounds."""
    widens: frozenset[str] = frozenset()
    """With these a run may do more than in the safe mode, or is not what its settings make it."""
    reaches: frozenset[str] = frozenset()
    """They name files, folders, settings or sockets of this computer."""
    folders: frozenset[str] = frozenset()
    """Of those: folders, which a workspace may allow below itself."""
    texts_reach: frozenset[str] = frozenset()
    """Fields that are JSON, or else the name of a file."""
    plain: frozenset[str] = frozenset()
    """All else."""

    def is_wide(self, name: str, value: object) -> bool:
        """Whether a run that asks for this could do more than in the safe mode."""
        if not asks(value):
            return False
        if name == self.mode:
            return not (isinstance(value, str) and value in self.modes)
        return name in self.widens or not self.knows(name)

    def is_auto(self, name: str, value: object) -> bool:
        if name == self.mode:
            return isinstance(value, str) and value in self.auto_modes
        return name in self.auto and asks(value)

    def is_reaching(self, name: str, value: object) -> bool:
        """Whether it names what lies on this computer."""
        if not asks(value):
            return False
        if name in self.texts_reach:
            return isinstance(value, str) and not value.lstrip().startswith(("{", "["))
        return name in self.reaches or not self.knows(name)

    def knows(self, name: str) -> bool:
        kinds = (self.auto, self.widens, self.reaches, self.texts_reach, self.plain)
        return name == self.mode or any(name in kind for kind in kinds)


def asks(value: object) -> bool:
    """Nothing, false and what is empty ask for nothing."""
    return value is not None and value is not False and value not in ("", [], {})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHARED = _words("outputFormat sessionId workingDir resumeLatest continueSession")

RIGHTS: Mapping[CliName, Rights] = MappingProxyType(
    {
        CliName.CLAUDE: Rights(
            mode="permissionMode",
            modes=_words("default acceptEdits manual dontAsk plan"),
            safe={"permissionMode": "acceptEdits"},
            says=_words("dangerouslySkipPermissions"),
            # `safeMode` and `bare` leave out hooks, which may be what holds it back.
            widens=_words(
                "dangerouslySkipPermissions allowedTools addDir settings settingSources agent"
                " agents pluginDir pluginUrl debugFile safeMode bare"
            ),
            reaches=_words(
                "systemPromptFile appendSystemPromptFile addDir settings settingSources pluginDir"
                " pluginUrl debugFile"
            ),
            folders=_words("addDir"),
            plain=_SHARED
            | _words(
                "forkSession promptParts disallowedTools tools systemPrompt appendSystemPrompt"
                " excludeDynamicSystemPromptSections maxBudgetUsd maxTurns effort fallbackModel"
                " jsonSchema noSessionPersistence name debug strictMcpConfig includeHookEvents"
                " replayUserMessages"
            ),
        ),
        CliName.CODEX: Rights(
            mode="sandboxMode",
            modes=_words("read-only workspace-write"),
            auto_modes=_words("workspace-write"),
            safe={"sandboxMode": "read-only"},
            says=_words("fullAuto useLegacyFullAutoFlag dangerouslyBypassApprovalsAndSandbox"),
            auto=_words("fullAuto useLegacyFullAutoFlag"),
            widens=_words(
                "dangerouslyBypassApprovalsAndSandbox dangerouslyBypassHookTrust configOverrides"
                " profile ignoreUserConfig ignoreRules addDir enable disable outputLastMessage"
            ),
            reaches=_words(
                "configOverrides profile addDir enable disable outputLastMessage images"
            ),
            folders=_words("addDir"),
            texts_reach=_words("outputSchema"),
            plain=_SHARED
            | _words(
                "forkSession askForApproval search developerInstructions reasoningEffort ephemeral"
                " strictConfig oss localProvider color"
            ),
        ),
        CliName.GEMINI: Rights(
            mode="approvalMode",
            modes=_words("default auto_edit plan"),
            safe={"approvalMode": "default"},
            says=_words("yolo"),
            widens=_words(
                "yolo allowedTools includeDirs policyFiles adminPolicyFiles skipTrust project"
            ),
            reaches=_words("includeDirs policyFiles adminPolicyFiles attachments project"),
            folders=_words("includeDirs"),
            plain=_SHARED | _words("sandbox noTools systemPrompt newProject printTimeout"),
        ),
        CliName.GROK: Rights(
            mode="permissionMode",
            modes=_words("default acceptEdits dontAsk plan"),
            safe={"permissionMode": "acceptEdits"},
            says=_words("alwaysApprove"),
            widens=_words("alwaysApprove allow sandbox agent agents leaderSocket restoreCode"),
            reaches=_words(
                "sandbox agent promptFile promptJson leaderSocket nativeWorktree worktreeRef oauth"
            ),
            plain=_SHARED
            | _words(
                "forkSession transport effort reasoningEffort allowedTools disallowedTools maxTurns"
                " rules systemPromptOverride deny compactionMode compactionDetail disableWebSearch"
                " todoGate verbatim experimentalMemory noAltScreen noMemory noPlan noSubagents"
                " jsonSchema"
            ),
        ),
        CliName.MISTRAL: Rights(
            mode="permissionMode",
            modes=_words("ask accept-edits"),
            safe={"permissionMode": "accept-edits"},
            widens=_words("trust addDir"),
            reaches=_words("addDir"),
            folders=_words("addDir"),
            plain=_SHARED
            | _words("transport allowedTools disallowedTools maxTurns maxPrice maxTokens"),
        ),
        CliName.OPENCODE: Rights(
            mode="permissionMode",
            modes=_words("default acceptEdits plan"),
            safe={"permissionMode": "acceptEdits"},
            # Its agents and commands have rules of their own.
            widens=_words("agent command"),
            reaches=_words("files"),
            plain=_SHARED | _words("forkSession variant title pure"),
        ),
        CliName.COPILOT: Rights(
            mode="mode",
            modes=_words("plan autopilot"),
            auto_modes=_words("autopilot"),
            # What it has for accepting edits: it may write below its folder, and no more.
            safe={"allowedTools": ["write"]},
            says=_words("mode allowAllTools allowAll yolo allowedTools"),
            widens=_words(
                "allowAllTools allowAllPaths allowAllUrls allowAll yolo allowedTools allowedUrls"
                " addDir trustFolder pluginDir mcpConfig agent"
            ),
            reaches=_words("addDir attachments pluginDir mcpConfig"),
            folders=_words("addDir"),
            plain=_SHARED
            | _words(
                "maxAutopilotContinues effort context disallowedTools availableTools excludedTools"
                " disallowedUrls disallowTempDir name disableBuiltinMcps disableMcpServers"
                " noCustomInstructions enableMemory secretEnvVars maxAiCredits experimental"
            ),
        ),
    }
)


def in_safe_mode(cli: CliName, options: Mapping[str, object]) -> dict[str, object]:
    """What a managed run is really asked for: what it says itself, and the safe mode where it says
    nothing of that."""
    rights = RIGHTS[cli]
    said = {name for name, value in options.items() if asks(value)}
    if said & rights.says:
        return dict(options)
    given = {name: options[name] for name in options if options[name] is not None}
    # what is empty says nothing, and takes the place of nothing
    empty = rights.safe.keys() & given.keys() - said
    return {**rights.safe, **{name: given[name] for name in given if name not in empty}}
