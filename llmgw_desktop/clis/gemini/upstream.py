"""Whom Gemini CLI asks for its models: what its `.env` says yields to the environment."""

from llmgw_desktop.clis.cli import ModelUpstream

_URL = "GOOGLE_GEMINI_BASE_URL"


def _url_in(settings: bytes) -> str:
    for line in settings.decode(errors="replace").splitlines():
        name, _, value = line.strip().removeprefix("export ").partition("=")
        if name.strip() == _URL:
            return value.strip().strip("\"'")
    return ""


UPSTREAM = ModelUpstream(
    url=_URL, key="GEMINI_API_KEY", settings_file=".gemini/.env", url_in=_url_in
)
