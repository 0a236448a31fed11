"""How a run of the Grok CLI is started."""

from llmgw_desktop.clis.checks import FOLDER, as_utf8, fit_arguments, session_arguments
from llmgw_desktop.clis.fields import Asked, json_text, known
from llmgw_desktop.clis.grok import contract
from llmgw_desktop.domain.cli import CliFacts, CliRequest, LaunchPlan, PlannedFile
from llmgw_desktop.domain.jobs.run_errors import InvalidRun

FACTS = CliFacts(
    streams=True,
    forks=True,
    takes_new_id=True,
    reads_stdin=False,
    tells_cost=True,
    tells_cache=True,
)
_PROMPT_FILE = "prompt"
_JSON_FLAGS = {
    "promptJson": "--prompt-json",
    "agents": "--agents",
    "jsonSchema": "--json-schema",
}
_LIST_FLAGS = {"allowedTools": "--tools", "disallowedTools": "--disallowed-tools"}
_WRITTEN_HERE = ("permissionMode", *_JSON_FLAGS, *_LIST_FLAGS)
_RULES = {
    # Its plan mode alone runs `touch` all the same; a rule that denies is above every other.
    "plan": ("--deny=Bash", "--deny=Edit", "--deny=Write"),
    # With this mode alone an edit ends the run as if nobody had accepted it; within the folder.
    "acceptEdits": ("--allow=Edit(./**)", "--allow=Write(./**)"),
}
ENVIRONMENT = {"GROK_DISABLE_AUTOUPDATER": "1"}


def plan(request: CliRequest) -> LaunchPlan:
    """The prompt goes in as a file: it reads no stdin."""
    asked = Asked(request, contract.OPTIONS, free=contract.PROSE)
    fit_arguments(request.options)
    _refuse_contradictions(asked)
    is_prompt_json = asked.has("promptJson")
    form = contract.asked_format(request)
    arguments = [
        f"--output-format={form}",
        *(["--include-partial-messages"] if form == contract.AS_MESSAGES else []),
        *([] if is_prompt_json else [f"--prompt-file={FOLDER}/{_PROMPT_FILE}"]),
        *session_arguments(request, FACTS),
        *([f"--model={asked.model}"] if asked.model else []),
        *_permissions(asked),
        *asked.arguments(but=_WRITTEN_HERE),
        *_lists(asked),
        *(
            f"{flag}={json_text(asked, name)}"
            for name, flag in _JSON_FLAGS.items()
            if asked.has(name)
        ),
    ]
    prompt = PlannedFile(name=_PROMPT_FILE, content=as_utf8(request.prompt, "prompt"))
    return LaunchPlan(
        command="grok",
        arguments=known(arguments, contract.FLAGS, contract.VERSION),
        environment=ENVIRONMENT,
        files=() if is_prompt_json else (prompt,),
        output_format=form,
        changes_files=asked.text("permissionMode") != "plan",
    )


def _refuse_contradictions(asked: Asked) -> None:
    if asked.text("transport") == "acp":
        raise InvalidRun("a run over ACP cannot be asked for here; leave it out", field="transport")
    asked.refuse(["promptFile"], "the gateway hands the prompt over itself; give it as prompt")
    asked.refuse_both("effort", "reasoningEffort", "they are two names of one flag")
    asked.refuse_both("alwaysApprove", "permissionMode", "both say what may be done unasked")
    asked.refuse_both("experimentalMemory", "noMemory", "each is the other's contrary")
    if asked.has("worktreeRef") and not asked.value("nativeWorktree"):
        raise InvalidRun(
            "it says where a worktree begins; ask for nativeWorktree", field="worktreeRef"
        )
    if asked.has("jsonSchema") and asked.text("outputFormat") == contract.AS_MESSAGES:
        raise InvalidRun(
            f"it cannot be had in the format {contract.AS_MESSAGES}", field="jsonSchema"
        )


def _permissions(asked: Asked) -> list[str]:
    """Without a mode it would take the one of the person's settings, which may ask."""
    if asked.is_on("alwaysApprove"):
        return []
    mode = asked.text("permissionMode") or "default"
    return [f"--permission-mode={mode}", *_RULES.get(mode, ())]


def _lists(asked: Asked) -> list[str]:
    """Names of tools, which it takes behind one flag."""
    return [
        f"{flag}={','.join(asked.texts(name))}"
        for name, flag in _LIST_FLAGS.items()
        if asked.texts(name)
    ]
