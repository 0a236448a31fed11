"""Routes in words: whom a rule is for, to whom it leads, in what order."""

from llmgw_desktop.app.figures import count_text
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.domain.route import RouteMatch, RouteTarget, Strategy

STRATEGY_WORDS = {
    Strategy.ACCOUNT_POOL_FIRST: "Subscriptions first",
    Strategy.API_KEY_FIRST: "API keys first",
    Strategy.AUTOMATIC: "By quota, price and speed",
    Strategy.PINNED: "In this order",
}
STRATEGY_HINTS = {
    Strategy.ACCOUNT_POOL_FIRST: "Subscriptions before API keys; among equals by priority and"
    " weight.",
    Strategy.API_KEY_FIRST: "API keys before subscriptions.",
    Strategy.AUTOMATIC: "Whoever has most quota left, costs least and answers fastest.",
    Strategy.PINNED: "As the rule lists them: the next one only if the one before cannot answer.",
}
_OPERATION_WORDS = {
    Operation.COUNT_TOKENS: "token counts",
    Operation.EMBED: "embeddings",
    Operation.COMPACT: "compaction",
}


def match_words(match: RouteMatch) -> str:
    """«claude-haiku-* from claude-code, up to 2,000 input tokens»; «everything» where all goes."""
    subject = "any model" if match.model == "*" else inert_line(match.model, 80)
    whose = " or ".join(inert_line(each, 60) for each in match.whose)
    words = subject if whose == "*" else f"{subject} from {whose}"
    if match.label != "*":
        words += f" that says it is {inert_line(match.label, 64)}"
    if match.project != "*":
        words += f" in project {inert_line(match.project, 60)}"
    if match.protocol is not None:
        words += f", asked in {match.protocol}"
    if match.operation is not None:
        words += f", for {_OPERATION_WORDS.get(match.operation, 'answers')} only"
    size = _size_words(match.min_input_tokens, match.max_input_tokens)
    words = f"{words}, {size}" if size else words
    return "every request" if words == "any model" else words


def target_text(target: RouteTarget) -> str:
    """As the file has it: `provider/account:model`."""
    account = f"/{target.account}" if target.account else ""
    model = f":{target.model}" if target.model else ""
    return f"{target.provider}{account}{model}"


def _size_words(least: int | None, most: int | None) -> str:
    if least is None and most is None:
        return ""
    if least is None:
        return f"up to {count_text(most)} input tokens"
    if most is None:
        return f"from {count_text(least)} input tokens"
    return f"{count_text(least)} to {count_text(most)} input tokens"
