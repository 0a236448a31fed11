"""What is secret by what stands around it, and however it is written; prose and code stay."""

import base64
import hashlib
import json
import random
import re
import uuid
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.redaction.detector import find, may_hold
from llmgw_desktop.redaction.redactor import MASK, Redactor
from tests.redaction.samples import SAMPLES, sample

pytestmark = pytest.mark.daily

REDACTOR = Redactor()
SHOWN = MASK.decode()


HARD_PASSWORDS = [
    "$ecret!9xQ",
    "!Zq8example77x",
    "@Horse99!x",
    "(Zq8!x77a",
    "#Passw0rd!",
    "your9Zq!kk2",
]


def word(template: str = "{a24}") -> str:
    """Always the same: of what nothing but its place tells, one in 400 looks like words."""
    return sample(template, seed=template)


def test_few_by_chance_look_like_words() -> None:
    around = [f'<add key="ApiToken" value="{sample("{a24}", seed=str(n))}" />' for n in range(1000)]
    assert sum(REDACTOR.clean_text(each) == each for each in around) <= 5


@pytest.mark.parametrize(
    ("around", "template"),
    [
        ('OPENAI_API_KEY="{}"', "{a12}!{a12}"),
        ("export MISTRAL_API_KEY={}\n", "{a32}"),
        ('{{"password": "{}"}}', "hunter{d2}"),
        ('{{"password": "{}"}}', "{a6} {a6}"),
        ("password: '{}'", "swordfish"),
        ("PASSWORD={}\n", "{a9}"),
        ("db_passwd = `{}`", "{a9}$&;("),
        ("the password is {} as ever", "hunter{d3}"),
        ("Authorization: Bearer {}", "{a20}"),
        ("'Authorization': 'Basic {}'", "{b20}=="),
        ("curl -H 'x-api-key: {}' https://api.test", "{a32}"),
        ("Ocp-Apim-Subscription-Key: {}", "{h32}"),
        ("postgres://joe:{}@db.internal:5432/shop", "{a10}"),
        ("mongodb+srv://joe:{}@cluster0.mongodb.net", "{a10}%21"),
        ("redis://:{}@cache:6379/0", "{a14}"),
        ("https://{}@github.com/a/b.git", "{a40}"),
        ("https://api.test/v1/things?page=2&access_token={}&x=1", "{a20}"),
        ("token={}", "{h16}"),
        ("AccountName=shop;AccountKey={};EndpointSuffix=core", "{b86}=="),
        ("Server=db;User Id=sa;Password={};", "{a12}"),
        ("aws_secret_access_key = {}", "{b40}"),
        ('"secretAccessKey": "{}"', "{b40}"),
        ("my mistral key is {}", "{a32}"),
        ("Twilio auth token: {}", "{h32}"),
        ("deepgram API key {}", "{h40}"),
        ("prog --password {} --verbose", "{a9}"),
        ("prog --api-key={}", "{a24}"),
        ("curl -u joe:{} https://api.test", "{a9}"),
        ("mysql -u root -p{} shop", "{a9}"),
        ("machine api.test login joe password {}", "{a9}"),
        ("<password>{}</password>", "{a9}"),
        ('<add key="ApiToken" value="{}" />', "{a24}"),
        ("//registry.npmjs.org/:_authToken={}", "{a36}"),
        ('{{"auths": {{"ghcr.io": {{"auth": "{}"}}}}}}', "{b32}"),
        ("Cookie: {}", "session={a32}; theme=dark"),
        ('("password", "{}")', "hunter{d2}"),
        ("password => '{}',", "{a9}"),
        ("DB_PASSWORD='{}'", "$ecret!9xQ"),
        ('password: "{}"', "!Zq8example77x"),
        *(('{{"password": "{}"}}', each) for each in HARD_PASSWORDS),
        *(("A=1\nDB_PASSWORD={}\nB=2", each) for each in HARD_PASSWORDS),
        *(("  password: {}\n  user: joe", each) for each in HARD_PASSWORDS),
        ("password='{}'", "(hunter{d2})"),
        ("password='{}'", "<Zq8!x{d2}>"),
        ("A=1\nDB_PASSWORD={}", "(paren)9!x"),
        ('{{"access_token":"{}","expires_in":3600}}', "{U}"),
        ('{{"token":"{}"}}', "{U}"),
        ("refresh_token={}&x=1", "{U}"),
        ('{{"passwords":["{}","{{}}"]}}', "swordfish"),
        ('{{"user":"joe","passwords": ["", "{}"], "id": 7}}', "hunter{d2}"),
        ('{{"secrets":{{"db":"{}","n":1}}}}', "hunter{d2}"),
        ('{{"credentials":{{"userName":"joe77777","a":{{"b":["{}"]}}}},"id":"x"}}', "{a24}"),
        ('{{"tokens":{{"access":"{}"}}}}', "{U}"),
        ("API_KEYS = ['{}']", "{a24}"),
        ('{{"name":"DB_PASSWORD","value":"{}"}}', "hunter{d2}"),
        ('{{\n        "name": "API_TOKEN",\n        "value": "{}"\n}}', "{a24}"),
        ("env:\n- name: API_TOKEN\n  value: {}\n- name: x", "{a24}"),
        ("[{{'key': 'x-functions-key', 'value': '{}'}}]", "{a40}"),
        ('{{"headers":{{"x-functions-key":"{}"}}}}', "{a40}"),
        ("production:\n  secret_key_base: {}\n", "{h64}"),
        ("password: |\n  {}\nuser: joe", "{a9}"),
        ("client-secret: >-\n    {}\n", "{a24}"),
        ("ENV DB_PASSWORD {}\nRUN x", "{a9}"),
        ("setx API_TOKEN {}", "{a24}"),
        ('set -gx API_TOKEN "{}"', "{a24}"),
        ("CREATE USER joe IDENTIFIED BY '{}';", "{a9}"),
        ("ALTER ROLE joe WITH PASSWORD '{}';", "hunter{d3}"),
        ("ansible_ssh_pass={} ansible_host=x", "hunter{d3}"),
        ("smtp_pass: '{}'", "hunter{d3}"),
    ],
)
def test_the_whole_value_goes_and_no_more(around: str, template: str) -> None:
    value = word(template)
    cleaned = REDACTOR.clean_text(around.format(value))
    assert cleaned == around.format(SHOWN), value


