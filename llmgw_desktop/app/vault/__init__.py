"""Credentials: entries, where keys are found on this computer, their command."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags, add_verbs


def _vault(parser: Parser) -> None:
    """No secret is ever an argument: it is asked for, or read from stdin."""
    from llmgw_desktop.domain.provider import DEFAULT_ACCOUNT

    store, remove, _, bring, _, backup, restore, aside, clear = add_verbs(
        parser,
        {
            "set": "store a key, asked for or read from stdin",
            "rm": "remove an entry",
            "list": "all entries, without their values",
            "import": "look for keys and sign-ins on this computer, and ask about each",
            "rotate": "seal all entries under a new master key",
            "backup": "write all entries to a file, under a passphrase",
            "restore": "take all entries from such a file",
            "decrypt": "write what a database held that was damaged and set aside to a file",
            "clear": "remove all entries, also those that nothing can open any more",
        },
        shown="set|list|rm|import|rotate|backup|restore|clear",
    )
    for verb in (store, remove):
        verb.add_argument("provider", help="whose key it is, such as openai")
        verb.add_argument("name", nargs="?", default=DEFAULT_ACCOUNT, help="which one of them")
        verb.add_argument("--project", default="", help="for this project alone, not for all")
        add_flags(verb, file="a sign-in file, its content on stdin; not a key")
    add_flags(bring, yes="take all that are new, without asking")
    for verb in (backup, restore):
        verb.add_argument("file", help="the backup")
    aside.add_argument("file", help="the database that was set aside, such as flights.db.corrupt-…")
    aside.add_argument("to", help="a file that is not there yet; only you can read it")
    add_flags(clear, yes="without asking")


VAULT = Command(
    "vault",
    "credentials, encrypted on this computer",
    "vault.command:run",
    _vault,
    hears_secrets=True,
)
