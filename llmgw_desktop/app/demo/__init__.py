"""`llmgw demo`: a throw-away gateway that plays live, so that somebody can look before trusting it
with anything. Nothing of the person's is read or touched."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags


def _demo(parser: Parser) -> None:
    add_flags(
        parser,
        headless="without a window: tells what happens, and the base URL",
        once="one round, told without a window; then it ends",
    )


DEMO = Command(
    "demo",
    "a throw-away gateway that plays live with practice providers; nothing of yours is touched",
    arguments=_demo,
    only_looks=True,
)
BAND = "This is a demo"
BAND_WHY = (
    "Providers, programs and agents are played by this computer, nothing is sent anywhere, and all "
    "of it is gone when you quit. Questions that you do not answer are denied after a while."
)