WRITTEN = {
    "in JSON": json.dumps,
    "in JSON within JSON": lambda text: json.dumps({"arguments": json.dumps({"a": text})}),
    "three deep": lambda text: json.dumps(json.dumps(json.dumps([text]))),
    "in escapes": lambda text: '"' + "".join(f"\\u{ord(each):04x}" for each in text) + '"',
    "with slashes escaped": lambda text: json.dumps(text).replace("/", "\\/"),
    "in percents": quote,
    "all in percents": lambda text: "".join(f"%{ord(each):02x}" for each in text),
    "in base64": lambda text: base64.b64encode(text.encode()).decode(),
    "in base64 of addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "in base64 in JSON": lambda text: json.dumps(
        {"data": base64.b64encode(text.encode()).decode()}
    ),
    "in base64 in lines": lambda text: base64.encodebytes((text * 3).encode()).decode(),
    "in base64 twice": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    "in base64 in escapes of programs": lambda text: (
        "a = '\\x61\\n'; b = " + base64.b64encode(text.encode()).decode()
    ),
    "in percents twice": lambda text: quote(quote(text, safe=""), safe=""),
    "as programs escape it": lambda text: "".join(f"\\x{ord(each):02x}" for each in text),
    "as programs escape it in JSON": lambda text: json.dumps(
        text.translate({ord(each): f"\\x{ord(each):02x}" for each in "_-.:/=k"})
    ),
    "in hex": lambda text: text.encode().hex(),
    "in capital hex in JSON": lambda text: json.dumps({"data": "0x" + text.encode().hex().upper()}),
    "in UTF-16": lambda text: text.encode("utf-16").decode("latin-1"),
    "in UTF-16, high bytes first": lambda text: text.encode("utf-16-be").decode(),
    "in UTF-16 in JSON": lambda text: json.dumps(text.encode("utf-16-le").decode()),
    "with signs of no width": lambda text: "\u200b".join(text),
    "with signs of no width in JSON": lambda text: json.dumps({"a": "\u2060".join(text)}),
    "with soft hyphens in JSON": lambda text: json.dumps({"a": "\xad".join(text)}),
    "with byte order marks": lambda text: text.replace("e", "\ufeffe"),
    "in colours": lambda text: f"\x1b[32m{text}\x1b[0m",
}


