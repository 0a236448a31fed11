"""Worked flows that an agent may start from: several models review, or attack and mend."""

from collections.abc import Mapping

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.engine.mcp.offer import McpPrompt, PromptArgument

CLIS = tuple(CliName)
REVIEWERS = "claude, gemini, grok"

WAITING = """\
Waiting
- An answer with status "deferred", and every *_request_async, names a jobId. The job goes on
  without you. Call llm_job_watch {jobId, afterProgressSeq: nextAfterSeq of the last answer} until
  job.exited, then llm_job_result {jobId}.
- Write each jobId down before you do anything else. After a lost connection go on with them: never
  ask the same again (an identical call joins the running job, a changed one pays twice).
- A job that makes no step for ten minutes: llm_process_health; if its process is gone or stuck,
  llm_job_cancel {jobId} and count it as failed."""

FAILURES = """\
When something fails
- Errors: {success: false, error, errorCategory, field, retryable}. Where `field` is set, mend that
  argument. Where retryable is true, ask once more. Else do not repeat: say what failed, go on
  without.
- A reviewer that is not installed, not signed in or failed is missing. It counts neither for nor
  against. list_models {} says who can be asked; put another in its place if there is one.
- Fewer than two reviewers left: stop and tell the person; one opinion is no review."""

FOLDER = PromptArgument(
    name="workingDir", description="The absolute path of the folder that it is about."
)
REVIEWERS_ARGUMENT = PromptArgument(
    name="reviewers", description=f"CLIs, with commas between; {REVIEWERS}.", choices=CLIS
)


def listed(given: Mapping[str, str], name: str, usual: str) -> list[str]:
    """Names with commas between, each once."""
    names = (given.get(name) or usual).split(",")
    return list(dict.fromkeys(each.strip() for each in names if each.strip()))


def folder(given: Mapping[str, str]) -> str:
    """As a field of a call, where a folder is known."""
    return f', workingDir: "{given["workingDir"]}"' if given.get("workingDir") else ""


