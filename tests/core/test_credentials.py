"""What looks like a credential is printed nowhere unasked, and what is an id is printed."""

import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run as run_command
from tests.support.commands import run_with_all_formats
from tests.support.pages import findings, page, run
from validator.core.credentials import is_credential, mask

LETTERS = "Qx7Kd2Vn9Zb4Tm6Rw8Ys3Hf5Jc1Lg0Pq" * 8
"""A body of a credential; the samples are put together, or scanners would find them here."""
HEX = "9f3b7c1d5e8a2046" * 12
LOWER = "qxkdvnzbtmrwyshfjclgp" * 6
UPPER = "QXKDVNZBTMRWYSHFJCLGP234567" * 4

SAMPLES = {
    "OpenAI": f"sk-proj-{LETTERS[:74]}",
    "OpenAI, old": f"sk-{LETTERS[:48]}",
    "Anthropic": f"sk-ant-api03-{LETTERS[:93]}AA",
    "OpenRouter": f"sk-or-v1-{HEX[:64]}",
    "JSON Web Token": f"eyJ{LETTERS[:17]}.eyJ{LETTERS[:30]}.{LETTERS[:43]}",
    "JSON Web Token, encoded": f"ZXlK{LETTERS[:60]}",
    "header": f"Bearer {LETTERS[:30]}",
    "header, lower case": f"authorization: bearer {LETTERS[:30]}",
    "basic header": f"Basic {LETTERS[:30]}==",
    "AWS": f"AKIA{UPPER[:16]}",
    "AWS, temporary": f"ASIA{UPPER[:16]}",
    "AWS, STS": f"ABIA{UPPER[:16]}",
    "AWS Bedrock": f"ABSK{LETTERS[:110]}",
    "Google": f"AIza{LETTERS[:35]}",
    "Google OAuth client": f"GOCSPX-{LETTERS[:28]}",
    "Google OAuth token": f"ya29.{LETTERS[:60]}",
    "Google OAuth refresh": f"1//0{LETTERS[:60]}",
    "Azure OpenAI": f"{LETTERS[:52]}JQQJ99{LETTERS[:26]}",
    "Azure client": f"{LETTERS[:3]}8Q~{LETTERS[:34]}",
    "Azure storage": f"{LETTERS[:86]}==",
    "Azure storage connection": f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={LETTERS[:60]}",
    "Azure SAS": f"https://a.blob.core.windows.net/b?sv=2024-01-01&sig={LETTERS[:40]}%3D",
    "Azure container registry": f"{LETTERS[:42]}+ACR{LETTERS[:6]}",
    "GitHub, personal": f"ghp_{LETTERS[:36]}",
    "GitHub, OAuth": f"gho_{LETTERS[:36]}",
    "GitHub, user": f"ghu_{LETTERS[:36]}",
    "GitHub, server": f"ghs_{LETTERS[:36]}",
    "GitHub, refresh": f"ghr_{LETTERS[:36]}",
    "GitHub, fine-grained": f"github_pat_{LETTERS[:22]}_{LETTERS[:59]}",
    **{
        f"GitLab {kind}": f"gl{kind}-{LETTERS[:20]}"
        for kind in ["agent", "cbt", "dt", "ffct", "ft", "imt", "oas", "pat", "ptt", "rt", "rtr", "soat", "wt"]
    },
    "GitLab runner": f"GR1348941{LETTERS[:20]}",
    "GitLab session": f"_gitlab_session={HEX[:32]}",
    "Groq": f"gsk_{LETTERS[:52]}",
    "Hugging Face": f"hf_{LOWER[:34]}",
    "Hugging Face organization": f"api_org_{LOWER[:34]}",
    "LangSmith": f"lsv2_pt_{HEX[:32]}_{HEX[:10]}",
    "NVIDIA": f"nvapi-{LETTERS[:64]}",
    "Perplexity": f"pplx-{LETTERS[:48]}",
    "Replicate": f"r8_{LETTERS[:37]}",
    "xAI": f"xai-{LETTERS[:80]}",
    "ElevenLabs": f"sk_{HEX[:48]}",
    "Stripe": f"sk_live_{LETTERS[:24]}",
    "Stripe, restricted": f"rk_test_{LETTERS[:24]}",
    "Stripe webhook": f"whsec_{LETTERS[:32]}",
    "Stripe client": f"pi_{LETTERS[:24]}_secret_{LETTERS[:25]}",
    "Slack bot": f"xoxb-{'123456789012'}-{'123456789012'}-{LETTERS[:24]}",
    "Slack user": f"xoxp-{'123456789012'}-{LETTERS[:28]}",
    "Slack refresh": f"xoxe-1-{LETTERS[:60]}",
    "Slack configuration": f"xoxe.xoxp-1-{UPPER[:80]}",
    "Slack app": f"xapp-1-{UPPER[:11]}-123-{HEX[:64]}",
    "Slack webhook": f"https://hooks.slack.com/services/T{UPPER[:8]}/B{UPPER[:8]}/{LETTERS[:24]}",
    "Discord webhook": f"https://discord.com/api/webhooks/123456789012345678/{LETTERS[:68]}",
    "Telegram": f"123456789:A{LETTERS[:34]}",
    "Twilio": f"SK{HEX[:32]}",
    "SendGrid": f"SG.{LETTERS[:22]}.{LETTERS[:43]}",
    "Brevo": f"xkeysib-{HEX[:64]}-{LETTERS[:16]}",
    "Mailgun": f"key-{HEX[:32]}",
    "Mailgun, signing": f"{HEX[:32]}-{HEX[:8]}-{HEX[8:16]}",
    "Mailchimp": f"{HEX[:32]}-us12",
    "npm": f"npm_{LETTERS[:36]}",
    "PyPI": f"pypi-AgEIcHlwaS5vcmc{LETTERS[:60]}",
    "RubyGems": f"rubygems_{HEX[:48]}",
    "Clojars": f"CLOJARS_{LETTERS[:60]}",
    "Artifactory": f"AKCp{LETTERS[:69]}",
    "Artifactory, reference": f"cmVmd{LETTERS[:59]}",
    "DigitalOcean": f"dop_v1_{HEX[:64]}",
    "DigitalOcean, OAuth": f"doo_v1_{HEX[:64]}",
    "Databricks": f"dapi{HEX[:32]}",
    "Vault": f"hvs.{LETTERS[:90]}",
    "Vault, old": f"s.{LETTERS[:24]}",
    "Terraform": f"{LETTERS[:14]}.atlasv1.{LETTERS[:67]}",
    "Doppler": f"dp.pt.{LETTERS[:43]}",
    "Postman": f"PMAK-{HEX[:24]}-{HEX[:34]}",
    "Linear": f"lin_api_{LETTERS[:40]}",
    "Notion": f"ntn_12345678901{LETTERS[:35]}",
    "Notion, old": f"secret_{LETTERS[:43]}",
    "Airtable": f"pat{LETTERS[:14]}.{HEX[:64]}",
    "Square": f"EAAA{LETTERS[:60]}",
    "Square, OAuth": f"sq0atp-{LETTERS[:22]}",
    "Shopify": f"shpat_{HEX[:32]}",
    "Okta": f"00{LETTERS[:40]}",
    "Grafana": f"glsa_{LETTERS[:32]}_{HEX[:8]}",
    "Grafana Cloud": f"glc_{LETTERS[:60]}",
    "New Relic": f"NRAK-{UPPER[:27]}",
    "Heroku": f"HRKU-AA{LETTERS[:58]}",
    "Atlassian": f"ATATT3{LETTERS[:186]}",
    "Contentful": f"CFPAT-{LETTERS[:43]}",
    "Alibaba": f"LTAI{LETTERS[:20]}",
    "1Password": f"A3-{UPPER[:6]}-{UPPER[:11]}-{UPPER[:5]}-{UPPER[:5]}-{UPPER[:5]}",
    "1Password service account": f"ops_eyJ{LETTERS[:250]}",
    "age": f"AGE-SECRET-KEY-1{UPPER[:58]}",
    "Octopus Deploy": f"API-{UPPER[:26]}",
    "Yandex": f"AQVN{LETTERS[:36]}",
    "Yandex IAM": f"t1.{LETTERS[:20]}.{LETTERS[:86]}",
    "Facebook": f"EAAC{LETTERS[:120]}",
    "EasyPost": f"EZAK{LETTERS[:54]}",
    "Flutterwave": f"FLWSECK-{LOWER[:32]}-X",
    "Voiceflow": f"VF.DM.{HEX[:24]}.{LETTERS[:16]}",
    "ClickHouse": f"4b1d{LETTERS[:38]}",
    "MaxMind": f"{LETTERS[:6]}_{LETTERS[:29]}_mmk",
    "Apify": f"apify_api_{LETTERS[:36]}",
    "Dynatrace": f"dt0c01.{LETTERS[:24]}.{LETTERS[:64]}",
    "Duffel": f"duffel_live_{LETTERS[:43]}",
    "Frame.io": f"fio-u-{LETTERS[:64]}",
    "Fly.io": f"fm2_{LETTERS[:100]}",
    "Infracost": f"ico-{LETTERS[:32]}",
    "Lob": f"live_{HEX[:35]}",
    "GoCardless": f"live_{LETTERS[:40]}",
    "Adobe": f"p8e-{HEX[:32]}",
    "Mapbox": f"sk.eyJ{LETTERS[:60]}",
    "Harness": f"pat.{LETTERS[:22]}.{LETTERS[:24]}.{LETTERS[:20]}",
    "PostHog": f"phx_{LETTERS[:43]}",
    "Prefect": f"pnu_{LETTERS[:36]}",
    "PlanetScale": f"pscale_tkn_{LETTERS[:43]}",
    "Pulumi": f"pul-{HEX[:40]}",
    "ReadMe": f"rdme_{HEX[:70]}",
    "Supabase": f"sbp_{HEX[:40]}",
    "Sourcegraph": f"sgp_{HEX[:40]}",
    "Sourcegraph Cody": f"slk_{HEX[:64]}",
    "OpenShift": f"sha256~{LETTERS[:43]}",
    "Shippo": f"shippo_live_{HEX[:40]}",
    "SettleMint": f"sm_pat_{LETTERS[:16]}",
    "Sentry": f"sntryu_{HEX[:64]}",
    "Typeform": f"tfp_{LETTERS[:59]}",
    "Scalingo": f"tk-us-{LETTERS[:48]}",
    "Cloudflare": f"v1.0-{HEX[:24]}-{HEX[:146]}",
    "password in an address": f"postgres://app:{LETTERS[:12]}@db.example.org/app",
    "password alone in an address": f"redis://:{LETTERS[:12]}@cache:6379/0",
    "assignment": f"Server=db;User Id=app;Password={LETTERS[:12]};",
    "query": f"https://api.example.org/v1?limit=1&api_key={LETTERS[:20]}",
    "header of a key": f"x-api-key: {LETTERS[:20]}",
    "PEM": f"-----BEGIN RSA PRIVATE KEY-----\n{LETTERS[:64]}\n-----END RSA PRIVATE KEY-----",
    "PEM without an end": f"-----BEGIN PRIVATE KEY-----\n{LETTERS[:64]}",
    "PuTTY": f"PuTTY-User-Key-File-3: ssh-ed25519\n{LETTERS[:20]}",
}