@pytest.mark.parametrize("way", WRITTEN)
@pytest.mark.parametrize(
    "template",
    [
        SAMPLES["Anthropic API key"],
        SAMPLES["SendGrid key"],
        "https://" + SAMPLES["Slack webhook"],
        SAMPLES["DigitalOcean token"],
        'password = "hunter{d3}{a6}"',
        "postgres://joe:{a12}@db.internal/shop",
    ],
)
def test_a_secret_is_found_in_whichever_way_it_is_written(way: str, template: str) -> None:
    for before in ("", "x", "it "):  # base64 has three ways to write what comes next
        secret = word(template)
        body = f"{before and before + ' '}{secret} and so on"
        written = WRITTEN[way](body).encode()
        assert may_hold(written)
        cleaned = REDACTOR.clean(written)
        assert find(cleaned) == []
        assert MASK in cleaned
        longest = max(re.findall(r"[A-Za-z0-9]{8,}", secret.partition("@")[0]), key=len)
        assert longest.encode() not in cleaned
        if way.startswith(("in JSON", "three", "in escapes", "with slashes")):
            json.loads(cleaned)


def test_what_is_encoded_and_no_secret_stays() -> None:
    text = "The token is counted, the password is asked for; see `api_key` there. "
    for way, write in WRITTEN.items():
        assert REDACTOR.clean(write(text).encode()) == write(text).encode(), way


def test_a_number_goes_too_and_json_stays_json() -> None:
    assert json.loads(REDACTOR.clean(b'{"password": 48151623, "n": 7}')) == {"password": 0, "n": 7}


STAYS = [
    '{"model": "m", "max_tokens": 4096, "metadata": {"user_id": "user_01"}, "token": null}',
    '{"usage": {"input_tokens": 12345678, "cache_read_input_tokens": 90123456}}',
    '{"type": "object", "properties": {"password": {"type": "string"}}, "required": ["password"]}',
    '{"progressToken": "15474ed9-b0b9-4368-a950-4d08ec65e8a1", "nextPageToken": "CAUQAA"}',
    "The password must have at least 8 characters. Your token: see the settings.",
    "password = getpass.getpass()\napi_key = os.environ['OPENAI_API_KEY']\ntoken = tokens[0]",
    "api_key=self._api_key, secret: Secret2 = load_secret_v2(path), private_key: PKCS7KeyTypes",
    'api_key: "YOUR_API_KEY", token: "<your token>", password: "${DB_PASSWORD}", secret: "xxxxxxx"',
    'password: "$VAR" token: "$(cmd --a1)" secret: "<your-password>" passwd: "your_password_here"',
    "DB_PASSWORD=$DB_PASS_2\nDB_PASSWORD=${PW:-x9}",
    "DB_PASSWORD=$(get_pw x9)\nPASSWORD=your_password9",
    'password: "sk-...abcd", password: "ChangeMe!", password: "example-password", token: "{a}:{b}"',
    'password: "(hidden)", password: "<user 1>:<password>", token: "<b>no</b>", secret: "[x1]"',
    "password=$1; read -s PASSWORD; echo $PASSWORD > /run/pw1",
    "DB_PASSWORD=get_password(db1)\nTOKEN=os.environ[X1]\n  password: hash(pw1)\n",
    "def login(user, password: str = '', token: Token2 | None = None) -> dict[str, int]: ...",
    "db:\n  password: !vault_2\n  secret: *alias_1\n  token: {{ lookup('env', 'TOKEN_1') }}\n",
    'if [ -z "$PASSWORD" ]; then PASSWORD=$(openssl rand -base64 32); fi; TOKEN=${1:?no token}',
    'f"password={password!r}"; f"{user}:{token}"; print("password:", pw1, "token:", tok2)',
    '{"id":"15474ed9-b0b9-4368-a950-4d08ec65e8a1","request_id":"15474ed9-b0b9-4368-a950-4d08ec65e8a2",'
    '"session_id":"15474ed9-b0b9-4368-a950-4d08ec65e8a3","resumeToken":'
    '"15474ed9-b0b9-4368-a950-4d08ec65e8a4"}',
    '{"password": ["This field is required."], "tokens": ["hello", "world2"], "token": [1, 2]}',
    '{"properties": {"password": {"type": "string", "format": "password", "minLength": 8,'
    ' "description": "Eight letters or more, 1 digit"}, "token": {"items": {"enum": ["a1b2"]}}}}',
    '{"secrets": ["db_password", "api_key_two"], "secrets": {"db": {"file": "./db_pw1.txt"}}}',
    'fields = ["token", "password", "client_secret"]; x = ("login", "password", "encoding")',
    "Authorization: Bearer authentication is described in RFC 6750. A bearer token is opaque.",
    "headers = {'authorization', 'proxy-authorization', 'x-amz-security-token'}",
    "postgres://user:password@localhost/db and http://localhost:8080/a@b",
    "docker run -u 1000:1000 image; git@github.com:a/b.git; icon@2x.png",
    "PWD=/home/joe/project2 OLDPWD=/tmp/x1; keyboard: qwerty123; monkey=banana7",
    "sk-fading-circle-animation-delay and sk-ecdsa-sha2-nistp256 and risk-assessment-of-2024",
    "class Token2Keyword:\n    SUBSCRIPTION_ID_META_KEY = 'io.modelcontextprotocol/subscriptionId'",
    "-----BEGIN RSA PRIVATE KEY----- is the first line, said the manual",
    "cookie: a small file that a site keeps; Cookie policy: see below",
    'call_id "toolu_01A09q90qw90lq917835lq9", "call_8f3aXk29Qz", "functions.get:0"',
    "[EMAIL_3f9a2c01b4d7] wrote to [SECRET_0a1b2c3d4e5f] with password [SECRET_0a1b2c3d4e5f]",
    '[{"name":"password","value":"${DB_PASSWORD}"},{"name":"max_tokens","value":"4096"}]',
    "- name: API_TOKEN\n  value: {{ token_1 }}\n- name: DB_PASSWORD\n  valueFrom:\n    key: pw1\n",
    "password: |\n  At least 8 characters\ntoken: >\n  see below\nENV TOKEN $T_1\nENV P /a/b1c2",
    "The password 'foo' is wrong; IDENTIFIED BY 'changeme'; first_pass: 2024-11-23, pass: 12 of 12",
    "The hash is sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.",
    "commit 7bb1b7f52f9d1a4c8e0b6d3f2a1c5e7d9b8f6a4c, primary key (id), foreign_key = user_id",
]


