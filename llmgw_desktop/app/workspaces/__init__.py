"""Folders that jobs may work in, and their worktrees."""

import argparse

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_verbs

UNSET = "unset"
"""Nothing is said there: the settings of the CLI alone hold."""


def _workspace(parser: Parser) -> None:
    add, change, _, remove = add_verbs(
        parser,
        {
            "add": "register a folder under an alias",
            "change": "change what is said of a workspace, and no more",
            "list": "all workspaces, those of the settings file too",
            "remove": "forget a workspace; its folder stays",
        },
    )
    add.add_argument("alias", help="how requests name it: a letter, then letters, digits, . _ -")
    add.add_argument("path", help="the folder")
    change.add_argument("alias", help="how requests name it")
    change.add_argument("--folder", metavar="FOLDER", help="another folder")
    for verb, default in ((add, "store_true"), (change, argparse.BooleanOptionalAction)):
        verb.add_argument(
            "--default", action=default, help="for requests that name a relative folder alone"
        )
        _add_containment(verb)
    remove.add_argument("alias", help="how requests name it")


def _add_containment(verb: Parser) -> None:
    from llmgw_desktop.domain.jobs.cli_settings import Contain, Network

    verb.add_argument(
        "--contain",
        choices=(*(each.value for each in Contain), UNSET),
        help="whether runs there are shut in; unset: as the settings of the CLI say",
    )
    verb.add_argument(
        "--network",
        choices=(*(each.value for each in Network), UNSET),
        help="what runs there reach: all, this gateway alone, nothing",
    )
    for name, what in (("readable", "read"), ("writable", "change")):
        verb.add_argument(
            f"--{name}",
            nargs="*",
            metavar="PATH",
            help=f"all that contained runs there may {what} besides; without a path: nothing",
        )


WORKSPACE = Command(
    "workspace", "folders that jobs may work in", "workspaces.command:run", _workspace
)
