"""The gateway's own pages for a browser: what goes on, and the questions that wait."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags, add_verbs


def _ui(parser: Parser) -> None:
    (opening,) = add_verbs(
        parser, {"open": "sign a browser of this computer in; needs [ui] web = true"}
    )
    add_flags(opening, print="say the address and open no browser: for a tunnel from elsewhere")


def _pocket(parser: Parser) -> None:
    pair, listing, revoke = add_verbs(
        parser,
        {
            "pair": "show a QR code for a device, and two words to compare",
            "list": "where the page is, and the devices that are paired",
            "revoke": "a device sees nothing any more, at once",
        },
    )
    pair.add_argument("name", help="what the device is called from now on")
    add_flags(listing, json="as one JSON document")
    revoke.add_argument("name", help="of the device, or its id")


POCKET = Command(
    "pocket", "phones and tablets that may answer", "gateway.web.command:pocket", _pocket
)
UI = Command(
    "ui",
    "the gateway's pages in a browser",
    "gateway.web.command:open_page",
    _ui,
    hears_secrets=True,
)
