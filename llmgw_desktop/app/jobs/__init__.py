"""Jobs of vendors' CLIs: lists, output, words, and what runs are joined of."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags, add_verbs

_LISTED = 20


def _jobs(parser: Parser) -> None:
    listing, show, go_on, stop, move, changes, undo = add_verbs(
        parser,
        {
            "list": "the newest of yours; other clients' are in the window",
            "show": "one: how it stands, what it answered",
            "go-on": "one that waits for its vendor's limit may go on when that is over",
            "stop": "end one with all that it started",
            "move": "hand one over: another CLI, account or model goes on with it",
            "changes": "what one changed, by file",
            "undo": "take back what one changed, whole or by file",
        },
    )
    listing.add_argument(
        "--limit", type=int, default=_LISTED, metavar="N", help="(default: %(default)s)"
    )
    for verb in (show, go_on, stop, changes, undo):
        verb.add_argument("id", help="as the list shows it")
    move.add_argument(
        "id", help="as the list shows it, or a flight's: the conversation that it is of goes over"
    )
    add_flags(go_on, now="at once, whatever its vendor said")
    move.add_argument("--to", required=True, metavar="CLI", help="who goes on")
    move.add_argument("--model", default="", metavar="M", help="left out, the CLI chooses")
    move.add_argument(
        "--account", metavar="PROJECT", help="whose sign-in of the vault is used; left out, as now"
    )
    move.add_argument("--text", metavar="FILE", help="what it is told instead; - for stdin")
    add_flags(
        move,
        show="what that one would be told, and nothing else; so it is without --yes",
        stop="end one that runs first",
        yes="ask that one so",
    )
    add_flags(changes, diff="every line, as a patch")
    undo.add_argument("files", nargs="*", metavar="FILE", help="as `changes` shows it; all if none")
    add_flags(undo, force="also what was changed since by somebody else, which is lost then")
    for verb in (listing, show, go_on, stop, move, changes, undo):
        add_flags(verb, json="as the gateway's door tells it")


JOBS = Command("jobs", "runs of vendors' CLIs, how they stand and ended", "jobs.command:run", _jobs)
