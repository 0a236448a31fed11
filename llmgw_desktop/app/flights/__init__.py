"""Flights: recorded, found, shown in words, copied, summed up."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags, add_verbs

_LISTED, _EXPORTED = 20, 1_000
_BY = (
    *("client", "model", "provider", "account", "project", "label"),
    *("job", "session", "conversation", "agent", "day"),
)
_FORMS = ("har", "jsonl", "curl", "python", "html")


def _flights(parser: Parser) -> None:
    listing, show, why, diff, replay, mark, unmark, tail, *others = add_verbs(
        parser,
        {
            "list": "the newest that a filter asks for",
            "show": "one of them: its figures, where they come from, its way",
            "why": "why the prompt of one did not come from its vendor's cache, and what that cost",
            "diff": "what differs between two: request, answer, figures",
            "replay": "one of them asked again, as it was or changed; tools are not run",
            "mark": "keep one until it is unmarked, with a note",
            "unmark": "take its mark away: it is kept as long as others",
            "tail": "each as it ends, from now on",
            "export": "those that a filter asks for, as a file for other programs and people",
            "import": "those of such a file, or of an HTTP archive, as a set by itself to be read",
            "cost": "what they cost, by model, client, project or day",
            "latency": "how long they took, by provider and model",
            "prune": "flights that are too old only if the clock is right: tell, or delete them",
        },
    )
    export, take, cost, latency, prune = others
    listing.add_argument(
        "filter", nargs="*", help="what they are like, as in 'model:claude* cost>0.05 since:2h'"
    )
    listing.add_argument(
        "--limit", type=int, default=_LISTED, metavar="N", help="(default: %(default)s)"
    )
    add_flags(listing, fields="what can be filtered by", json="as GET /v1/flights tells it")
    show.add_argument("id", help="as x-llmgw-flight names it in an answer, or the Flights page")
    add_flags(show, json="as GET /v1/flights/ID tells it")
    diff.add_argument("id", help="the first")
    diff.add_argument("other", help="the second")
    add_flags(diff, json="as GET /v1/flights/A/diff/B tells it")
    _replay(replay)
    for each in (mark, unmark):
        each.add_argument("id", help="as x-llmgw-flight names it in an answer, or the Flights page")
    mark.add_argument("--note", default="", metavar="TEXT", help="why; found by 'note:TEXT'")
    tail.add_argument("filter", nargs="*", help="as in 'list'")
    add_flags(tail, json="as GET /v1/flights/events tells them, one to a line")
    _export(export)
    _import(take)
    for each in (listing, tail, export, cost, latency):
        each.add_argument(
            "--saved", default="", metavar="NAME", help="a filter that the window keeps, and these"
        )
    for each in (listing, show, export):
        each.add_argument("--in", dest="among", default="", metavar="SET", help="an imported one")
    _sums(cost, latency)
    why.add_argument("id", help="as x-llmgw-flight names it in an answer, or the Flights page")
    add_flags(why, json="as GET /v1/flights/ID/cache tells it")
    add_flags(prune, yes="the clock is right; delete them")


def _replay(parser: Parser) -> None:
    parser.add_argument("id", help="the flight whose request is asked again")
    parser.add_argument(
        "--model", action="append", metavar="NAME", help="another model; once for each"
    )
    parser.add_argument(
        "--times", type=int, default=1, metavar="N", help="of each model (default: %(default)s)"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a member of the request, as in temperature=0; null takes one away",
    )
    parser.add_argument("--message", metavar="TEXT", help="what the user says last instead")
    flags = {
        "ask_secret": "ask for the secret that was removed from the record",
        "keep_marks": "send the marks in the places of removed secrets",
        "dry_run": "tell route and estimate; ask nobody",
        "json": "as POST /v1/flights/ID/replay tells it",
    }
    add_flags(parser, **flags)


def _export(parser: Parser) -> None:
    parser.add_argument("output", metavar="FILE", help="its ending says the form")
    parser.add_argument("filter", nargs="*", help="as in 'list'")
    parser.add_argument(
        "--format", dest="form", choices=_FORMS, help="(default: by the file's ending)"
    )
    parser.add_argument("--id", action="append", metavar="ID", help="this flight, no filter")
    parser.add_argument(
        "--limit", type=int, default=_EXPORTED, metavar="N", help="(default: %(default)s)"
    )


def _import(parser: Parser) -> None:
    parser.add_argument("file", nargs="?", help="JSON lines or HAR; without one: the sets")
    parser.add_argument("--as", dest="name", metavar="SET", help="(default: by the file's name)")


def _sums(cost: Parser, latency: Parser) -> None:
    cost.add_argument(
        "--by",
        default="model",
        choices=_BY,
        help="(default: %(default)s)",
    )
    for each in (cost, latency):
        each.add_argument("filter", nargs="*", help="as in 'list'")
        each.add_argument("--since", default="", metavar="WHEN", help="as in 30d, 2h, 2026-11-01")
    add_flags(cost, csv="for a spreadsheet", json="as GET /v1/flights/sums tells it")
    add_flags(latency, json="as GET /v1/flights/latency tells it")


FLIGHTS = Command(
    "flights", "requests that were made, and their figures", "flights.command:run", _flights
)
