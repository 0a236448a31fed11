"""What is here, what is wrong, and what to do about it."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags


def _doctor(parser: Parser) -> None:
    add_flags(
        parser,
        json="as one JSON document",
        online="ask each provider for its models; costs nothing",
        secrets="look for secrets in all that lies on disk; tells how many of which kind lie where",
    )


DOCTOR = Command(
    "doctor",
    "what is here, what is wrong, and what to do about it; changes nothing",
    "doctor.command:run",
    _doctor,
    only_looks=True,
)
