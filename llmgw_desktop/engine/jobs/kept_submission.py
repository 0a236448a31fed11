"""What was asked for, out of the JSON that a job's folder keeps of it."""

from collections.abc import Set
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.cli import CliName, CliRequest, SessionWish
from llmgw_desktop.domain.containment import Contain, ContainSettings, Network
from llmgw_desktop.domain.prompt_facts import AnswerShape, PromptFacts, Saving
from llmgw_desktop.domain.session import SessionUse, session_totals_of
from llmgw_desktop.domain.submission import Submission


def submission_of(asked: dict[str, Any]) -> Submission:
    """Raises ValueError, TypeError or KeyError where it is not what was kept."""
    request = asked.pop("request")
    words = {
        "cli": CliName(request["cli"]),
        "session": SessionWish(request["session"]),
        "mcp_servers": tuple(request.get("mcp_servers", ())),
    }
    session = asked.pop("session")
    facts = asked.pop("prompt_facts", {})
    return Submission(
        containment=_containment(asked.pop("containment", {})),
        **asked | {"answer_shape": AnswerShape(asked.get("answer_shape", ""))},
        prompt_facts=_facts(facts),
        session=session and _session(session),
        request=CliRequest(**request | words),
    )


def without_words(asked: Submission, to_read: Set[str]) -> Submission:
    """With the options `to_read` alone."""
    options = {name: each for name, each in asked.request.options.items() if name in to_read}
    return replace(asked, request=replace(asked.request, prompt="", options=options))


def _containment(kept: dict[str, Any]) -> ContainSettings:
    contain, network = kept.get("contain"), kept.get("network")
    return ContainSettings(
        contain=contain and Contain(contain),
        network=network and Network(network),
        readable=tuple(kept.get("readable", ())),
        writable=tuple(kept.get("writable", ())),
    )


def _session(kept: dict[str, Any]) -> SessionUse:
    before = kept.pop("before")
    if before is not None:
        before = session_totals_of(before)
    return SessionUse(**kept, before=before)


def _facts(kept: dict[str, Any]) -> PromptFacts:
    savings = {name: kept.get(name) for name in ("prompt_saving", "answer_saving")}
    return PromptFacts(
        **kept | {name: saving and Saving(**saving) for name, saving in savings.items()}
    )
