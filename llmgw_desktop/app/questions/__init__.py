"""Questions that wait for a person: programs to let in, agents that ask, requests that are held."""

from llmgw_desktop.app.command_line.command_line import (
    Command,
    Parser,
    add_flags,
    add_verbs,
    count,
)


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
    add_flags(
        allow,
        for_job="and the same again in this job, unasked",
        always="and by a rule whatever is like it, from now on; `llmgw rules` shows it",
    )
    allow.add_argument(
        "--pattern",
        default="",
        metavar="PATTERN",
        help="of that rule, in place of the one that the list shows",
    )
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


def _held(parser: Parser) -> None:
    listing, answer, refuse = add_verbs(
        parser,
        {
            "list": "requests that are held, with what can be chosen",
            "answer": "let one on, by what is chosen",
            "refuse": "refuse one; its caller is told so",
        },
    )
    add_flags(
        listing,
        json="as one JSON document",
        wait="where nothing is held, until something is",
    )
    for verb in (answer, refuse):
        verb.add_argument("id", help="of the question, as the list shows it")
    answer.add_argument("choice", help="one of those that the list shows, such as go_on")


HELD = Command(
    "held",
    "requests that wait for a person, and answers",
    "questions.commands:held",
    _held,
)


def _questions(parser: Parser) -> None:
    from llmgw_desktop.domain.access.consent import ConsentTerm
    from llmgw_desktop.domain.access.principal import Scope

    listing, answer = add_verbs(
        parser,
        {
            "list": "all that waits for you, what is lost first at the top",
            "answer": "decide one, or several of one group",
        },
    )
    add_flags(
        listing, json="as one JSON document", wait="where nothing waits, until something does"
    )
    answer.add_argument(
        "id", nargs="?", default="", help="as the list shows it; the first if left out"
    )
    answer.add_argument(
        "choice", nargs="?", default="", help="one that it offers, such as once; asked if left out"
    )
    answer.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="ID",
        help="another that gets the same answer",
    )
    answer.add_argument("--note", default="", metavar="TEXT", help="what an agent is told")
    answer.add_argument(
        "--scope",
        action="append",
        default=[],
        choices=[str(scope) for scope in Scope],
        metavar="SCOPE",
        help="what a program that is let in may, of what it asks for",
    )
    answer.add_argument(
        "--for", dest="term", choices=[str(term) for term in ConsentTerm], help="for how long"
    )
    add_flags(
        answer,
        json="as one JSON document",
        wait="one after the other as they come, until it is interrupted",
    )


QUESTIONS = Command(
    "questions",
    "all that waits for you, and answers",
    "questions.list_command:run",
    _questions,
)


def _hook(parser: Parser) -> None:
    parser.add_argument("cli", metavar="CLI", help="whose hook it is, such as claude")


HOOK = Command(
    "hook",
    "what a CLI in a terminal runs before it acts; `llmgw connect --rules` sets it up",
    "command_line.hook_command:run",
    _hook,
    only_looks=True,
)


def _tools(parser: Parser) -> None:
    listing, show, approve, hide, add, remove, sign_in, sign_out = add_verbs(
        parser,
        {
            "list": "the servers with their tools, and what is held back",
            "show": "one tool whole; of a changed one, what is otherwise",
            "approve": "offer a tool as it is now",
            "hide": "do not offer it",
            "add": "set up a server that a server.json describes; you see what it would run first",
            "remove": "take a server out of the settings, with its entries in the vault",
            "sign-in": "at a server that lets nobody in who is not: your browser opens",
            "sign-out": "give a sign-in back, and forget it",
        },
    )
    for verb in (remove, sign_in, sign_out):
        verb.add_argument("tool", metavar="SERVER", help="as the settings call it")
    _add_server(add)
    for verb in (add, remove):
        add_flags(verb, yes="do not ask first")
    add_flags(sign_in, print="the address instead of opening a browser")
    sign_in.add_argument(
        "--answer",
        default="",
        metavar="ADDRESS",
        help="where a browser on another computer was sent at last and found nothing",
    )
    for verb in (show, approve, hide):
        verb.add_argument("tool", metavar="SERVER/TOOL", help="as the list shows it")
    for verb in (listing, show):
        add_flags(verb, json="as one JSON document")


