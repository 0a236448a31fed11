"""The settings file: read, watched, changed, told."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags, add_verbs


def _settings(parser: Parser) -> None:
    told, get, change, reset, _ = add_verbs(
        parser,
        {
            "list": "what is set, with who says so; of tables with names what stands in the file",
            "get": "one of them",
            "set": "write one into the settings file; all else in it stays as it is",
            "reset": "take one out of the file, so that its default holds",
            "schema": "JSON Schema of the settings file, for editors",
        },
    )
    for verb in (get, change, reset):
        verb.add_argument(
            "name",
            help="its table and key: http.port, clis.codex.max_running, routes.cheap.enabled",
        )
    told.add_argument("name", nargs="?", help="all of this table alone: jobs, clis.codex")
    change.add_argument("value", help="as the file has it; quotes around a text may be left out")
    for verb in (told, get):
        add_flags(verb, json="as one JSON document")


SETTINGS = Command(
    "settings", "what is set, and how it is changed", "settings.command:run", _settings
)
