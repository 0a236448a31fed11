"""Questions that wait for a person: programs to let in, agents that ask."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags, add_verbs


def _consent(parser: Parser) -> None:
    from llmgw_desktop.domain.access.consent import ConsentTerm
    from llmgw_desktop.domain.access.principal import Scope

    listing, allow, deny = add_verbs(
        parser,
        {
            "list": "those that wait; for two minutes after it others are kept waiting, too",
            "allow": "let one in",
            "deny": "refuse one",
        },
    )
    add_flags(listing, wait="until there is one")
    for verb in (allow, deny):
        verb.add_argument("id", help="as the list shows it")
    allow.add_argument(
        "--scope",
        action="append",
        default=[],
        choices=[str(scope) for scope in Scope],
        metavar="SCOPE",
        help="what it may, of what it asks for; left out, all of it that is not risky",
    )
    allow.add_argument(
        "--for",
        dest="term",
        default=str(ConsentTerm.EIGHT_HOURS),
        choices=[str(term) for term in ConsentTerm],
        help="for how long (default: %(default)s); program: until the program ends",
    )


def _approvals(parser: Parser) -> None:
    listing, allow, deny, stop = add_verbs(
        parser,
        {
            "list": "what agents ask now, in full",
            "allow": "let an agent do what it asks",
            "deny": "do not let it; it goes on without",
            "stop": "do not let it, and end its job",
        },
    )
    add_flags(
        listing, json="as one JSON document", wait="where nothing waits, until something does"
    )
    for verb in (allow, deny, stop):
        verb.add_argument("id", help="of the question, as the list shows it")
    add_flags(allow, for_job="and the same again in this job, unasked")
    deny.add_argument("--note", default="", metavar="TEXT", help="what the agent is told")


CONSENT = Command(
    "consent", "programs that wait to be let in", "questions.commands:consent", _consent
)
APPROVALS = Command(
    "approvals",
    "what agents that run ask, and answers",
    "questions.commands:approvals",
    _approvals,
)
