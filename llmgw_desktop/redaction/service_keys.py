"""Keys of what sends messages, moves money and knows people."""

from llmgw_desktop.redaction.family import table

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
