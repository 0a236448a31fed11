"""Google's Antigravity CLI, `agy`: another command for Gemini, with flags of its own. It prints the
answer as plain text, and neither session nor usage nor an end of it.

It could not be run by those who wrote this; its flags are those that were told of version 1.1.13.
"""

import codecs
import re

from llmgw_desktop.clis.checks import fit_arguments, fits_argument, session_arguments
from llmgw_desktop.clis.cli import Cli, Packaging, ReviewUse, SignIn
from llmgw_desktop.clis.failures import answered_nothing, failed, how_it_ended, told_on_stderr
from llmgw_desktop.clis.fields import Asked, known
from llmgw_desktop.clis.gemini.contract import OPTIONS, RIGHTS, approval_mode
from llmgw_desktop.clis.json_lines import Speech
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliFacts,
    CliName,
    CliRequest,
    LaunchPlan,
    RunEnded,
)
from llmgw_desktop.domain.jobs.run_errors import InvalidRun

VERSION = "1.1.13"

_TOLD = """
    --add-dir --continue --conversation --dangerously-skip-permissions --help --mode --model
    --new-project --print --print-timeout --project --sandbox --version
"""

FLAGS = frozenset(_TOLD.split())


FACTS = CliFacts(streams=False, reads_stdin=False, tells_usage=False, idle_timeout_s=3600.0)
_TEXT_ONLY = "`agy` prints plain text and has no such thing; leave it out, or use the Gemini CLI"
_NOT_ITS = (
    "allowedTools",
    "noTools",
    "systemPrompt",
    "policyFiles",
    "adminPolicyFiles",
    "attachments",
    "skipTrust",
)
_MODES = {
    "default": [],
    "auto_edit": ["--mode=accept-edits"],
    "plan": ["--mode=plan"],
    "yolo": ["--dangerously-skip-permissions"],
}


def plan(request: CliRequest) -> LaunchPlan:
    """The prompt is an argument, which bounds it: `agy` takes it in no other way."""
    asked = Asked(request, OPTIONS)
    fit_arguments(request.options)
    asked.refuse(_NOT_ITS, _TEXT_ONLY)
    if asked.text("outputFormat") not in ("", "text"):
        raise InvalidRun(_TEXT_ONLY, field="outputFormat")
    asked.refuse_both("project", "newProject", "one is an old one, the other is new")
    mode = approval_mode(asked)
    arguments = [
        f"--print={fits_argument(request.prompt, 'prompt')}",
        *session_arguments(request, FACTS, resume="--conversation"),
        *([f"--model={asked.model}"] if asked.model else []),
        *_MODES[mode],
        *(f"--add-dir={folder}" for folder in asked.texts("includeDirs")),
        *(["--sandbox"] if asked.is_on("sandbox") else []),
        *([f"--project={asked.text('project')}"] if asked.has("project") else []),
        *(["--new-project"] if asked.is_on("newProject") else []),
        *([f"--print-timeout={asked.text('printTimeout')}"] if asked.has("printTimeout") else []),
    ]
    return LaunchPlan(
        command="agy",
        arguments=known(arguments, FLAGS, VERSION),
        output_format="text",
        changes_files=mode != "plan",
        needs=asked.paths(folders=("includeDirs",)),
    )


SIGN_IN = SignIn(
    command=("agy",),
    guidance=("Antigravity is not signed in: run `agy` in a terminal and follow what it says."),
)
_NO_NOISE = re.compile("(?!)")


class AgyReader(Speech):
    """Its exit code alone says how it ended."""

    def __init__(self, _: CliRequest) -> None:
        super().__init__()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, chunk: bytes) -> list[CliEvent]:
        return list(self._said(self._decoder.decode(chunk)))

    def finish(self, exit_code: int | None, stderr: str) -> list[CliEvent]:
        rest = self._said(self._decoder.decode(b"", final=True))
        return [*rest, self._last_word(exit_code, stderr)]

    def _last_word(self, exit_code: int | None, stderr: str) -> RunEnded:
        if exit_code != 0:
            told = told_on_stderr(stderr, _NO_NOISE)
            return failed("\n".join([*told, f"agy ended with {how_it_ended(exit_code)}."]), SIGN_IN)
        return RunEnded(ok=True) if self.has_words else answered_nothing("agy")


CLI = Cli(
    name=CliName.GEMINI,
    title="Gemini CLI",
    vendor="google",
    packaging=Packaging(update=("update",)),
    variables=("GEMINI_", "GOOGLE_", "ANTIGRAVITY_"),
    places=(".gemini/", ".antigravity/"),
    rights=RIGHTS,
    commands=("agy",),
    facts=FACTS,
    options=OPTIONS,
    plan=plan,
    reader=AgyReader,
    sign_in=SIGN_IN,
    contract_version=VERSION,
    flags=FLAGS,
    skills=(".gemini/skills", ".agents/skills"),
    review=ReviewUse(options={"approvalMode": "plan"}),
)
