"""Who asked, in words: the agents of a conversation or of a run, each with what it took."""

from collections.abc import Sequence

from llmgw_desktop.app.flights.spending import cost_words
from llmgw_desktop.app.words.figures import count_text, counted, marked, short_count_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.flights.spending import NOTHING_SPENT, AgentSpending, FlightSpending
from llmgw_desktop.domain.values import value

_MODEL_CHARS, _MODELS = 40, 3
_OF_ITS_OWN = frozenset({"conversation", "agent", "job"})


@value(kw_only=False)
class AgentRow:
    """A line of a list; `filter` shows its flights."""

    key: str
    cells: tuple[str, ...]
    """Who, its id, its models, requests, tokens in and out, cost."""
    filter: str


def agent_rows(found: Sequence[AgentSpending], within: str) -> list[AgentRow]:
    """In the order in which they began; `within`: the filter that all of them fit."""
    return [
        AgentRow(
            f"{each.conversation}/{each.agent}",
            (
                name,
                each.agent,
                _models(each),
                count_text(each.spent.flights),
                *_figures(each.spent),
            ),
            f"{within} agent:{each.agent}" if each.agent else within,
        )
        for name, each in zip(_names(found), found, strict=True)
    ]


def agents_words(found: Sequence[AgentSpending]) -> str:
    """«14 requests by 3 agents: 48.2k tokens in, 1.2k out, $0.31.»; empty where there was none."""
    total = sum((each.spent for each in found), NOTHING_SPENT)
    if not total.flights:
        return ""
    known = sum(bool(each.agent) for each in found)
    asked = counted(total.flights, "request")
    read, written, cost = _figures(total)
    if known > 1:
        agents = counted(known, "agent")
        return f"{asked} by {agents}: {read} tokens in, {written} out, {cost}."
    return f"{asked}: {read} tokens in, {written} out, {cost}."


def is_of_a_piece_of_work(query: FlightQuery) -> bool:
    """Whether a list is of a conversation, an agent or a run: what it came to is worth a line."""
    return not query.said and any(
        each.name in _OF_ITS_OWN and not each.is_turned for each in query.terms
    )


def _names(found: Sequence[AgentSpending]) -> list[str]:
    """The first that asks in a conversation is the one that a person speaks with."""
    names, before = [], dict[str, int]()
    for each in found:
        number = before.get(each.conversation, 0)
        before[each.conversation] = number + 1
        if not each.agent:
            names.append("Not told apart")
        else:
            names.append(f"Subagent {number}" if number else "Main agent")
    return names


def _models(each: AgentSpending) -> str:
    shown = ", ".join(inert_line(name, _MODEL_CHARS) for name in each.models[:_MODELS])
    more = len(each.models) - _MODELS
    return f"{shown} +{more}" if more > 0 else shown


def _figures(spent: FlightSpending) -> tuple[str, str, str]:
    tokens = spent.tokens_provenance
    read, written = (
        marked(short_count_text(each), tokens) for each in (spent.input_tokens, spent.output_tokens)
    )
    return read, written, cost_words(spent)