IDS = [
    *("run_abc123", "run_QpXf5BGVtXVTcSenYcgnJh3K", "thread_3kQ7AKIAeyJsk", "asst_Zb4Tm6Rw8Ys3Hf5Jc1Lg0Pq7"),
    *("msg_Qx7Kd2Vn9Zb4Tm6Rw8Ys3Hf5", "step_Qx7Kd2Vn9Zb4", "call_XXNp8YGaFrjrSjgqxtC8JJ1B", "file-8mX2aB", "vs_a1b2c3"),
    *("<id>", "string", "65b76ee5-6223-4383-ae65-d23eec4f0a77", "61d9cb05989b4b48b520aaaaaaaaaaaa", HEX[:40], HEX[:24]),
    *("01HZX3V9E5Q3J7N0K2M4P6R8T0", "1", "1729419000123", "task-1234", f"task-{HEX[:8]}", "disk-usage", "ask-the-user"),
    *(
        "gpt-4o-mini-2024-07-18",
        "o3-mini",
        "deepseek-chat",
        "llama3.1",
        "ft:gpt-4o-mini:acme::9aBcDeFg",
        "pplx-70b-online",
    ),
    *(
        "getBearerToken",
        "get_key-value",
        "hf_search",
        "npm_install",
        "s.completed",
        "key-1",
        "test_run-7",
        "xai-search",
    ),
    *("functions.lookup_ticket:0", "chatcmpl-tool-9f3b7c1d5e8a2046", "toolu_01A09q90qw90lq917835", "resp_9f3b7c1d5e"),
    *(
        "github",
        "AKAI",
        "secret_santa",
        "live_stream",
        "token",
        "password",
        "private_key",
        "00000000-0000-0000-0000-000000000000",
    ),
]