@pytest.mark.parametrize("text", STAYS)
def test_prose_code_and_ids_stay(text: str) -> None:
    assert REDACTOR.clean_text(text) == text
    assert REDACTOR.clean_text(json.dumps({"content": text})) == json.dumps({"content": text})


def test_what_is_random_and_no_secret_stays() -> None:
    chance = random.Random(20)  # the same ones each time: one in many holds "-sk-" by chance
    for _ in range(20):
        picture = base64.b64encode(chance.randbytes(3000)).decode()
        parts = (
            str(uuid.UUID(bytes=chance.randbytes(16), version=4)),
            hashlib.sha1(chance.randbytes(9)).hexdigest(),
            *(hashlib.sha256(chance.randbytes(9)).hexdigest(), f"sha512-{picture[:86]}=="),
            *(f"data:image/png;base64,{picture}", f"msg_{chance.randbytes(12).hex()}"),
            f'{{"signature": "{picture[:400]}", "encrypted_content": "gAAAA{picture[:300]}"}}',
            f'"llmgw1.google.thinking.{picture[:200].replace("+", "-").replace("/", "_")}"',
        )
        for text in parts:
            assert REDACTOR.clean_text(text) == text


def test_transcripts_of_real_programs_stay() -> None:
    """They hold no secret, and much that names some."""
    folder = Path(__file__).parents[1] / "clis" / "transcripts"
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            assert REDACTOR.clean(file.read_bytes()) == file.read_bytes(), file


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "password",
                "token",
                "=",
                ": ",
                '"',
                "'",
                "\\",
                "\\u00",
                "%3",
                "D",
                "{",
                "}",
                "\n",
                " ",
            ),
            *(
                "sk-",
                "AKIA",
                "eyJ",
                ".",
                "://",
                ":",
                "@",
                "-----BEGIN ",
                "PRIVATE KEY-----",
                "hunter2",
            ),
            *(
                "A1b2C3d4E5f6G7h8I9j0",
                "ZGF0YSBhbmQgbW9yZSBkYXRh",
                "<",
                ">",
                "-u ",
                "bearer ",
                ",",
                " ",
                "hunter2",
            ),
        ]
    ),
    max_size=40,
)


@given(PIECES)
def test_cleaning_twice_changes_nothing_more_and_json_stays_json(pieces: list[str]) -> None:
    text = "".join(pieces)
    for body in (text, json.dumps({"a": text, "b": [text]})):
        once = REDACTOR.clean_text(body)
        assert may_hold(body.encode()) or once == body
        if body is not text:
            json.loads(once)


@given(PIECES)
def test_places_lie_within_the_text_and_apart(pieces: list[str]) -> None:
    text = "".join(pieces).encode()
    done = 0
    for each in find(text):
        assert done <= each.start < each.end <= len(text)
        done = each.end
