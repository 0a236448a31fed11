"""Google's Gemini CLI, as it was seen to be at version 0.61.0."""

from llmgw_desktop.clis.cli import Cli, ModelUse, Packaging, ReviewUse
from llmgw_desktop.clis.gemini.contract import FLAGS, OPTIONS, RIGHTS, SUBCOMMANDS, VERSION
from llmgw_desktop.clis.gemini.plan import ASKING, FACTS, SERVERS, UPSTREAM, plan
from llmgw_desktop.clis.gemini.reader import RETRY_WORDS, SIGN_IN, GeminiReader
from llmgw_desktop.domain.cli import CliName

CLI = Cli(
    name=CliName.GEMINI,
    title="Gemini CLI",
    vendor="google",
    packaging=Packaging(npm="@google/gemini-cli"),
    variables=("GEMINI_", "GOOGLE_", "ANTIGRAVITY_"),
    places=(".gemini/", ".antigravity/"),
    rights=RIGHTS,
    commands=("gemini",),
    facts=FACTS,
    options=OPTIONS,
    plan=plan,
    reader=GeminiReader,
    sign_in=SIGN_IN,
    contract_version=VERSION,
    flags=FLAGS,
    asking=ASKING,
    upstream=UPSTREAM,
    retry_words=RETRY_WORDS,
    # It reads what stands behind an `@` within the working folder alone, and there is nothing.
    model_use=ModelUse(options={"noTools": True}, system="systemPrompt"),
    skills=(".gemini/skills", ".agents/skills"),
    servers=SERVERS,
    review=ReviewUse(options={"approvalMode": "plan"}),
    other_commands=("agy",),
    subcommands=SUBCOMMANDS,
)