def _everywhere(secret: str) -> list[Any]:
    """Runs with a credential wherever a report may show an id, a word, a name or a key."""
    schema = {"type": "object", "properties": {secret: {"type": secret, secret: 7, "pattern": 7}}, secret: 7}
    function = {"type": "function", "function": {"name": secret, "parameters": schema, secret: 7}}
    call = {"id": secret, "type": secret, "function": {"name": secret, "arguments": f"{{{json.dumps(secret)}: 1"}}
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call, call]}}
    return [
        run(id=secret, thread_id=secret, assistant_id=secret, started_at=1, usage=None),
        run(status=secret, model=secret, object=secret, created_at=secret),
        run(metadata={secret: 7, f"of {secret}": [secret], secret * 3: secret * 20}, **{secret: 7}),
        run(
            tools=[function, function, {"type": secret}], tool_choice={"type": "function", "function": {"name": secret}}
        ),
        run(status="requires_action", required_action=action, completed_at=None, tools=[function]),
        run(response_format={"type": "json_schema", "json_schema": {"name": secret, "schema": {secret: schema}}}),
        run(incomplete_details={"reason": secret}, last_error={"code": secret, "message": secret, secret: 7}),
        run(truncation_strategy={"type": secret, "last_messages": secret}, file_ids=[secret, secret]),
    ]


