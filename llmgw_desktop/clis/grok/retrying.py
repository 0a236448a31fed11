"""How the Grok CLI says that it asks its upstream again: as an update of its session, which it
writes into the session's folder, and tells whoever speaks with it."""

from llmgw_desktop.clis.cli import RetryWords
from llmgw_desktop.clis.failures import status_in
from llmgw_desktop.clis.json_lines import Message, message_in
from llmgw_desktop.clis.told import count_of, object_of, text_of
from llmgw_desktop.domain.cli import Retrying

_UPDATE = "_x.ai/session/update"


def read(line: bytes) -> Retrying | None:
    if b'"retry_state"' not in line:
        return None
    message = message_in(line)
    if message is None:
        return None
    return retrying(text_of(message.get("method")), object_of(message.get("params")))


def retrying(method: str, params: Message) -> Retrying | None:
    """None: the notice tells something else."""
    if method != _UPDATE:
        return None
    update = object_of(params.get("update"))
    if update.get("sessionUpdate") != "retry_state" or update.get("type") != "retrying":
        return None
    reason = text_of(update.get("reason")) or "refused"
    return Retrying(
        reason=reason, attempt=count_of(update.get("attempt")), status=status_in(reason)
    )


RETRY_WORDS = RetryWords(read=read, path=".grok/sessions/*/{session_id}/updates.jsonl")
