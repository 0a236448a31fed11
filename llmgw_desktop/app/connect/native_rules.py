"""The lasting rules as a program's own settings can say them, for CLIs that a person runs in a
terminal: what theirs cannot say is not written, and told.

Their words are coarser than ours. What denies or asks is written where theirs means no more than
the rule does; what allows only where it is one command, word for word: a pattern of theirs would
allow what ours does not. Whether theirs sees through `timeout` or `bash -c` is its own affair.
"""

import json
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from llmgw_desktop.app.connect.programs import PROGRAMS, Ground, Put
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.rules.rule import RuleKind, RuleVerdict, StandingRule
from llmgw_desktop.domain.plain_text import Glob
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.client_files.json_text import JSON
from llmgw_desktop.store.client_files.marks import ELEMENT, WHOLE
from llmgw_desktop.store.client_files.toml_text import TOML

_SIGNS = "*?["
_NO_WORDS = "there are no words for {what}"
_OTHERS = "it is about other CLIs"
_MIXED = "it is about several things at once, or about all"


@value
class RuleSaying:
    """One thing that a rule is about; one of these is set."""

    verdict: RuleVerdict
    command: tuple[str, ...] = ()
    """Words that it begins with; of what is allowed all of them."""
    path: str = ""
    host: str = ""
    tool: str = ""
    """`server/tool`."""
    kinds: frozenset[RuleKind] = frozenset()


Said = Callable[[RuleSaying], Sequence[str]]
"""In a program's own words; nothing: it has none for it."""


@value
class NativeRules:
    """What a program is told of the rules."""

    said: tuple[tuple[RuleVerdict, str], ...]
    told: tuple[tuple[str, str], ...]
    """(Rule, what became of it), for the person."""

    def of(self, verdict: RuleVerdict) -> list[str]:
        return [words for each, words in self.said if each is verdict]


def native_rules(
    rules: Iterable[StandingRule], cli: str, say: Said, held: frozenset[RuleVerdict]
) -> NativeRules:
    said: list[tuple[RuleVerdict, str]] = []
    told: list[tuple[str, str]] = []
    for rule in rules:
        why = _why_not(rule, cli)
        parts = [] if why else list(_sayings(rule))
        words = [list(say(each)) for each in parts]
        said += [(rule.verdict, each) for found in words for each in found]
        missing = sum(not found for found in words)
        if parts and not missing:
            fate = "written"
        elif len(parts) > missing:
            fate = f"written but for {missing} of {len(parts)} patterns"
        else:
            fate = f"not written: {why or 'its own settings cannot say it'}"
        if rule.verdict in held and (
            missing or why.startswith(("there are no", "it is about sev"))
        ):
            fate += "; its hook holds it to the rule"
        told.append((rule.name, fate))
    return NativeRules(said=tuple(dict.fromkeys(said)), told=tuple(told))


def _why_not(rule: StandingRule, cli: str) -> str:
    """It would hold where it shall not, or be another one."""
    for is_so, words in (
        (bool(rule.mistake), "it has a mistake"),
        (not rule.is_on, "it is off"),
        (bool(rule.clis) and not any(Glob(each).fits(cli) for each in rule.clis), _OTHERS),
    ):
        if is_so:
            return words
    for names, words in (
        (rule.workspaces, "its workspaces"),
        (rule.clients, "its clients"),
        (rule.hours, "its hours"),
        (rule.env, "its variables"),
    ):
        if names:
            return _NO_WORDS.format(what=words)
    about = [rule.commands, rule.paths, rule.hosts, rule.tools]
    if sum(bool(each) for each in about) != 1:
        return _MIXED
    if rule.kinds and (rule.commands or rule.hosts or rule.tools):
        return _NO_WORDS.format(what="its kinds")
    return ""


def _sayings(rule: StandingRule) -> Iterator[RuleSaying]:
    verdict = rule.verdict
    for command in rule.commands:
        words = _words(command)
        if verdict is RuleVerdict.ALLOW and command.rstrip().endswith("*"):
            words = ()
        yield RuleSaying(verdict=verdict, command=words)
    kinds = frozenset(rule.kinds or (RuleKind.WRITE, RuleKind.READ))
    for path in rule.paths:
        yield RuleSaying(verdict=verdict, path=path, kinds=kinds)
    for host in rule.hosts:
        yield RuleSaying(verdict=verdict, host="" if _is_pattern(host) else host)
    for tool in rule.tools:
        yield RuleSaying(verdict=verdict, tool="" if _is_pattern(tool) else tool)