def _write_archive(file: Path, secrets: Iterable[str]) -> Path:
    """Write a page for each credential, as a line of the file."""
    pages = (page(*_everywhere(secret), object=secret, **{secret: 7}) for secret in secrets)
    file.write_text("".join(f"{json.dumps(page)}\n" for page in pages), "utf-8")
    return file


def _assert_no_credential(text: str) -> None:
    assert len(text) > 100
    for body in (LETTERS[:8], HEX[:8], LOWER[:8], UPPER[:6]):
        at = text.find(body)
        assert at < 0, text[max(0, at - 200) : at + 100]


OPTIONS = ("--isolated", "--now", "1793000000", "--show", "info")


def test_no_report_prints_a_credential(tmp_path: Path) -> None:
    archive = _write_archive(tmp_path / "archive.jsonl", [*SAMPLES.values()][::4])
    ran, reports = run_with_all_formats(tmp_path / "out", *OPTIONS, "--verbose", "--max-findings", "0", archive)
    assert (ran.code, ran.out, ran.err) == (1, "", "")
    for report in reports.values():
        _assert_no_credential(report)


@pytest.mark.parametrize(
    "words", [("--statistics",), ("--diff",), ("--baseline", "accepted.json", "--update-baseline")], ids=" ".join
)
def test_no_other_output_prints_a_credential(words: tuple[str, ...], tmp_path: Path) -> None:
    archive = _write_archive(tmp_path / "archive.jsonl", [*SAMPLES.values()][::4])
    cwd = tmp_path / "out"
    cwd.mkdir()
    ran = run_command(*OPTIONS, *words, archive, cwd=cwd)
    _assert_no_credential(ran.out + ran.err + "".join(path.read_text("utf-8") for path in cwd.iterdir()))


