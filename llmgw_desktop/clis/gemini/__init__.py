"""Google's Gemini CLI, as it was seen to be at version 0.61.0."""

from llmgw_desktop.clis.cli import Cli, ModelUse
from llmgw_desktop.clis.gemini.asking import ASKING
from llmgw_desktop.clis.gemini.flags import FLAGS, VERSION
from llmgw_desktop.clis.gemini.options import OPTIONS
from llmgw_desktop.clis.gemini.plan import FACTS, plan
from llmgw_desktop.clis.gemini.reader import SIGN_IN, GeminiReader
from llmgw_desktop.clis.gemini.retrying import RETRY_WORDS
from llmgw_desktop.clis.gemini.upstream import UPSTREAM
from llmgw_desktop.domain.cli import CliName

CLI = Cli(
    name=CliName.GEMINI,
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
)