def _words(command: str) -> tuple[str, ...]:
    """Empty where they are more than plain words with one `*` at the end."""
    words = shlex.split(command)
    if words and words[-1] == "*":
        words.pop()
    is_plain = all(each.isascii() and each.isprintable() and " " not in each for each in words)
    is_plain = is_plain and not any(sign in each for each in words for sign in f"{_SIGNS}:()'\"\\")
    return tuple(words) if is_plain else ()


def _is_pattern(text: str) -> bool:
    return any(sign in text for sign in _SIGNS)


def claude_words(saying: RuleSaying) -> list[str]:
    """`permissions.allow`, `ask`, `deny`."""
    is_allowed = saying.verdict is RuleVerdict.ALLOW
    if saying.command:
        words = " ".join(saying.command)
        return [f"Bash({words})" if is_allowed else f"Bash({words}:*)"]
    if saying.path and not is_allowed:
        path = f"/{saying.path}" if saying.path.startswith("/") else saying.path
        tools = {RuleKind.READ: "Read", RuleKind.WRITE: "Edit"}
        return [f"{tool}({path})" for kind, tool in tools.items() if kind in saying.kinds]
    if saying.host and not is_allowed:
        return [f"WebFetch(domain:{saying.host})"]
    server, _, tool = saying.tool.partition("/")
    return [f"mcp__{server}__{tool}"] if server and tool else []


def grok_words(saying: RuleSaying) -> list[str]:
    """`[permission]`; of commands alone."""
    if not saying.command or saying.verdict is RuleVerdict.ALLOW:
        return []
    words = " ".join(saying.command)
    return [f"Bash({words})", f"Bash({words} *)"]


_CODEX = {RuleVerdict.DENY: "forbidden", RuleVerdict.ASK: "prompt"}
_HEAD = (
    "# Written by `llmgw connect --rules`, and taken back by `--undo`: change the rules there.\n"
)


def codex_words(saying: RuleSaying) -> list[str]:
    """A `prefix_rule`: what it allows it allows with further words, so nothing is allowed."""
    decision = _CODEX.get(saying.verdict)
    if not saying.command or decision is None:
        return []
    pattern = json.dumps(saying.command)
    return [f'prefix_rule(pattern = {pattern}, decision = "{decision}")']


_GEMINI = {RuleVerdict.DENY: ("deny", 990), RuleVerdict.ASK: ("ask_user", 980)}


def gemini_words(saying: RuleSaying) -> list[str]:
    """A `[[rule]]` of its policies."""
    if saying.verdict not in _GEMINI:
        return []
    decision, priority = _GEMINI[saying.verdict]
    server, _, tool = saying.tool.partition("/")
    if saying.command:
        about = f'toolName = "run_shell_command"\ncommandPrefix = "{" ".join(saying.command)}"'
    elif server and tool:
        about = f"mcpName = {json.dumps(server)}\ntoolName = {json.dumps(tool)}"
    else:
        return []
    return [f'[[rule]]\n{about}\ndecision = "{decision}"\npriority = {priority}']


def opencode_words(saying: RuleSaying) -> list[str]:
    """A pattern of `permission.bash`: the last that fits counts."""
    if not saying.command:
        return []
    words = " ".join(saying.command)
    return [words if saying.verdict is RuleVerdict.ALLOW else f"{words} *"]


PERMISSION = ("permission",)
"""A table that is written whole, so only where there is none."""


_ALL = frozenset(RuleVerdict)
_RESTRAINTS = _ALL - {RuleVerdict.ALLOW}


@value
class NativeForm:
    """Where a program's own rules stand. `puts`: (ground, what is said, the hook's command)."""

    cli: str
    say: Said
    puts: Callable[[Ground, NativeRules, str], Iterator[Put]]
    held: frozenset[RuleVerdict] = _RESTRAINTS
    """Which its hook makes true."""

    def found(self, rules: Sequence[StandingRule]) -> NativeRules:
        return native_rules(rules, self.cli, self.say, self.held)


