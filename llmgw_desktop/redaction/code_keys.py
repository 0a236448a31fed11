"""Keys of where code lies, is built, packed and watched."""

from llmgw_desktop.redaction.family import table

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
