"""Flows in which several models look at one thing: three reviewers, consensus."""

from collections.abc import Mapping

from llmgw_desktop.engine.mcp.prompts.common import (
    CLIS,
    FAILURES,
    FOLDER,
    REVIEWERS,
    REVIEWERS_ARGUMENT,
    WAITING,
    flow,
    folder,
    listed,
)
from llmgw_desktop.engine.mcp.resource import Prompt, PromptArgument


def prompts() -> tuple[Prompt, ...]:
    return (_three_reviewers(), _consensus())


def _three_reviewers() -> Prompt:
    return Prompt(
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


def _consensus() -> Prompt:
    return Prompt(
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
