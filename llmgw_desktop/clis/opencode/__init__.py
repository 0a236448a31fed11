"""opencode, as it was seen to be at version 1.18.33."""

from llmgw_desktop.clis.cli import Cli, ModelUse
from llmgw_desktop.clis.opencode.asking import ASKING
from llmgw_desktop.clis.opencode.flags import FLAGS, HELPS, VERSION
from llmgw_desktop.clis.opencode.options import OPTIONS
from llmgw_desktop.clis.opencode.plan import FACTS, plan
from llmgw_desktop.clis.opencode.reader import SIGN_IN, OpencodeReader
from llmgw_desktop.clis.opencode.retrying import RETRY_WORDS
from llmgw_desktop.domain.cli import CliName

CLI = Cli(
    name=CliName.OPENCODE,
    commands=("opencode",),
    facts=FACTS,
    options=OPTIONS,
    plan=plan,
    reader=OpencodeReader,
    sign_in=SIGN_IN,
    contract_version=VERSION,
    flags=FLAGS,
    asking=ASKING,
    retry_words=RETRY_WORDS,
    helps=HELPS,
    # Reads within its folder, which is empty; nothing else.
    model_use=ModelUse(options={"permissionMode": "default"}),
)
