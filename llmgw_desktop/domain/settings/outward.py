"""What leaves this computer besides requests, where somebody asks for it: telemetry, and a look for
a newer version."""

from llmgw_desktop.domain.setting import YesNo, setting
from llmgw_desktop.domain.settings.address_kinds import CollectorUrl, FeedAddress, PublicKey
from llmgw_desktop.domain.values import value


@value
class TelemetrySettings:
    """Where spans, metrics and logs go. Needs the extra `otel`."""

    endpoint: str = setting(
        "",
        CollectorUrl(),
        "Where an OpenTelemetry collector takes OTLP over HTTP, as in http://127.0.0.1:4318; "
        "empty: nothing is sent.",
        since="0.2.0",
    )
    content: bool = setting(
        False,
        YesNo(),
        "Whether what was asked and answered is sent, too, as it was recorded.",
        since="0.2.0",
    )


@value
class UpdateSettings:
    """Where a newer version is told of. Nobody is asked unless both are set."""

    feed: str = setting(
        "",
        FeedAddress(),
        "Where the makers of the program tell of newer versions; empty: nobody is asked.",
        since="0.2.0",
    )
    key: str = setting(
        "",
        PublicKey(),
        "The public key that the feed is signed by: Ed25519, its 32 bytes in Base64.",
        since="0.2.0",
    )
    daily: bool = setting(
        False,
        YesNo(),
        "Ask once a day while a window is open, and tell there of a newer version; nothing is"
        " installed.",
        since="0.2.0",
    )
