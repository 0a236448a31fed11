"""Panels of models: compared answers, regression sets and signed receipts."""

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


def _check(parser: Parser) -> None:
    add, run, runs, show = add_verbs(
        parser,
        {
            "add": "a recorded flight with checks into a set, without its secrets",
            "run": "ask each case of a set again and check the answers; tools are not run",
            "runs": "the runs of before, the newest first",
            "show": "one of them, answer by answer",
        },
    )
    add.add_argument("id", help="the flight whose request is asked")
    add.add_argument("--to", required=True, metavar="FILE", help="the set; made if it is not there")
    add.add_argument("--name", default="", help="of the case (default: model and flight)")
    add.add_argument("--in", dest="among", default="", metavar="SET", help="an imported one")
    for name, word, words in (
        ("exact", "TEXT", "the answer is this text, but for white space around it"),
        ("regex", "PATTERN", "this pattern of RE2 is found in the answer"),
        ("schema", "FILE", "the answer is JSON that fits the JSON Schema in this file"),
        ("judge", "TEXT", "most judges of a panel say that the answer meets this demand"),
    ):
        add.add_argument(f"--{name}", action="append", default=[], metavar=word, help=words)
    run.add_argument("file", help="the set")
    run.add_argument(
        "--model",
        action="append",
        metavar="NAME",
        help="who is asked, once for each (default: the one of each case)",
    )
    run.add_argument(
        "--judge", action="append", metavar="NAME", help="a judge, once for each: a model or a CLI"
    )
    run.add_argument("--budget", type=float, metavar="USD", help="ask nothing that may cost more")
    for name, default, words in (
        ("times", 1, "each case of each model"),
        ("at-once", 4, "so many are asked beside each other"),
    ):
        told = f"{words} (default: %(default)s)"
        run.add_argument(f"--{name}", type=int, default=default, metavar="N", help=told)
    run.add_argument("--receipt", default="", metavar="FILE", help="the signed receipt goes there")
    runs.add_argument("--limit", type=int, default=20, metavar="N", help="(default: %(default)s)")
    show.add_argument("id", help="as 'runs' lists it")
    add_flags(run, json="what POST /v1/checks tells, one event to a line")
    add_flags(runs, json="as GET /v1/checks tells it")
    add_flags(show, json="as GET /v1/checks/ID tells it")


CHECK = Command(
    "check", "regression sets: recorded flights with checks", "validation.check_command:run", _check
)
