"""Keys of clouds, databases and stores of secrets."""

from llmgw_desktop.redaction.family import table

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
