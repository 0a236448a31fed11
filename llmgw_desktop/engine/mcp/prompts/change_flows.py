"""Flows in which something is changed: implement, review, fix; red and blue."""

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

_ROUNDS = "3"
_STARTS = {
    "architecture": "how the parts depend on each other, what breaks when one fails or is late",
    "logic": "wrong results, edge cases, races, what happens twice or never",
    "dependencies": "what comes from outside: versions, input, permissions, the supply chain",
    "contradiction": "whatever the other attackers would take for granted",
}


def prompts() -> tuple[Prompt, ...]:
    return (_implement_review_fix(), _red_and_blue())


def _implement_review_fix() -> Prompt:
    return Prompt(
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


def _red_and_blue() -> Prompt:
    return Prompt(
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
