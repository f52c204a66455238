"""Credentials: which strings look like a secret that opens something, and where they stand in a text.

The formats are those of two public rule sets, which also have more of them:
https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml and
https://github.com/trufflesecurity/trufflehog/tree/main/pkg/detectors.
A key without a mark of its own, as the 32 hexadecimal digits of Azure's older keys, cannot be distinguished from an id.
"""

from __future__ import annotations

import re
from functools import cache

_TOKENS = r"""
    sk-                                                                     # OpenAI, Anthropic, OpenRouter, DeepSeek
    eyJ | ZXlK[A-Za-z0-9+/_-]{30}                                           # JSON Web Tokens
    (?:[Bb]earer|BEARER)(?![A-Za-z])\s? | [Bb]asic\s[A-Za-z0-9+/]{8}        # the Authorization header
    AKIA | (?:A3T[A-Z0-9]|ABIA|ACCA|ASIA)[A-Z0-9]{12} | ABSK[A-Za-z0-9+/]{40} | bedrock-api-key- # AWS
    AIza[\w-]{20} | GOCSPX-[\w-]{10} | ya29\.[\w-]{10} | 1//0[\w-]{30}      # Google
    [A-Za-z0-9]{52}JQQJ99 | [\w~.]{3}\dQ~[\w~.-]{31} | [A-Za-z0-9+/]{86}==
    [A-Za-z0-9+/]{42}\+ACR[A-Za-z0-9]{6}                                    # Azure
    gh[oprsu]_[A-Za-z0-9]{6} | github_pat_[A-Za-z0-9]{10}                   # GitHub
    gl(?:agent|cbt|dt|ffct|ft|imt|oas|pat|ptt|rt|rtr|soat|wt)-[\w-]{8} | GR1348941[\w-]{8} | _gitlab_session=  # GitLab
    gsk_[A-Za-z0-9]{20}                                                     # Groq
    hf_[A-Za-z0-9]{30} | api_org_[A-Za-z0-9]{30}                            # Hugging Face
    lsv2_[ps][kt]_[a-f0-9]{16}                                              # LangSmith
    nvapi-[\w-]{20}                                                         # NVIDIA
    pplx-[A-Za-z0-9]{30}                                                    # Perplexity
    r8_[A-Za-z0-9_-]{30}                                                    # Replicate
    xai-[A-Za-z0-9_]{20}                                                    # xAI
    [rs]k_(?:live|prod|test)_[A-Za-z0-9]{10} | whsec_[A-Za-z0-9+/]{16} | pi_[A-Za-z0-9]{24}_secret_  # Stripe
    sk_[a-f0-9]{48}                                                         # ElevenLabs
    xox[a-z]-[A-Za-z0-9]{8} | xox[a-z]-\d-[A-Za-z0-9]{8} | xoxe\.xox[bp]- | xapp-\d-  # Slack
    \d{5,16}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])                             # Telegram
    SK[a-f0-9]{32}                                                          # Twilio
    SG\.[\w-]{16,32}\.[\w-]{16}                                             # SendGrid
    xkeysib-[a-f0-9]{32}                                                    # Brevo
    key-[a-f0-9]{32} | [a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}(?![A-Za-z0-9-]) # Mailgun
    [a-f0-9]{32}-us\d\d?(?!\d)                                              # Mailchimp
    npm_[A-Za-z0-9]{30}                                                     # npm
    pypi-AgE[\w-]{10}                                                       # PyPI
    rubygems_[a-f0-9]{32}                                                   # RubyGems
    CLOJARS_[A-Za-z0-9]{30}                                                 # Clojars
    AKCp[A-Za-z0-9]{40} | cmVmd[A-Za-z0-9]{50}                              # Artifactory
    do[opr]_v1_[a-f0-9]{16}                                                 # DigitalOcean
    dapi[a-f0-9]{32}                                                        # Databricks
    hv[brs]\.[\w-]{20} | s\.(?=[A-Za-z]{0,23}\d)[A-Za-z0-9]{24}(?![A-Za-z0-9])
    [A-Za-z0-9]{14}\.atlasv1\.                                              # HashiCorp
    dp\.(?:audit|ct|pt|sa|scim|st)\.[\w.-]{20}                              # Doppler
    PMAK-[a-f0-9]{24}                                                       # Postman
    lin_(?:api|oauth)_[A-Za-z0-9]{20}                                       # Linear
    ntn_\d{11}[A-Za-z0-9]{20} | secret_[A-Za-z0-9]{43}                      # Notion
    pat[A-Za-z0-9]{14}\.[a-f0-9]{16}                                        # Airtable
    EAAA[\w-]{22} | sq0[a-z]{3}-[\w-]{22}                                   # Square
    shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{16}                                      # Shopify
    00[A-Za-z0-9_-]{40}(?![A-Za-z0-9_-])                                    # Okta
    gl(?:c|sa)_[A-Za-z0-9+/]{20}                                            # Grafana
    NR(?:AK|II|JS)-[A-Za-z0-9-]{19}                                         # New Relic
    HRKU-AA[\w-]{20}                                                        # Heroku
    ATATT3[\w=-]{20}                                                        # Atlassian
    CFPAT-[\w-]{20}                                                         # Contentful
    LTAI[A-Za-z0-9]{16}                                                     # Alibaba
    A3-[A-Z0-9]{6}-[A-Z0-9]{6} | ops_eyJ                                    # 1Password
    AGE-SECRET-KEY-1                                                        # age
    API-[A-Z0-9]{26}                                                        # Octopus Deploy
    AQVN[\w-]{35} | t1\.[\w-]{1,200}={0,2}\.[\w-]{86}                       # Yandex
    EAA[CM][A-Za-z0-9]{100}                                                 # Facebook
    EZ[AT]K[A-Za-z0-9]{54}                                                  # EasyPost
    FLWSECK(?:_TEST)?-[a-z0-9]{12}                                          # Flutterwave
    VF\.(?:(?:DM|WS)\.)?[A-Fa-f0-9]{24}\.                                   # Voiceflow
    4b1d[A-Za-z0-9]{38}(?![A-Za-z0-9])                                      # ClickHouse
    [A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk                                      # MaxMind
    apify_api_[A-Za-z0-9]{30}                                               # Apify
    dt0c01\.[A-Za-z0-9]{24}\.                                               # Dynatrace
    duffel_(?:live|test)_[\w-]{20}                                          # Duffel
    fio-u-[\w-]{40}                                                         # Frame.io
    fm1[ar]_[A-Za-z0-9+/]{40} | fm2_[A-Za-z0-9+/]{40} | fo1_[\w-]{43}       # Fly.io
    ico-[A-Za-z0-9]{32}                                                     # Infracost
    (?:live|test)_[a-f0-9]{35} | live_[\w-]{40}                             # Lob, GoCardless
    p8e-[a-z0-9]{32}                                                        # Adobe
    [ps]k\.eyJ                                                              # Mapbox
    [ps]at\.[\w-]{22}\.                                                     # Harness
    phx_[A-Za-z0-9_]{40}                                                    # PostHog
    pnu_[A-Za-z0-9]{36}                                                     # Prefect
    pscale_(?:oauth|pw|tkn)_[\w=.-]{32}                                     # PlanetScale
    pul-[a-f0-9]{40}                                                        # Pulumi
    rdme_[a-z0-9]{70}                                                       # ReadMe
    sbp_[a-z0-9]{40}                                                        # Supabase
    sgp_(?:[A-Fa-f0-9]{16}_|local_)?[A-Fa-f0-9]{40} | slk_[a-f0-9]{64}      # Sourcegraph
    sha256~[\w-]{43}                                                        # OpenShift
    shippo_(?:live|test)_[A-Fa-f0-9]{40}                                    # Shippo
    sm_[aps]at_[A-Za-z0-9]{16}                                              # SettleMint
    sntry[su]_[A-Za-z0-9+/]{20}                                             # Sentry
    tfp_[\w.=-]{59}                                                         # Typeform
    tk-us-[\w-]{48}                                                         # Scalingo
    v1\.0-[a-f0-9]{24}-                                                     # Cloudflare
"""
"""What begins a credential at the start of a word; its length is bounded, so that a search takes linear time."""