def _add_server(add: Parser) -> None:
    add.add_argument("at", metavar="FILE|URL", help="of the server.json")
    add.add_argument("--name", default="", help="as the settings shall call it")
    add.add_argument(
        "--way", type=count, default=0, metavar="N", help="which of its packages and addresses"
    )
    add.add_argument(
        "--set",
        dest="answers",
        action="append",
        default=[],
        metavar="NAME=TEXT",
        help="what the server is told; twice for two. Secrets are asked for, or named as"
        " '${vault:PROVIDER/NAME}'",
    )
    add.add_argument(
        "--hash", default="", metavar="SHA256", help="take the file only if it hashes to this"
    )
    add_flags(add, dry_run="say what would be set up, and change nothing")


TOOLS = Command(
    "tools",
    "tools of other MCP servers behind the gateway, and your word on them",
    "safekeeping.importing.add_command:run",
    _tools,
    hears_secrets=True,
)

RULE_OPTIONS = {
    "kinds": "kind",
    "commands": "command",
    "paths": "path",
    "hosts": "host",
    "tools": "tool",
    "clis": "cli",
    "clients": "client",
    "workspaces": "workspace",
    "env": "env",
}
"""Keys of a rule, by what is said once for each of their texts."""
_RULE_WORDS = {
    "kinds": ("KIND", "command, write, read, fetch, mcp or other; told by the rest if left out"),
    "commands": ("PATTERN", "such as 'git log *'"),
    "paths": ("PATTERN", "such as 'src/**', from the workspace on"),
    "hosts": ("PATTERN", "such as '*.example.org'"),
    "tools": ("PATTERN", "an MCP tool, as server/tool"),
    "clis": ("CLI", "runs of this CLI alone"),
    "clients": ("NAME", "jobs of this client alone"),
    "workspaces": ("ALIAS", "in this workspace alone"),
    "env": ("NAME", "a variable that an allowed command may set"),
}


def _rules(parser: Parser) -> None:
    listing, add, remove, test, why = add_verbs(
        parser,
        {
            "list": "all rules, in the order of the settings file",
            "add": "a new rule",
            "remove": "take a rule away",
            "test": "what would become of a command, a file, an address or a tool",
            "why": "the same, with what was read in the command and all rules",
        },
    )
    add_flags(listing, json="as one JSON document")
    for verb in (add, remove):
        verb.add_argument("name", help="of the rule")
    actions = add.add_mutually_exclusive_group(required=True)
    for action in ("allow", "ask", "deny"):
        actions.add_argument(
            f"--{action}",
            dest="action",
            action="store_const",
            const=action,
            help=f"{action} what it is about",
        )
    for key, (metavar, words) in _RULE_WORDS.items():
        add.add_argument(
            f"--{RULE_OPTIONS[key]}",
            dest=key,
            action="append",
            default=[],
            metavar=metavar,
            help=f"{words}; more than once for more",
        )
    add.add_argument("--hours", default="", metavar="TIMES", help="such as 08:00-18:00")
    add.add_argument("--note", default="", metavar="TEXT", help="told to the agent with a denial")
    for verb in (test, why):
        _add_wish(verb)
    add_flags(test, json="as one JSON document")


def _add_wish(parser: Parser) -> None:
    from llmgw_desktop.clis.registry import NAMES

    parser.add_argument("text", nargs="?", default="", metavar="COMMAND", help="in one word")
    parser.add_argument("--path", default="", metavar="FILE", help="a file that is changed")
    parser.add_argument("--url", default="", metavar="ADDRESS", help="an address that is fetched")
    parser.add_argument("--tool", default="", metavar="SERVER/TOOL", help="an MCP tool")
    parser.add_argument("--workspace", default="", metavar="ALIAS", help="where the job works")
    parser.add_argument("--folder", default="", metavar="FOLDER", help="where; here if left out")
    parser.add_argument(
        "--cli", default=str(NAMES[0]), choices=[str(each) for each in NAMES], help="whose"
    )
    parser.add_argument("--client", default="local", metavar="NAME", help="whose job")


RULES = Command(
    "rules",
    "what agents may do, once for all of them",
    "questions.rules_command:run",
    _rules,
)
