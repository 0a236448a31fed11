"""Keys that look like any string of letters: known by the vendor's name beside them."""

import re
from functools import cache

from llmgw_desktop.redaction.plausible import bits_per_letter, is_form

_SHAPES = {
    r"[a-z0-9]{32}": "algolia mailjet assemblyai okta beamer kraken",
    r"[0-9a-f]{32}": (
        "datadog azure.?openai twilio auth0 fastly segment lastfm openweather(?:map)? amplitude "
        "mixpanel rollbar opsgenie cloudflare bugsnag wakatime giphy vonage nexmo honeybadger "
        "codecov trello clarifai deepai"
    ),
    r"[0-9a-f]{40}": "datadog deepgram wandb zendesk sendbird gitea mattermost pagerduty finnhub",
    r"[A-Za-z0-9]{32}": "mistral(?:ai)? yandex launchdarkly fastly azure cognitive confluent",
    r"[A-Za-z0-9]{40}": "cohere bitbucket sumologic zendesk spotify heroku cloudflare vercel",
    r"[A-Za-z0-9+/]{40}": "aws amazon s3 minio wasabi backblaze",
    r"[A-Za-z0-9+/]{86}==": "azure cosmos(?:db)? storage",
    r"[A-Za-z0-9+/]{64}": "confluent coinbase kucoin hetzner linode",
    r"[0-9a-f]{64}": "together(?:ai|\\.ai)? coinbase linode discord hetzner ethereum",
    r"[A-Za-z0-9_\-]{24}": "vercel twitch typesense finicity",
    r"[A-Za-z0-9]{20}": "fastly finnhub dropbox postmark",
    r"[a-z2-7]{52}": "azure vsts devops",
    r"[A-Za-z0-9_\-]{37,45}": "cloudflare etsy dropbox netlify",
    r"[A-Z2-7]{32}|[A-Z2-7]{16,26}": "totp otp mfa authenticator",
}
VENDORS = "|".join(sorted({name for names in _SHAPES.values() for name in names.split()}))
"""A pattern of RE2: their names."""
KEY_WORDS = r"key|token|secret|password|credential|auth|sid|pat\b|api|schl[u\xc3]"
"""Of which one stands soon behind it where a key follows."""
_IS_SECRET_NAMED = re.compile(rf"(?i){KEY_WORDS}".encode("latin-1"))


def is_vendors(before: bytes, value: bytes, is_quoted: bool) -> bool:
    """It has the shape of one of this vendor, and something says that it is a key."""
    del is_quoted
    if not _IS_SECRET_NAMED.search(before) or is_form(value):
        return False
    has_both = re.search(rb"\d", value) is not None and re.search(rb"[A-Za-z]", value) is not None
    return (
        has_both
        and bits_per_letter(value) >= 3.0
        and any(of.search(before) and shape.fullmatch(value) for of, shape in _by_vendor())
    )


@cache
def _by_vendor() -> tuple[tuple[re.Pattern[bytes], re.Pattern[bytes]], ...]:
    """Names of vendors and what their keys look like; made ready when one is first met."""
    return tuple(
        (re.compile(rb"(?i)(?:%b)" % "|".join(names.split()).encode()), re.compile(shape.encode()))
        for shape, names in _SHAPES.items()
    )