_PHRASES = r"""
    ://[^\s/?\#:@]{0,200}:[^\s/?\#@]{1,200}@                                # a password in an address
    (?:hooks\.slack(?:-gov)?\.com/[a-z]+ | \.webhook\.office\.com/webhookb2 | hooks\.zapier\.com/hooks/catch)/\w
    discord(?:app)?\.com/api/webhooks/\d                                    # addresses that are secrets themselves
    -----BEGIN[ A-Z0-9_-]{0,100}PRIVATE[ ]KEY(?:[\s\S]*?-----END|[\s\S]*) | PuTTY-User-Key-File-[\s\S]*  # private keys
    (?i:key|pwd|passw(?:or)?d|secret|sig|signature|token)(?:\s{,3}=|(?<!duplicate-key)(?<!misspelt-key):\s)\s{,3}[^\s;&]
"""
"""What gives a credential away by the words around it; the last are assignments and queries, not names of rules."""


_REST = r"""[^\s"'\\&;,<>]*"""
"""The rest of a credential whose beginning was found, in a text that may be the `repr` of a value."""


def is_credential(text: str) -> bool:
    """Return whether a string looks like a secret that opens something."""
    return any(pattern.search(text) for pattern in _patterns())


def mask(text: str) -> str:
    """Return the text with `…` in place of each credential."""
    for pattern in _patterns():
        text = pattern.sub("…", text)
    return text


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Compile both tables when they are first needed."""
    tables = (r"(?<![A-Za-z0-9])(?:", _TOKENS), ("(?:", _PHRASES)
    return tuple(
        re.compile(start + "\n|".join(table.strip().splitlines()) + f"\n){_REST}", re.ASCII | re.VERBOSE)
        for start, table in tables
    )