def test_no_report_prints_the_credential_of_any_vendor(tmp_path: Path) -> None:
    archive = _write_archive(tmp_path / "archive.jsonl", SAMPLES.values())
    ran = run_command(*OPTIONS, "--max-findings", "0", archive)
    assert (ran.code, ran.err) == (1, "")
    _assert_no_credential(ran.out)


@pytest.mark.parametrize("vendor", SAMPLES)
def test_no_finding_holds_a_credential(vendor: str) -> None:
    secret = SAMPLES[vendor]
    (found,) = findings(page(run(metadata={secret: 7}, status="completed")))
    assert (found.rule, found.pointer, found.inside, found.message) == (
        "schema:type",
        "/data/0/metadata/…",
        "/metadata/…",
        "is 7, expected a string",
    )
    (found,) = findings(json.dumps(page(run(id=f"run_{secret}", metadata={"a": 7}))))
    assert (found.pointer, found.run_id) == ("/data/0/metadata/a", None)
    assert mask(f"{{'id': {secret!r}}}").startswith("{'id': ")
    assert LETTERS[:8] not in mask(f"{{'id': {secret!r}}}")
    assert HEX[:8] not in mask(f"{{'id': {secret!r}}}")


@pytest.mark.parametrize("name", IDS)
def test_ids_are_not_masked(name: str) -> None:
    (found,) = findings(run(id=name, metadata={name: 7}), select=["schema"])
    assert (found.run_id, found.pointer, found.inside) == (name, f"/metadata/{name}", f"/metadata/{name}")
    (found,) = findings(run(status=name), select=["schema:enum"])
    assert found.message.startswith(f'is "{name}", ')
    assert mask(f"a {name!r} b") == f"a {name!r} b"


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a",
            "a.",
            "0",
            "00-",
            "s.",
            "sk",
            "ghp_",
            "t1.",
            "9999999999999999:",
            "://",
            "://a:",
            "key=;",
            "key=  ;",
            "token: ;",
        ),
        *(
            "-----BEGIN",
            "-----BEGIN PRIVATE",
            "A ",
            "VF.",
            "patQx7Kd2Vn9Zb4Tm.",
            "SG.Qx7Kd2Vn9Zb4Tm6R.",
            "a=",
            "~",
            "dt0c01.",
        ),
    ],
)
def test_search_for_credentials_takes_linear_time(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        began = time.process_time()
        assert not is_credential(text)
        assert mask(text) == text
        return time.process_time() - began

    small, large = (min(seconds(length) for _ in range(3)) for length in (8000, 32_000))
    assert large < 6 * small


@pytest.mark.parametrize("rule", ["duplicate-key", "misspelt-key"])
def test_rule_before_its_message_is_no_credential(rule: str) -> None:
    assert mask(f"error {rule}: object repeats") == f"error {rule}: object repeats"
    assert mask("error api-key: object repeats") == "error api-… repeats"


@pytest.mark.parametrize("prefix", ["duplicate", "misspelt"])
@pytest.mark.parametrize(
    "assignment", ["key=Abc1", "key = Abc1", "token=Abc1", "token: Abc1", "secret: Abc1", "PWD=Abc1"]
)
def test_value_after_the_first_word_of_a_rule_is_masked(prefix: str, assignment: str) -> None:
    assert "Abc1" not in mask(f"error {prefix}-{assignment} and more")


def test_masking_takes_linear_time() -> None:
    def seconds(length: int) -> float:
        text = ("sk-a -----BEGIN PRIVATE KEY x://a:b@c key=d " * length)[:length]
        began = time.process_time()
        assert "sk-" not in mask(text)
        return time.process_time() - began

    small, large = (min(seconds(length) for _ in range(3)) for length in (20_000, 80_000))
    assert large < 6 * small
