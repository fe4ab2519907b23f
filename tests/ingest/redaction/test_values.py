"""Secrets that their value or its place in a URL tells, what is left beside them, and what only looks like one."""

import json

from pixeldesk.ingest.redaction.in_python import redact
from tests.ingest.redaction.planted_values import made
from tests.ingest.redaction.planting import redacted_in_sql


def _checked(texts: list[str]) -> list[str]:
    """Redact in both engines, twice."""
    redacted = redacted_in_sql(texts)
    assert redacted == [redact(text) for text in texts]
    assert redacted == [redact(text) for text in redacted]
    return redacted


# In the texts, the part in (( )) goes, and [redacted] stands in its place.
_SECRETS = [
    "used ((glpat-{word:20})), and went on",
    "((npm_{alnum:36}))/((hf_{letters:34}))",
    "https://hooks.slack.com/services/((T{upper:8}/B{upper:8}/{alnum:24})) failed",
    "https://discord.com/api/webhooks/{digits:18}/(({word:68}))?wait=true",
    "https://api.telegram.org/((bot{digits:10}:AA{word:33}))/getMe",
    "https://app.example.com/reset-password/(({hex:40}))?lang=en",
    "https://app.example.com/invite/(({alnum:24}))#team",
    "/callback?code=(({hex:20}))&state=x",
    "/callback?error=x&code=((4%2F0A{word:60}))",
    "/auth/confirm?token_hash=((pkce_{hex:56}))&type=magiclink",
    "https://((gho{alnum:40}))@github.com/acme/app.git",
    "https://(({hex:32}))@o1.ingest.sentry.io/12",
    "/x?dsn=https%3A%2F%2F(({hex:32}%3A{hex:32}))%40o1.ingest.sentry.io%2F12&days=7",
    "postgres://app:((pa{alnum:6}/{alnum:6}))@db.internal:5432/app?sslmode=require",
    "s3://((AKIA{base32:16})):((pa{alnum:8}/{alnum:8}/{alnum:8}))@bucket/key",
    "/reset/MQ/((c{lower:5}-{hex:32}))/",
    "/__/auth/action?mode=resetPassword&oobCode=((x3{alnum:50}))&lang=en",
    "sent ((ya29.c.b0{word:60}))",
    "app:((pa{alnum:8}))@tcp(db.internal:3306)/app?parseTime=true",
    "sqlplus -S scott/((pw{alnum:8}))@orcl as sysdba",
    "scott/((pw{alnum:8}))@//db.internal:1521/XE",
    "db.internal:5432:app:bob:((pw{alnum:12}))",
    "paid with (({visa})) or (({amex})), (({mastercard }))",
    "pan=(({visa-})), cvv=(({digits:3})), CVC: (({digits:4}))",
    "track2=(({visa}=2612101{digits:12}))?",
]


def test_the_secret_goes_and_the_text_beside_it_stays() -> None:
    secrets = [made(described, "seed") for described in _SECRETS]
    expected = [secret.text for secret in secrets]
    for place, secret in enumerate(secrets):
        for hidden in secret.hidden:
            expected[place] = expected[place].replace(hidden, "[redacted]")
    texts = [secret.text for secret in secrets]
    assert _checked(texts) == expected
    in_json = _checked([json.dumps({"message": text}) for text in texts])
    assert [json.loads(line)["message"] for line in in_json] == expected


_HARMLESS = [
    "/callback?code=404&error=invalid_api_key",
    "/callback?code=invalid_api_key_for_this_website",
    "/callback?code=InvalidParameterValueException",
    "/callback?code=ERR_TOO_MANY_REDIRECTS",
    'violates unique constraint "pk_customers_website_id_idx"',
    "rk_worker_pool_for_emails is full, sk_SK is no locale",
    "next page: cursor=eyJpZCI6MTIzNDU2Nzg5MCwidCI6MTJ9",
    "GET /verify/your-mail-address, /reset-password, /join/engineering, /unsubscribe/cus_9Xk2LmQ8",
    "http://localhost:3000/x?mail=a@b.example, git+ssh://git@github.com/acme/app.git",
    "actions/checkout@v4, node_modules/@babel/core@7.24.0, acme/app@main",
    "at connect (db.internal:5432), retry 5432:1:2",
    "npm_config_registry npm_lifecycle_event task-scheduler-of-the-month disk-pressure",
    "hooks.slack.com timed out; discord.com/api/webhooks is down",
    "locale sk-SK, tk-us-east, key-value, SG.1, dapi, hvs. and sl.",
    "GET /share/2026-11-16-report-of-the-month, /join/2026-winter-conference-berlin, /verify/req_7Qm2xV9cT4",
    "/tickets?ticket=SUPPORT-2026-0001234&sign=Sagittarius, ?code=SQLSTATE_23505_UNIQUE",
    "https://host.example:8443/path/@scope/package, http://[::1]:80/a@b, jar:file:///a/b@c!/d",
    "redis://cache:6379/0?x=a@b.example, amqp://mq:5672/a@b, mongodb://a:27017,b:27017/app",
    "card ending in 4242, cvv check failed, cvc_check: pass",
]


def test_what_only_looks_like_a_secret_stays() -> None:
    in_json = [json.dumps({"message": text, "path": text}) for text in _HARMLESS]
    assert _checked([*_HARMLESS, *in_json]) == [*_HARMLESS, *in_json]


def test_the_number_of_an_order_stays_even_if_it_could_be_that_of_a_card() -> None:
    number = made("{visa}", "seed").text
    texts = [f"{name}{number}" for name in ("order ", "order number ", "orderNumber=", "trace_id=", "timestamp: ", "#")]
    assert _checked(texts) == texts
    assert _checked([f"paid by {number}", f"card number {number}"]) == ["paid by [redacted]", "card number [redacted]"]


def test_the_number_of_a_card_in_json_becomes_a_text() -> None:
    card = int(made("{visa}", "seed").text)
    record = {"card": card, "creditCardCvv": 159, "nested": json.dumps({"pan": card, "cvc": "123"}), "card no": card}
    redacted = json.loads(_checked([json.dumps(record)])[0])
    hidden = {"card": "[redacted]", "creditCardCvv": "[redacted]", "card no": "[redacted]"}
    assert redacted == {**hidden, "nested": json.dumps({"pan": "[redacted]", "cvc": "[redacted]"})}


def test_a_private_key_goes_in_each_of_its_formats() -> None:
    ends = ("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----", "---- END SSH2 ENCRYPTED PRIVATE KEY ----")
    secrets = [
        made(described, "seed")
        for described in (
            f'{ends[0]}\nComment: "x"\n(({{base64:70}}))\n{ends[1]}',
            "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n(({base64:48}))\nPrivate-MAC: (({hex:64}))",
            '{"kty":"EC","crv":"P-256","x":"a","d":"(({word:43}))"}',
            "    client-key-data: (({base64:120}))",
            "/x?key=-----BEGIN%20PRIVATE%20KEY-----%0A(({alnum:64}))%0A-----END%20PRIVATE%20KEY-----&days=7",
        )
    ]
    for secret in secrets:
        texts = [secret.text, json.dumps({"m": secret.text}), json.dumps({"m": json.dumps({"n": secret.text})})]
        assert not any(hidden in redacted for hidden in secret.hidden for redacted in _checked(texts))