_SHORT_S, _LONG_S = 30, 3600
"""For a verdict; for a person."""
_CODEX_HOOKS = {
    "PreToolUse": _LONG_S,
    "PermissionRequest": _LONG_S,
    "PostToolUse": _SHORT_S,
}
_ORDER = (RuleVerdict.ALLOW, RuleVerdict.ASK, RuleVerdict.DENY)
_PLUGIN = """\
// Written by `llmgw connect --rules`, and taken back by `--undo`:
// opencode asks the gateway before each step, and what it asks itself stands in its list as well.
import { spawn } from "node:child_process"
const hook = HOOK
const most = 1000
const steps = new Map() // by call: what it does
const asked = new Map() // by question: what was told of it
function answerTo(call) {
  return new Promise((resolve) => {
    const child = spawn(hook, { shell: true, stdio: ["pipe", "pipe", "ignore"] })
    let said = ""
    const done = (code) => {
      const otherwise = code === 2 ? { decision: "deny", reason: "It is too large." } : {}
      try { resolve(JSON.parse(said)) } catch { resolve(otherwise) }
    }
    child.on("error", done)
    child.on("close", done)
    child.stdin.on("error", () => {})
    child.stdout.on("data", (more) => { said += more })
    child.stdin.end(JSON.stringify(call))
  })
}

function told(moment, session, step, directory, more) {
  const [tool_name, tool_input, call_id] = step
  const of = { hook_event_name: moment, session_id: session, cwd: directory }
  return { ...of, tool_name, tool_input, call_id, ...more }
}

export const LlmgwRules = async ({ client, directory }) => {
  async function ask(question) {
    const { id, sessionID, permission, patterns = [], metadata = {}, tool } = question
    const step = steps.get(tool?.callID) ?? [permission, metadata, tool?.callID]
    const more = { asks_for: `${permission}: ${patterns.join(", ")}` }
    const call = told("asks", sessionID, step, directory, more)
    asked.set(id, call)
    const { reply, message } = await answerTo(call)
    // whoever came first has answered: in its terminal it is asked no more
    if (!asked.delete(id) || !reply) return
    const url = "/permission/{requestID}/reply"
    const headers = { "Content-Type": "application/json" }
    await client._client.post({ url, path: { requestID: id }, body: { reply, message }, headers })
  }

  return {
    "tool.execute.before": async (input, output) => {
      const step = [input.tool, output.args, input.callID]
      if (steps.size >= most) steps.delete(steps.keys().next().value)
      steps.set(input.callID, step)
      const answer = await answerTo(told("before", input.sessionID, step, directory))
      if (answer.decision === "deny") throw new Error(answer.reason)
    },
    "tool.execute.after": async (input) => { steps.delete(input.callID) },
    event: async ({ event }) => {
      const [about, moment] = event.type.split(".")
      if (about !== "permission") return
      if (moment === "asked") ask(event.properties).catch(() => {})
      if (moment !== "replied") return
      const call = asked.get(event.properties.requestID)
      if (asked.delete(event.properties.requestID)) {
        answerTo({ ...call, hook_event_name: "settled" })
      }
    },
  }
}
"""
_HOOKS: Mapping[str, Mapping[str, Any]] = {
    "PreToolUse": {"timeout": 30},
    "PermissionRequest": {"timeout": 3600},
    "PostToolUse": {"timeout": 30, "async": True},
    "PostToolUseFailure": {"timeout": 30, "async": True},
    "SessionEnd": {"timeout": 10},
}


def _claude_puts(ground: Ground, found: NativeRules, hook: str) -> Iterator[Put]:
    file = ground.folder("CLAUDE_CONFIG_DIR", ".claude") / "settings.json"
    for verdict in _ORDER:
        for words in found.of(verdict):
            path = ("permissions", str(verdict), ELEMENT)
            yield Put(file=file, format=JSON, path=path, value=words)
    for event, more in _HOOKS.items():
        run = {"type": "command", "command": hook, **more}
        entry = {"hooks": [run]} if event == "SessionEnd" else {"matcher": "*", "hooks": [run]}
        yield Put(file=file, format=JSON, path=("hooks", event, ELEMENT), value=entry)


