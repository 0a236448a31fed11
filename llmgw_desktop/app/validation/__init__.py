"""Panels of models: compared answers and signed receipts."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags, add_verbs


def _receipt(parser: Parser) -> None:
    verify, show, _, _ = add_verbs(
        parser,
        {
            "verify": "whether receipts are as they were signed; needs the files and a key",
            "show": "a receipt as the bytes that verify",
            "list": "all receipts, in the order of their chain",
            "key": "the public key that this gateway signs with",
        },
    )
    verify.add_argument("file", nargs="+", help="a receipt, - for stdin; neighbours are chained")
    verify.add_argument(
        "--key",
        default="",
        help="the public key that they must be signed with, or a file with it; without it that of"
        " this gateway",
    )
    show.add_argument("id", help="the validation's id, or its number in the list")
    add_flags(show, raw="with the whole answers", markdown="for people; verifies nothing")


RECEIPT = Command(
    "receipt", "signed records of panels of models", "validation.receipt_command:run", _receipt
)
