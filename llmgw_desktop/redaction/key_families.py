"""Secrets that are known by their own looks: the keys of vendors, by family, and private keys."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from llmgw_desktop.domain.values import value
from llmgw_desktop.redaction.views import compiled, holds, place_of

WORD = r"[A-Za-z0-9_\-]"
"""What base64url is made of."""
ALNUM = r"[A-Za-z0-9]"
HEX = r"[0-9a-f]"
_TIMES = re.compile(r"\{(\d+)(?:,\d*)?\}")
_ENOUGH = 8
_SHORT_HEAD = re.compile(r"(?:[a-z0-9]{2,3}|a\[ks\]|\(\?:pa\|al\))[_\-]\[")
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


@value(kw_only=False)
class Family:
    """`pattern` is RE2's and ASCII, and says all of the secret. What stands before it may be no
    letter or digit."""

    name: str
    pattern: str
    mark: str = ""
    """A short pattern of its own that stands in each, of those that begin with any letters: many
    beginnings at once would take a pattern many states."""

    @property
    def is_short_headed(self) -> bool:
        """Words may begin so: `sk-fading-circle`."""
        return _SHORT_HEAD.match(self.pattern) is not None

    @property
    def clue(self) -> str:
        """A short pattern that fits where this one begins: short ones are made ready quickly."""
        for times in _TIMES.finditer(self.pattern):
            begins = times.start()
            is_apart = self.pattern.count("(", 0, begins) == self.pattern.count(")", 0, begins)
            if int(times[1]) >= _ENOUGH and is_apart and begins > 2:
                return f"{self.pattern[:begins]}{{{_ENOUGH}}}"
        return self.pattern


def table(rows: str) -> tuple[Family, ...]:
    """Lines of a name, two blanks or more, and a pattern with {W}, {A}, {H} and {UUID} in it; and,
    of some, a mark."""
    families = []
    for row in rows.strip().splitlines():
        name, *patterns = re.split(r" {2,}", row.strip())
        families.append(Family(name, *map(_spelled, patterns)))
    return tuple(families)


def _spelled(pattern: str) -> str:
    for mark, letters in (("{W}", WORD), ("{A}", ALNUM), ("{H}", HEX), ("{UUID}", UUID)):
        pattern = pattern.replace(mark, letters)
    return pattern


AI_KEYS = table(
    r"""
    our own client key                llmgw-{W}{32,}
    Anthropic API key                 sk-ant-(?:api|admin|oat|ort|sid)[0-9]{2}-{W}{16,}
    OpenAI project key                sk-(?:proj|svcacct|admin|None)-{W}{16,}
    OpenRouter key                    sk-or-v1-{H}{32,}
    Langfuse secret key               sk-lf-{UUID}
    Helicone key                      sk-helicone-{W}{16,}
    key that begins with sk-          sk-{W}{16,}
    Groq key                          gsk_{A}{32,}
    xAI key                           xai-{A}{32,}
    Hugging Face token                (?:hf_|api_org_){A}{30,}
    Replicate token                   r8_{A}{32,}
    Perplexity key                    pplx-{A}{32,}
    Together key                      tgp_v1_{W}{30,}
    Fireworks key                     fw_{A}{22,32}\b
    Cerebras key                      csk-{A}{32,}
    NVIDIA key                        nvapi-{W}{40,}
    ElevenLabs key                    sk_{H}{48}\b
    Google API key                    AIza{W}{35}
    Google AI key                     AQ\.Ab{W}{30,}
    Google OAuth access token         ya29\.[A-Za-z0-9_\-.]{20,}
    Google OAuth refresh token        1//0{W}{40,}
    Google OAuth client secret        GOCSPX-{W}{24,}
    LangSmith key                     lsv2_(?:pt|sk)_{H}{32}_{H}{6,}
    Pinecone key                      pcsk_{W}{30,}
    Tavily key                        tvly-{W}{20,}
    Jina key                          jina_{W}{40,}
    Voyage key                        (?:pa|al)-{W}{40,}
    Firecrawl key                     fc-{H}{32}\b
    Anyscale key                      esecret_{A}{20,}
    RunPod key                        rpa_{A}{30,}
    Weights & Biases key              wandb_v1_{W}{30,}
    Scale AI key                      (?:live|test)_{H}{32}\b
    Modal token                       a[ks]-{A}{22}\b
    Amazon Bedrock key                ABSK[A-Za-z0-9+/]{80,}={0,2}
    Amazon Bedrock short key          bedrock-api-key-[A-Za-z0-9+/=\-]{30,}
    E2B key                           e2b_{H}{40}\b
    Composio key                      ak_[A-Za-z0-9_\-]{20}\b
    Databricks token                  dapi{H}{32}(?:-[0-9])?
    """
)


CLOUD_KEYS = table(
    r"""
    AWS access key id                 (?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}\b
    Azure client secret               [A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.\-]{31,34}  [0-9]Q~[A-Za-z0-9_~.\-]{8}
    Azure DevOps token                {A}{76}AZDO{A}{4}\b  AZDO{A}{4}\b
    Alibaba access key id             LTAI{A}{17,21}\b
    Tencent secret id                 AKID{A}{32}\b
    Yandex API key                    AQVN{W}{35,38}\b
    Yandex IAM token                  t1\.[A-Z0-9a-z_\-]+={0,2}\.[A-Z0-9a-z_\-]{86}={0,2}
    DigitalOcean token                do[opr]_v1_{H}{64}\b
    Cloudflare origin CA key          v1\.0-{H}{24}-{H}{146}\b
    Heroku key                        HRKU-{W}{30,}
    Fly.io token                      fo1_{W}{43}
    Fly.io macaroon                   fm[12][ar]?_[A-Za-z0-9+/]{100,}={0,3}
    Netlify token                     nfp_{A}{36}
    Render key                        rnd_{A}{28,}
    Vercel token                      vc[pkair]_{A}{24,}
    Supabase token                    sbp_{H}{40}
    Supabase secret key               sb_secret_{W}{20,}
    PlanetScale token                 pscale_(?:tkn|pw|oauth|app_secret)_[A-Za-z0-9_.\-]{30,}
    Neon key                          n(?:api|pg)_{A}{12,}
    MongoDB Atlas service secret      mdb_sa_sk_{W}{30,}
    Aiven password                    AVNS_{W}{19}
    Doppler token                     dp\.(?:ct|pt|st|sa|scim|audit)\.[A-Za-z0-9_.\-]{40,}
    HashiCorp Vault token             hv[sbr]\.{W}{24,}
    Terraform Cloud token             {A}{14}\.atlasv1\.{W}{60,70}  \.atlasv1\.
    Pulumi token                      pul-{H}{40}\b
    1Password service token           ops_eyJ[A-Za-z0-9+/_\-]{100,}={0,3}
    1Password secret key              A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}
    Infisical token                   st\.{H}{24}\.{H}{32}\.{H}{32}
    age secret key                    AGE-SECRET-KEY-1[0-9A-Z]{58}
    OpenShift token                   sha256~{W}{43}
    Scalingo token                    tk-us-{W}{48}
    Tailscale key                     tskey-[a-z]{2,12}-{W}{10,}(?:-{W}{10,})?
    Dynatrace token                   dt0[a-z][0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}
    Cloudinary address                cloudinary://[0-9]{10,}:{W}{20,}@
    Upstash token                     A[A-Z][A-Za-z0-9]{2}(?:ASQ|AAI)gM{A}{30,}={0,2}
    Elastic Cloud key                 essu_{A}{40,}={0,2}
    Grafana service account token     glsa_{A}{32}_{H}{8}
    Grafana Cloud token               glc_[A-Za-z0-9+/]{32,400}={0,3}
    Harness token                     (?:pat|sat)\.{W}{22}\.{H}{24}\.{A}{20}
    MaxMind licence key               {A}{6}_{A}{29}_mmk\b  _mmk\b
    Akamai client secret              akab-{A}{16}-{A}{16}
    """
)


CODE_KEYS = table(
    r"""
    GitHub fine-grained token         github_pat_[A-Za-z0-9_]{22,}
    GitHub token                      gh[pousr]_{A}{36,}
    GitLab token                      gl(?:pat|dt|ptt|ft|soat|agent|oas|imt|ffct)-{W}{20,}
    GitLab CI job token               glcbt-{A}{1,5}_{W}{20}
    GitLab runner token               (?:glrt-|GR1348941){W}{20,}
    Atlassian API token               ATATT3[A-Za-z0-9_\-=]{60,}
    Bitbucket token                   ATBB{A}{28,}
    Atlassian connect token           ATCTT3[A-Za-z0-9_\-=]{60,}
    Sourcegraph token                 sgp_(?:{H}{16}_|local_)?{H}{40}\b
    CircleCI token                    CCI(?:PAT|PRJ)_{A}{20,}_{H}{40}
    Buildkite token                   bk[a-z]{2,3}_{H}{40}
    npm token                         npm_{A}{36}
    PyPI token                        pypi-AgE[A-Za-z0-9]{W}{50,}
    RubyGems key                      rubygems_{H}{48}
    crates.io token                   cio{A}{32}\b
    NuGet key                         oy2[a-z0-9]{43}\b
    Clojars token                     CLOJARS_{H}{60}
    Docker Hub token                  dckr_[po]at_{W}{20,}
    JFrog key                         AKCp{A}{60,}
    JFrog reference token             cmVmd{A}{59}\b
    SonarQube token                   sq[apu]_{H}{40}
    Snyk token                        snyk_(?:uat|sat)\.{H}{8}(?:\.{W}{6,}){1,4}
    Postman key                       PMAK-{H}{24}-{H}{34}
    Figma token                       fig[dour]_{W}{36,}
    Linear token                      lin_(?:api|oauth)_{A}{32,}
    Notion secret                     (?:secret_{A}{43}|ntn_{A}{40,})\b
    Airtable token                    pat{A}{14}\.{H}{64}
    Asana token                       [12]/[0-9]{12,}(?:/[0-9]{12,})?:{H}{32}\b
    Trello token                      ATTA{H}{60,}
    ClickUp token                     pk_[0-9]{6,}_[A-Z0-9]{32}
    Prefect key                       pn[ub]_{A}{36}
    Readme key                        rdme_[a-z0-9]{70}
    Sentry organisation token         sntrys_eyJ[A-Za-z0-9+/=_]{80,}
    Sentry user token                 sntryu_{H}{64}
    New Relic key                     NRAK-[A-Z0-9]{27}
    New Relic insert key              NRI[IQ]-{W}{32}
    New Relic browser key             NRJS-{H}{19}
    Honeycomb key                     hc[abx]ik_{A}{32,}
    LaunchDarkly key                  (?:sdk|mob|api)-{UUID}
    PostHog key                       ph[cxs]_{A}{40,}
    Mapbox token                      [sp]k\.eyJ[A-Za-z0-9]{50,}\.{A}{20,}
    Contentful token                  CFPAT-{W}{43}
    Frame.io token                    fio-u-{W}{64}
    Typeform token                    tfp_[A-Za-z0-9_\-.=]{59}
    Adafruit key                      aio_{A}{28}\b
    Adobe client secret               [ps]8e-{H}{32}\b
    Defined Networking token          dnkey-[A-Za-z0-9=_\-]{26}-[A-Za-z0-9=_\-]{52}
    Settlemint token                  sm_(?:aat|pat|sat)_{A}{16}\b
    Depot token                       depot_(?:org|project|user)_{H}{64}
    Unkey root key                    unkey_{A}{20,}
    Authress key                      (?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\.[a-z0-9]{4,6}\.acc[_\-][a-z0-9\-]{10,32}\.[A-Za-z0-9+/_=\-]{30,120}
    """
)


SERVICE_KEYS = table(
    r"""
    Slack token                       xox[abeprs](?:\.xox[a-z])?-[A-Za-z0-9\-]{10,}
    Slack app token                   xapp-[0-9]-[A-Z0-9]{6,}-[0-9]{6,}-[A-Za-z0-9]{16,}
    Slack webhook                     hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,}
    Discord bot token                 [MNO]{A}{23,27}\.{W}{6}\.{W}{27,38}  \.{W}{6}\.{W}{27}
    Discord webhook                   discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/[0-9]{15,}/{W}{40,}
    Teams webhook                     webhook\.office\.com/webhookb2/{UUID}@{UUID}/IncomingWebhook/{A}{32}/{UUID}
    Teams workflow address            logic\.azure\.com(?::443)?/workflows/[^\s"'\\<>]{20,}&sig={W}{20,}
    Google Chat webhook               chat\.googleapis\.com/v1/spaces/{W}+/messages\?key={W}{20,}&token=[A-Za-z0-9_\-%]{20,}
    Telegram bot token                [0-9]{8,10}:AA{W}{33}  [0-9]:AA{W}{8}
    Twitch token                      oauth:[a-z0-9]{30}\b
    SendGrid key                      SG\.{W}{16,32}\.{W}{32,64}
    Mailgun key                       (?:key|pubkey)-{H}{32}\b
    Mailgun new key                   {H}{32}-{H}{8}-{H}{8}\b  -{H}{8}-{H}{8}\b
    Mailchimp key                     {H}{32}-us[0-9]{1,2}\b  {H}-us[0-9]
    Brevo key                         x(?:key|smtp)sib-{H}{64}-{A}{16}
    Resend key                        re_{A}{8}_{A}{24}
    Twilio key                        SK{H}{32}\b
    HubSpot token                     pat-(?:na|eu|ap)[0-9]-{UUID}
    Intercom token                    dG9r[A-Za-z0-9+/]{40,}={0,2}
    Stripe key                        (?:sk|rk)_(?:live|test|prod)_{A}{10,}
    Stripe webhook secret             whsec_[A-Za-z0-9+/]{24,}={0,2}
    Square access token               EAAA{W}{60}\b
    Square secret                     sq0(?:atp|csp|idp)-{W}{22,43}
    Braintree token                   access_token\$(?:production|sandbox)\$[a-z0-9]{16}\${H}{32}
    Plaid token                       access-(?:sandbox|development|production)-{UUID}
    Flutterwave secret                FLWSECK(?:_TEST)?-{A}{12,}(?:-X)?
    Razorpay key                      rzp_(?:live|test)_{A}{14}\b
    Shopify token                     shp(?:at|ca|pa|ss|tka)_[0-9A-Fa-f]{32}
    EasyPost key                      EZ[AT]K{A}{54}
    Duffel token                      duffel_(?:test|live)_{W}{40,}
    Klarna key                        klarna_(?:live|test)_api_[A-Za-z0-9!*$%@._\-]{24,}
    GoCardless token                  live_{W}{40}\b
    Lob key                           (?:live|test)_(?:pub_)?{H}{35}\b
    Adyen key                         AQE[a-z]h[A-Za-z0-9+/*=]{60,}
    Facebook access token             EAA[MC][A-Za-z0-9]{80,}
    Facebook app token                [0-9]{15,16}\|{W}{27,40}  [0-9]\|{W}{20}
    Instagram token                   IG(?:QV|QW|AA){W}{80,}
    X bearer token                    A{20,}[A-Za-z0-9]{2,20}%[23][A-F0-9][A-Za-z0-9%]{30,}
    Dropbox token                     sl\.(?:u\.)?{W}{100,}
    Zapier webhook                    hooks\.zapier\.com/hooks/catch/[0-9]+/{A}{5,}
    Sentry address                    https://{H}{32}(?::{H}{32})?@[A-Za-z0-9.\-]*sentry\.io
    Okta token                        SSWS 00{W}{40}
    PayPal token                      A21AA{W}{80,}
    Sendbird, Zuplo key               zpka_{H}{32}_{H}{8}
    Coinbase secret                   cdp_{W}{30,}
    Algolia secured key               NjI[A-Za-z0-9+/]{100,}={0,2}
    extended private key              xprv[1-9A-HJ-NP-Za-km-z]{107,108}
    JSON Web Token                    eyJ{W}{8,}\.(?:eyJ|ewo){W}{8,}\.{W}{8,}
    encrypted JSON Web Token          eyJ{W}{8,}\.{W}*\.{W}{8,}\.{W}{16,}\.{W}{16,}
    unsigned Sidekiq secret           [0-9a-f]{8}:[0-9a-f]{8}@(?:gems|enterprise)\.contribsys\.com  @(?:gems|enterprise)\.contribsys
    """
)


PRIVATE_KEY_CLUE = r"-----(?:BEGIN|END) |PuTTY-User-Key-File-"
_BEGINS = re.compile(rb"-----BEGIN (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_ENDS = re.compile(rb"-----END [A-Z0-9 ]{0,64}PRIVATE KEY(?: BLOCK)?-----")
_LINES = re.compile(rb"(?:[A-Za-z0-9+/=:,.\-()@<>_ \t\r\n]|\\[nrt\\])*")
"""What such a key is made of, also where its line ends are written as escapes; a quote ends it."""
_MOST_BYTES, _FEWEST_BYTES = 32 * 1024, 80
"""Fewer stand where somebody speaks of such keys, if it is no line of one."""
_FIRST_LINE = re.compile(rb"(?:\s|\\{1,8}[nr])+[A-Za-z0-9+/]{16}")
_LINE, _NEW_LINE = r"(?:[A-Za-z0-9+/]|\\+/)", r"[ \t]{0,20}(?:\r?\n|\\+[nr])+[ \t]{0,20}"
_TAIL = (
    rf"(?:^|[^A-Za-z0-9+/\\]|\\+[nrt]?)({_LINE}{{16,}}={{0,2}}(?:{_NEW_LINE}{_LINE}{{16,}}={{0,2}})*"
    rf"(?:{_NEW_LINE}{_LINE}{{1,15}}={{0,2}})?(?:{_NEW_LINE})?)"
    r"-----END [A-Z0-9 ]{0,64}PRIVATE KEY(?: BLOCK)?-----"
)
"""Lines of one whose beginning was cut off."""
_PUTTY = re.compile(
    rb"PuTTY-User-Key-File-[23]: [\s\S]{1,4000}?Private-Lines: \d{1,3}\r?\n"
    rb"([A-Za-z0-9+/=\r\n]{40,16000})"
)


def private_keys(text: bytes) -> Iterator[tuple[int, int]]:
    """Where they stand; of one whose end or beginning is missing, as far as its lines go. Some of
    these places lie over each other."""
    place = place_of(text, b"-----BEGIN ")
    while place >= 0:
        end = place + len(b"-----BEGIN ")
        if begins := _BEGINS.match(text, place):
            end = _end_of(text, begins.end())
            has_line = _FIRST_LINE.match(text, begins.end()) is not None
            if has_line or end - begins.end() >= _FEWEST_BYTES:
                yield place, end
        place = place_of(text, b"-----BEGIN ", end)
    if holds(text, b"-----END "):
        yield from (found.span(1) for found in _tail().finditer(text))
    if holds(text, b"PuTTY-User-Key-File-"):
        yield from (found.span(1) for found in _PUTTY.finditer(text))


def _end_of(text: bytes, begins: int) -> int:
    limit = min(begins + _MOST_BYTES, len(text))
    dashes = text.find(b"-----END ", begins, limit)
    if dashes >= 0 and (ends := _ENDS.match(text, dashes)):
        return ends.end()
    lines = _LINES.match(text, begins, limit)
    return lines.end() if lines else limit


@cache
def _tail() -> Any:
    return compiled(_TAIL)
