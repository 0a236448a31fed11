"""What clients may spend: budgets, limits, and words for who asks too much."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags, add_verbs


def _limits(parser: Parser) -> None:
    parser.add_argument("client", nargs="?", default="all", help="only this one, by name or id")
    add_flags(parser, json="as GET /v1/limits tells it")


LIMITS = Command(
    "limits",
    "what clients of the running gateway have spent, and may still",
    "policy.commands:limits",
    _limits,
)


def _notify(parser: Parser) -> None:
    helps = {
        "list": "whom alarms are told to, and how the last try went",
        "test": "send one of them an alarm now",
    }
    listed, test = add_verbs(parser, helps)
    add_flags(listed, json="as GET /v1/notify tells it")
    test.add_argument("name", help="as [[notify]] calls it")


NOTIFY = Command(
    "notify",
    "whom the running gateway tells alarms, and whether that reaches them",
    "policy.commands:notify",
    _notify,
)
