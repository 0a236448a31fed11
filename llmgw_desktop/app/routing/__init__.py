"""Routes: who is sent where, and why."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags, add_verbs, count


def _route(parser: Parser) -> None:
    from llmgw_desktop.domain.model.prompt import MODEL_OPERATIONS, Operation
    from llmgw_desktop.domain.provider import CALLER_PROTOCOLS, ModelProtocol

    (explain,) = add_verbs(
        parser, {"explain": "who would answer such a request, and why; nothing is sent"}
    )
    explain.add_argument("model", help="the model's name, as a program asks for it")
    explain.add_argument("--client", default="", help="the program's name, as its key was given it")
    explain.add_argument("--label", default="", help="what the program says of itself")
    explain.add_argument(
        "--protocol",
        default=str(ModelProtocol.OPENAI_CHAT),
        choices=[str(each) for each in CALLER_PROTOCOLS],
        help="the dialect that the program speaks (default: %(default)s)",
    )
    explain.add_argument(
        "--operation",
        default=str(Operation.GENERATE),
        choices=[str(each) for each in MODEL_OPERATIONS],
        help="what is asked for (default: %(default)s)",
    )
    explain.add_argument("--project", default="", help="what the program sends as X-Project")
    explain.add_argument("--tokens", type=count, help="how many input tokens it has, about")
    add_flags(explain, strict="as with x-llmgw-no-fallback: true", json="as one JSON document")


ROUTE = Command("route", "who answers which request", "routing.command:run", _route)
