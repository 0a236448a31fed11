"""Google's Antigravity CLI, `agy`: another command for Gemini, with flags of its own.

It could not be run by those who wrote this; its flags are those that were told of version 1.1.13.
"""

from llmgw_desktop.clis.agy.plan import FACTS, FLAGS, SIGN_IN, VERSION, AgyReader, plan
from llmgw_desktop.clis.cli import Cli, Packaging, ReviewUse
from llmgw_desktop.clis.gemini.contract import OPTIONS, RIGHTS
from llmgw_desktop.domain.cli import CliName

CLI = Cli(
    name=CliName.GEMINI,
    title="Gemini CLI",
    vendor="google",
    packaging=Packaging(update=("update",)),
    variables=("GEMINI_", "GOOGLE_", "ANTIGRAVITY_"),
    places=(".gemini/", ".antigravity/"),
    rights=RIGHTS,
    commands=("agy",),
    facts=FACTS,
    options=OPTIONS,
    plan=plan,
    reader=AgyReader,
    sign_in=SIGN_IN,
    contract_version=VERSION,
    flags=FLAGS,
    skills=(".gemini/skills", ".agents/skills"),
    review=ReviewUse(options={"approvalMode": "plan"}),
)
