"""What clients may spend: budgets, limits, and words for who asks too much."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags


def _limits(parser: Parser) -> None:
    parser.add_argument("client", nargs="?", default="all", help="only this one, by name or id")
    add_flags(parser, json="as GET /v1/limits tells it")


LIMITS = Command(
    "limits",
    "what clients of the running gateway have spent, and may still",
    "policy.limits_command:run",
    _limits,
)
