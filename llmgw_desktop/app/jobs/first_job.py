"""What stands where no job has run yet: how the first one is started."""

from collections.abc import Mapping, Sequence

from llmgw_desktop.app.flights.copies import SHELLS, CurlRequest, Shell, curl_command
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.values import value


@value
class FirstJob:
    """`command` is empty where there is none to give yet."""

    words: str
    command: str = ""
    wants_cli: bool = False
    """None is there that could be asked; Providers says how each is installed and signed in."""


def first_job(
    base_urls: Mapping[str, str],
    key_file: str,
    ready: Sequence[str],
    shell: Shell = SHELLS[0],
) -> FirstJob:
    """`ready`: the CLIs that can be asked, by their names."""
    if not base_urls:
        return FirstJob(words="The gateway is not running. A command will stand here when it is.")
    if not ready:
        *first, last = CliName
        return FirstJob(
            words=f"Install one of the CLIs that the gateway can run ({', '.join(first)} "
            f"or {last}), sign in with it, and look here again.",
            wants_cli=True,
        )
    body = f'{{"cli":"{ready[0]}","prompt":"Say hello."}}'
    asked = CurlRequest(
        url=f"{base_urls['OpenAI']}/jobs",
        key_header="Authorization: Bearer",
        key_file=key_file,
        body=body,
    )
    return FirstJob(
        words="Each run of a vendor's CLI is listed here and goes on when this app is closed. "
        "Start one here (Ctrl+N), or paste this into a terminal:",
        command=curl_command(asked, shell),
    )