def flow(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


_ROUNDS = "3"
_STARTS = {
    "architecture": "how the parts depend on each other, what breaks when one fails or is late",
    "logic": "wrong results, edge cases, races, what happens twice or never",
    "dependencies": "what comes from outside: versions, input, permissions, the supply chain",
    "contradiction": "whatever the other attackers would take for granted",
}


def implement_review_fix() -> McpPrompt:
    return McpPrompt(
        name="implement_review_fix",
        title="Implement, review, fix",
        description="One CLI writes it, others review it, the first mends it until they pass.",
        arguments=(
            PromptArgument(name="task", description="What shall be made.", is_needed=True),
            FOLDER,
            PromptArgument(name="implementer", description="Who writes; codex.", choices=CLIS),
            REVIEWERS_ARGUMENT,
            PromptArgument(name="rounds", description=f"Reviews at most; {_ROUNDS}."),
        ),
        text=_implement_review_fix_text,
    )


def _implement_review_fix_text(given: Mapping[str, str]) -> str:
    by = given.get("implementer") or "codex"
    reviewers = [each for each in listed(given, "reviewers", REVIEWERS) if each != by]
    named = "[" + ", ".join(f'"{each}"' for each in reviewers) + "]"
    return flow(
        f"Have {by} do this, and {', '.join(reviewers)} review it:\n{given['task']}",
        f"""\
Steps
1. list_models {{}}: who of them is there. Look at the folder's state first: review_changes needs a
   git repository; where there is none, use the prompt three_reviewers with the files instead.
2. {by}_request {{prompt{folder(given)}}} with the rights to write in that folder and no more (for
   codex fullAuto: true or sandboxMode "workspace-write"; for claude permissionMode "acceptEdits").
   The prompt says what shall be made, how to test it, and that it ends with what was changed and
   what was not done. Keep the sessionId of its answer.
3. Run the project's own tests, or have {by} run them in the same session. Red tests go back to it
   before any review.
4. review_changes {{scope: "uncommitted", models: {named}{folder(given)}}}. Keep the validationId.
5. For each finding: look at the code. Confirmed ones go to the implementer, with the reviewer's
   words: {by}_request {{sessionId, prompt: "Mend these, each with a test: …"{folder(given)}}}.
   Those that you refute you list with the reason.
6. Again from step 3, at most {given.get("rounds") or _ROUNDS} reviews. The same finding twice: the
   two do not understand each other; decide it yourself, or ask second_opinion {{answer, question}}.
7. Done when tests pass and the last review has no FAIL and no open confirmed finding. Tell: what
   was changed, reviews by reviewer and round, findings refuted and why, what is open,
   validationIds.""",
        "The implementer never reviews its own work, and reviewers change no file.",
        WAITING,
        FAILURES,
    )


def red_and_blue() -> McpPrompt:
    return McpPrompt(
        name="red_and_blue",
        title="Red and blue",
        description="Models attack a risky change from different sides, another defends and mends,"
        " until all attackers pass.",
        arguments=(
            PromptArgument(
                name="subject", description="The change, design or text.", is_needed=True
            ),
            FOLDER,
            PromptArgument(
                name="attackers", description="CLIs, with commas between.", choices=CLIS
            ),
            PromptArgument(name="defender", description="Who mends; codex.", choices=CLIS),
            PromptArgument(name="rounds", description=f"At most; {_ROUNDS}."),
        ),
        text=_red_and_blue_text,
    )


def _red_and_blue_text(given: Mapping[str, str]) -> str:
    defender = given.get("defender") or "codex"
    usual = "claude, gemini, grok, mistral"
    attackers = [each for each in listed(given, "attackers", usual) if each != defender]
    sides = (
        "\n".join(
            f"   - {attackers[number % len(attackers)]}_request_async, side {side}: {meaning}"
            for number, (side, meaning) in enumerate(_STARTS.items())
        )
        if attackers
        else "   - nobody is left to attack: ask the person for attackers"
    )
    return flow(
        f"Attack this until it stands:\n{given['subject']}",
        f"""\
Steps
1. list_models {{}}. Each side needs an attacker; one CLI may take two sides in two sessions, the
   defender takes none.
2. Red: start all sides before you wait for any. Each prompt holds the subject, one side and: "You
   attack. Change no file. Show each attack by a way to reproduce it. End with a line PASS or FAIL,
   then the attacks: severity, where, how." Fields: prompt{folder(given)}
{sides}
   For a text without a repository red_team_review {{content, riskLevel: "high", models}} does this
   in one call.
3. Keep the sessionId of each attacker. An answer that ends with neither word is unknown: ask once
   more in that session.
4. All PASS, none missing: done. On any FAIL, blue: {defender}_request {{prompt: every attack in
   full, "For each: mend it with a test, or refute it by evidence"{folder(given)}}}; keep its
   sessionId.
5. Back to red: the same attackers, each with its sessionId, get what was mended and what was
   refuted: "Attack again, your own findings first. PASS or FAIL." A refutation stands only when its
   attacker passes it, or you have verified it yourself and say so.
6. At most {given.get("rounds") or _ROUNDS} rounds. A person at this computer may be asked whether
   an attacker may run a command: wait for it, do not widen its rights instead.
7. Tell: each side's verdict by round, attacks mended, refuted, open; who was missing. Open attacks
   after the last round mean FAIL, whatever else passed.""",
        WAITING,
        FAILURES,
    )


def three_reviewers() -> McpPrompt:
    return McpPrompt(
        name="three_reviewers",
        title="Three reviewers",
        description="Several CLIs review the same thing at once; findings that two name are sure.",
        arguments=(
            PromptArgument(
                name="subject", description="What to review, with paths.", is_needed=True
            ),
            FOLDER,
            REVIEWERS_ARGUMENT,
            PromptArgument(name="focus", description="What to look at above all."),
        ),
        text=_three_reviewers_text,
    )


def _three_reviewers_text(given: Mapping[str, str]) -> str:
    reviewers = listed(given, "reviewers", REVIEWERS)
    calls = "\n".join(
        f'   - {name}_request_async {{prompt{folder(given)}, correlationId: "review-{name}"}}'
        for name in reviewers
    )
    focus = f"\n   Look above all at: {given['focus']}" if given.get("focus") else ""
    return flow(
        f"Have {', '.join(reviewers)} review this, apart from each other:\n{given['subject']}",
        f"""\
Steps
1. list_models {{}}: leave out who is not there, and say so.
2. Write one prompt, the same for all. It names the files, forbids changing any, and ends with:
   "End with a line PASS or FAIL, then your findings: severity, file:line, what is wrong, how to
   show it."{focus}
3. Start all before you wait for any:
{calls}
4. Collect each as described below. For an answer without PASS or FAIL, ask that CLI once more with
   its sessionId: "End with PASS or FAIL." Still none: its verdict is unknown, not PASS.
5. Put together: a finding that two or more name is sure; one that only one names you verify in the
   code yourself, and mark it confirmed or not shown. Never drop one in silence.
6. Tell the person: verdict of each reviewer, sure findings, confirmed ones, those not shown, who
   was missing and why. PASS overall only if at least two reviewers said PASS and none said
   FAIL.""",
        "The changes of a repository need no prompt of yours: review_changes {workingDir, scope,"
        " models, focus} freezes them, asks all and compares their verdicts in one call.",
        WAITING,
        FAILURES,
    )


def consensus() -> McpPrompt:
    return McpPrompt(
        name="consensus_before_one_way_door",
        title="Consensus before a one-way door",
        description="Before what cannot be undone: opinions apart, the claim that matters, a judge,"
        " a receipt.",
        arguments=(
            PromptArgument(name="plan", description="What shall be done.", is_needed=True),
            PromptArgument(
                name="claim", description="The one sentence that must be true; else you find it."
            ),
            PromptArgument(
                name="models", description="CLIs and models, with commas between.", choices=CLIS
            ),
            PromptArgument(name="judge", description="Who judges; codex.", choices=CLIS),
        ),
        text=_consensus_text,
    )


def _consensus_text(given: Mapping[str, str]) -> str:
    models = listed(given, "models", "claude, codex, gemini, grok, mistral")
    named = "[" + ", ".join(f'"{each}"' for each in models) + "]"
    judge = given.get("judge") or "codex"
    claim = given.get("claim")
    found = (
        f"The claim: {claim}"
        if claim
        else "Find the claim: the one sentence that must be true for the plan to be safe, and that"
        " would be false if it goes wrong. One fact, no `and`."
    )
    return flow(
        f"Do nothing of this plan before the end of this flow:\n{given['plan']}",
        f"""\
Steps
1. list_models {{}}. Use those of {named} that are there; at least three.
2. validate_with_models {{question: the whole plan and "What would go wrong, what cannot be
   undone, what is missing?", models: {named}, focus: "what cannot be undone"}}. Keep its
   validationId. Where its report says that a panel still runs, llm_job_watch the jobIds it names,
   then job_result.
3. {found}
4. consensus_check {{claim, models: {named}}}. Read who disagrees and on what. A missing or failed
   model is no agreement; neither is one whose verdict is unknown.
5. synthesize_validation {{validationId: of step 2, judgeModel: "{judge}"}}: one judge over the
   exact answers that were kept.
6. validation_receipt {{validationId}} of both panels: keep what they say with the decision.
7. Decide with the person, never alone:
   - all that answered agree, three or more, and the judge sees no open risk: recommend to go on;
   - one disagrees with a reason that you cannot refute by looking: recommend to wait, and say what
     would settle it;
   - anything else: no consensus. Say so in the first sentence.
   State numbers: asked, answered, agreed, disagreed, missing; and both validationIds.""",
        WAITING,
        FAILURES,
    )
