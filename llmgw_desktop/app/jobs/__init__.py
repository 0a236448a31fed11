"""Jobs of vendors' CLIs: lists, output, words, and what runs are joined of."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags, add_verbs

_LISTED = 20


def _jobs(parser: Parser) -> None:
    listing, show = add_verbs(
        parser,
        {
            "list": "the newest of yours; other clients' are in the window",
            "show": "one: how it stands, what it answered",
        },
    )
    listing.add_argument(
        "--limit", type=int, default=_LISTED, metavar="N", help="(default: %(default)s)"
    )
    show.add_argument("id", help="as the list shows it")
    for verb in (listing, show):
        add_flags(verb, json="as the gateway's door tells it")


JOBS = Command("jobs", "runs of vendors' CLIs, how they stand and ended", "jobs.command:run", _jobs)
