"""Google's Antigravity CLI, `agy`: another command for Gemini, with flags of its own.

It could not be run by those who wrote this; its flags are those that were told of version 1.1.13.
"""

from llmgw_desktop.clis.agy.flags import FLAGS, VERSION
from llmgw_desktop.clis.agy.plan import FACTS, plan
from llmgw_desktop.clis.agy.reader import SIGN_IN, AgyReader
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.gemini.options import OPTIONS
from llmgw_desktop.domain.cli import CliName

CLI = Cli(
    name=CliName.GEMINI,
    commands=("agy",),
    facts=FACTS,
    options=OPTIONS,
    plan=plan,
    reader=AgyReader,
    sign_in=SIGN_IN,
    contract_version=VERSION,
    flags=FLAGS,
)
