"""The words of `llmgw approvals` on the command line."""

import argparse


def add_approvals(approvals: argparse.ArgumentParser) -> None:
    verbs = approvals.add_subparsers(dest="verb", required=True, metavar="list|allow|deny|stop")
    listing = verbs.add_parser("list", help="what agents ask now, in full")
    listing.add_argument("--json", action="store_true", help="as one JSON document")
    listing.add_argument(
        "--wait", action="store_true", help="where nothing waits, until something does"
    )
    allow = verbs.add_parser("allow", help="let an agent do what it asks")
    deny = verbs.add_parser("deny", help="do not let it; it goes on without")
    stop = verbs.add_parser("stop", help="do not let it, and end its job")
    for verb in (allow, deny, stop):
        verb.add_argument("id", help="of the question, as the list shows it")
    allow.add_argument(
        "--for-job", action="store_true", help="and the same again in this job, unasked"
    )
    deny.add_argument("--note", default="", metavar="TEXT", help="what the agent is told")
