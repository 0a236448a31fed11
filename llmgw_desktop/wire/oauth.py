"""Our own errors at the doors of OAuth, as RFC 6749 writes them (5.2)."""

import orjson

from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.oauth_errors import OauthCode, OauthError
from llmgw_desktop.wire.errors import ErrorReply, error_message, error_reply


def oauth_error(error: LlmgwError) -> ErrorReply:
    """Of a request that was not understood as one of OAuth."""
    reply = error_reply(error, None)
    code = OauthCode.INVALID_REQUEST if reply.status < 500 else OauthCode.SERVER_ERROR
    words = OauthError(code, error_message(error)).description
    headers = (*reply.headers, ("cache-control", "no-store"), ("pragma", "no-cache"))
    body = orjson.dumps({"error": str(code), "error_description": words})
    return ErrorReply(status=reply.status, body=body, headers=headers)