def _group(hook: str, wait: int) -> dict[str, Any]:
    run = {"type": "command", "command": hook, "timeout": wait}
    return {"matcher": "*", "hooks": [run]}


def _codex_puts(ground: Ground, found: NativeRules, hook: str) -> Iterator[Put]:
    folder = ground.folder("CODEX_HOME", ".codex")
    text = _HEAD + "".join(f"{words}\n" for _, words in found.said)
    yield from _whole(folder / "rules/llmgw.rules", found, text)
    for event, wait_s in _CODEX_HOOKS.items():
        path, entry = ("hooks", event, ELEMENT), _group(hook, wait_s)
        yield Put(file=folder / "hooks.json", format=JSON, path=path, value=entry)


def _gemini_puts(ground: Ground, found: NativeRules, hook: str) -> Iterator[Put]:
    text = _HEAD + "".join(f"\n{words}\n" for _, words in found.said)
    yield from _whole(ground.home / ".gemini/policies/llmgw.toml", found, text)
    file = ground.home / ".gemini/settings.json"
    for event in ("BeforeTool", "Notification", "AfterAgent", "SessionEnd"):
        path = ("hooks", event, ELEMENT)
        yield Put(file=file, format=JSON, path=path, value=_group(hook, 1000 * _SHORT_S))


def _whole(file: Path, found: NativeRules, text: str) -> Iterator[Put]:
    if found.said:
        yield Put(file=file, format=WHOLE, path=("rules",), value=text)


def _opencode_puts(ground: Ground, found: NativeRules, hook: str) -> Iterator[Put]:
    program = PROGRAMS["opencode"]
    plugin = program.file(ground).parent / "plugin/llmgw.js"
    text = _PLUGIN.replace("HOOK", json.dumps(hook))
    yield Put(file=plugin, format=WHOLE, path=("hooks",), value=text)
    for verdict in _ORDER:
        for words in found.of(verdict):
            path = ("permission", "bash", words)
            yield Put(file=program.file(ground), format=JSON, path=path, value=str(verdict))


def _grok_puts(ground: Ground, found: NativeRules, hook: str) -> Iterator[Put]:
    """A table of the person's own stays as it is."""
    use = cli_of(CliName(FORMS["grok"].cli)).hook
    assert use is not None
    groups = {"PreToolUse": [_group(hook, int(use.waits_s))]}
    for event in ("Notification", "Stop", "StopCancelled", "SessionEnd"):
        groups[event] = [{"hooks": _group(hook, _SHORT_S)["hooks"]}]
    text = json.dumps({"hooks": groups}, indent=2)
    file = PROGRAMS["grok"].file(ground)
    yield Put(file=file.parent / "hooks/llmgw.json", format=WHOLE, path=("hooks",), value=text)
    said = {str(each): words for each in _ORDER if (words := found.of(each))}
    if said:
        yield Put(file=file, format=TOML, path=PERMISSION, value=said, yields=True)


def _copilot_puts(ground: Ground, _: NativeRules, hook: str) -> Iterator[Put]:
    shell = "powershell" if ground.platform == "win32" else "bash"
    run = {"type": "command", shell: hook, "timeoutSec": _SHORT_S}
    events = ("preToolUse", "notification", "agentStop", "sessionEnd")
    text = json.dumps({"version": 1, "hooks": {each: [run] for each in events}}, indent=2)
    file = PROGRAMS["copilot"].file(ground).parent / "hooks/llmgw.json"
    yield Put(file=file, format=WHOLE, path=("hooks",), value=text)


def no_words(_: RuleSaying) -> list[str]:
    """Of a program whose own settings say no rules."""
    return []


FORMS: Mapping[str, NativeForm] = {
    "claude-code": NativeForm(cli="claude", say=claude_words, puts=_claude_puts, held=_ALL),
    "codex": NativeForm(cli="codex", say=codex_words, puts=_codex_puts, held=_ALL),
    "gemini-cli": NativeForm(cli="gemini", say=gemini_words, puts=_gemini_puts),
    "opencode": NativeForm(cli="opencode", say=opencode_words, puts=_opencode_puts),
    "grok": NativeForm(cli="grok", say=grok_words, puts=_grok_puts),
    "copilot": NativeForm(cli="copilot", say=no_words, puts=_copilot_puts),
}
"""Programs whose own settings can say rules, by name."""
