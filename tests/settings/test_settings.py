import os
import re
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from configurations import PLAIN, with_line, written

from kiosk.app.devices.config import board_config
from kiosk.sale.money import Amount
from kiosk.sale.order import Product
from kiosk.sandbox.merchants import ENTRY_CODE
from kiosk.settings import Settings, SettingsError, load, rules, shown

EXAMPLE = Path(str(files("kiosk.settings") / "example.toml"))
WITHOUT_DEFAULT = {
    "hardware.buzzer",
    "voice",
    "hardware.display.bus",
    "hardware.display.bus_number",
    *(f"hardware.lamps.{colour}" for colour in ("red", "amber", "green", "blue")),
}
PRODUCTS = "'CASHIER_PAYMENT', 'ORDER_CODE', 'PAYMENT_CODE' or 'ENTRY_CODE'"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.startswith("KIOSK_") or name in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY"):
            monkeypatch.delenv(name)


def mistakes(file: Path) -> list[str]:
    """What is said against a file, without its name and the line."""
    return [
        place.sub("", line) for place in [re.compile(f"^{re.escape(str(file))}(:[0-9]+)?: ")] for line in said(file)
    ]


def said(file: Path) -> list[str]:
    """What is said against a file."""
    with pytest.raises(SettingsError) as refusal:
        load(file)
    return str(refusal.value).splitlines()


# --- the example ---


def test_the_example_loads() -> None:
    settings = load(EXAMPLE)
    assert settings.kiosk.id == "kiosk-0001"
    assert settings.payment.products == (Product.ORDER_CODE, Product.PAYMENT_CODE)
    assert settings.listener is not None
    assert settings.notifications.webhook is not None


def test_the_example_shows_every_setting_with_its_default() -> None:
    uncommented = re.sub(r"^# (?=[a-z_]+ = )", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    values = tomllib.loads(uncommented)
    shown, silent = Settings(**values), load(EXAMPLE)
    assert board_config(shown) == board_config(silent), "what hardware.config has where the file says nothing"
    assert shown == silent.model_copy(update={"hardware": shown.hardware})

    def keys(section: dict, path: str = "") -> set[str]:
        found = set()
        for key, value in section.items():
            found |= keys(value, f"{path}{key}.") if isinstance(value, dict) else {path + key}
        return found

    assert keys(values) | WITHOUT_DEFAULT == keys(Settings(**values).model_dump())
    example = EXAMPLE.read_text(encoding="utf-8")
    assert all(key.rpartition(".")[2] in example for key in WITHOUT_DEFAULT)


# --- where it is, and what goes before it ---


def test_the_file_is_the_one_named_or_that_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = written(tmp_path)
    monkeypatch.setenv("KIOSK_CONFIG", str(EXAMPLE))
    assert load(named).kiosk.id == "bench-7"
    assert load(None).kiosk.id == "kiosk-0001"


def test_defaults_are_those_of_the_interface(tmp_path: Path) -> None:
    settings = load(written(tmp_path))
    assert (settings.gateway.sign_type, settings.gateway.timezone) == ("SHA", "Asia/Singapore")
    assert (settings.payment.currency, settings.payment.code_lifetime) == ("KRW", 120)
    assert (settings.panel.host, settings.panel.port) == ("127.0.0.1", 8080)
    assert (settings.listener, settings.notifications.webhook) == (None, None)


def test_directories_are_systemds_where_the_file_names_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, re.sub(r"(?m)^(state|credentials)_dir.*\n", "", PLAIN))
    assert load(file).kiosk.state_dir == Path("/var/lib/kiosk")
    monkeypatch.setenv("STATE_DIRECTORY", "/srv/a")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/b")
    kiosk = load(file).kiosk
    assert (kiosk.state_dir, kiosk.credentials_dir) == (Path("/srv/a"), Path("/run/b"))


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, with_line("payment", 'max_amount = "5000"'))
    monkeypatch.setenv("KIOSK_PAYMENT__MAX_AMOUNT", "300000")
    monkeypatch.setenv("KIOSK_PAYMENT__PRODUCTS", '["PAYMENT_CODE"]')
    monkeypatch.setenv("KIOSK_HARDWARE__DISPLAY__WIDTH", "256")
    monkeypatch.setenv("KIOSK_LISTENER__LISTEN", "[::1]:8090")
    settings = load(file)
    assert settings.payment.max_amount == "300000"
    assert settings.payment.products == (Product.PAYMENT_CODE,)
    assert settings.hardware.display.width == 256
    assert settings.listener is not None
    assert (settings.listener.host, settings.listener.port) == ("::1", 8090)


@pytest.mark.parametrize("name", ["KIOSK_PAYMENT_MAX_AMOUNT", "KIOSK_PAYMNET__MAX_AMOUNT", "KIOSK_X"])
def test_a_variable_that_sets_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(SettingsError) as refusal:
        load(written(tmp_path))
    assert str(refusal.value) == f"environment: {name}: no such setting; expected KIOSK_SECTION__KEY"


def test_a_variable_for_an_unknown_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_PAYMENT__MAXIMUM", "1")
    assert said(written(tmp_path)) == ["environment: KIOSK_PAYMENT__MAXIMUM: payment.maximum: no such setting"]


def test_a_list_from_the_environment_is_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_PAYMENT__PRODUCTS", "ORDER_CODE")
    with pytest.raises(SettingsError) as refusal:
        load(written(tmp_path))
    assert str(refusal.value) == 'environment: KIOSK_PAYMENT__PRODUCTS: expected JSON such as ["ORDER_CODE"]'


# --- mistakes ---

GATEWAY_URL = "expected an https:// address without a password (http:// is for this machine only)"
WEB_URL = "expected an http(s):// address without a password"
ENTRY = "payment.entry_code = '': expected the static EMVCo payload, for payment.products has ENTRY_CODE"
CHECKSUM = "the checksum of what is before it"
LISTEN = "expected HOST:PORT such as 127.0.0.1:8080"
DEVICE = 'expected /dev/input/by-id/... or a part of the name, for kind = "input_device"'
PATTERN = "^[A-Za-z0-9_-]{1,18}$"


@pytest.mark.parametrize(
    ("section", "line", "said"),
    [
        ("kiosk", 'colour = "red"', "kiosk.colour: no such setting"),
        ("gateway", 'token = "s3cret"', "gateway.token: no such setting"),
        ("paymnet", 'currency = "KRW"', "paymnet: no such setting; did you mean payment?"),
        ("kiosk", "id = 7", "kiosk.id = 7: expected text in quotes"),
        ("kiosk", 'id = ""', f"kiosk.id = '': expected text that matches {PATTERN}"),
        ("kiosk", 'id = "kiosk 1"', f"kiosk.id = 'kiosk 1': expected text that matches {PATTERN}"),
        ("kiosk", f'id = "{"k" * 19}"', f"kiosk.id = '{'k' * 19}': expected text that matches {PATTERN}"),
        ("kiosk", "state_dir = 1", "kiosk.state_dir = 1: expected text in quotes"),
        ("kiosk", 'language = "fr"', "kiosk.language = 'fr': expected 'ko' or 'en'"),
        ("kiosk", 'timezone = "Seoul"', "kiosk.timezone = 'Seoul': expected a time zone such as Asia/Seoul"),
        ("kiosk", 'timezone = "../etc"', "kiosk.timezone = '../etc': expected a time zone such as Asia/Seoul"),
        ("gateway", 'base_url = "http://gw.example"', f"gateway.base_url = 'http://gw.example': {GATEWAY_URL}"),
        ("gateway", 'base_url = "https://"', f"gateway.base_url = 'https://': {GATEWAY_URL}"),
        ("gateway", 'base_url = "https://[::1"', f"gateway.base_url = 'https://[::1': {GATEWAY_URL}"),
        ("gateway", 'base_url = "https://a:x"', f"gateway.base_url = 'https://a:x': {GATEWAY_URL}"),
        ("gateway", 'base_url = "https://u:s3cret@a"', f"gateway.base_url = 'https://a': {GATEWAY_URL}"),
        ("gateway", 'notify_url = "kiosk"', f"gateway.notify_url = 'kiosk': {WEB_URL}"),
        ("gateway", 'client_id = ""', "gateway.client_id = '': expected something, not nothing"),
        ("gateway", 'sign_type = "MD5"', "gateway.sign_type = 'MD5': expected 'SHA', 'RSA' or 'TOKEN'"),
        ("gateway", "paths = 5", "gateway.paths = 5: expected a section, [gateway.paths]"),
        ("gateway.paths", 'pay = "pay"', "gateway.paths.pay = 'pay': expected a path such as /pay"),
        (
            "payment",
            'currency = "WON"',
            "payment.currency = 'WON': expected ISO 4217 letters of a currency that is supported, such as KRW",
        ),
        ("payment", "products = []", "payment.products = []: expected one product or more, each once"),
        ("payment", 'products = "ORDER_CODE"', "payment.products = 'ORDER_CODE': expected a list, in brackets"),
        ("payment", 'products = ["QR"]', f"payment.products.0 = 'QR': expected {PRODUCTS}"),
        (
            "payment",
            'products = ["ORDER_CODE", "ORDER_CODE"]',
            "payment.products = ['ORDER_CODE', 'ORDER_CODE']: expected one product or more, each once",
        ),
        (
            "payment",
            f'description = "{"x" * 257}"',
            f"payment.description = '{'x' * 257}': expected at most 256 characters",
        ),
        ("payment", "code_lifetime = 29", "payment.code_lifetime = 29: expected 30 or more"),
        ("payment", "code_lifetime = 3601", "payment.code_lifetime = 3601: expected 3600 or less"),
        ("payment", 'code_lifetime = "long"', "payment.code_lifetime = 'long': expected a number"),
        ("payment", "min_amount = 100", "payment.min_amount = 100: expected text in quotes"),
        ("payment", 'min_amount = "1.5"', "payment.min_amount = '1.5': expected an amount of KRW such as \"100\""),
        ("payment", 'max_amount = ""', "payment.max_amount = '': expected an amount of KRW such as \"100\""),
        (
            "payment",
            'min_amount = "200001"',
            "payment.min_amount = '200001': expected more than 0 and not more than max_amount",
        ),
        ("payment", 'min_amount = "0"', "payment.min_amount = '0': expected more than 0 and not more than max_amount"),
        (
            "payment",
            'payment_code_pattern = "["',
            "payment.payment_code_pattern = '[': expected a regular expression such as ^[0-9]{16,32}$",
        ),
        ("payment", "max_in_doubt = 0", "payment.max_in_doubt = 0: expected 1 or more"),
        ("payment", "max_in_doubt = 1.5", "payment.max_in_doubt = 1.5: expected a whole number"),
        ("payment", 'products = ["ENTRY_CODE"]', ENTRY),
        (
            "payment",
            f'products = ["ENTRY_CODE"]\nentry_code = "{ENTRY_CODE[:-4]}0000"',
            f"payment.entry_code = '{ENTRY_CODE[:-4]}0000': tag 63 is '0000': expected 87E4, {CHECKSUM}",
        ),
        ("payment", 'produts = ["QR"]', "payment.produts: no such setting; did you mean products?"),
        (
            "gateway",
            'sign_type = "SAH"',
            "gateway.sign_type = 'SAH': expected 'SHA', 'RSA' or 'TOKEN'; did you mean SHA?",
        ),
        ("gateway.paths", 'refnd = "/r"', "gateway.paths.refnd: no such setting; did you mean refund?"),
        ("hardware.keypad", "debonce = 1", "hardware.keypad.debonce: no such setting; did you mean debounce?"),
        ("hardware", 'board = "arduino"', "hardware.board = 'arduino': expected 'raspberrypi' or 'simulated'"),
        ("hardware.display", "width = 31", "hardware.display.width = 31: expected 32 or more"),
        ("hardware.display", "rotate = 45", "hardware.display.rotate = 45: expected 0, 90, 180 or 270"),
        ("hardware.release", "pin = 28", "hardware.release.pin = 28: expected 27 or less"),
        ("hardware.release", "pulse = 6", "hardware.release.pulse = 6: expected 5 or less"),
        ("hardware.release", "confirm = true", "hardware.release.confirm = True: expected a pin, 0 to 27, or false"),
        ("hardware.lamps", 'kind = "rgb"', 'hardware.lamps.red: missing; expected a pin, for kind = "rgb"'),
        (
            "hardware.keypad",
            'kind = "input_device"',
            f"hardware.keypad.device: missing; {DEVICE}",
        ),
        (
            "hardware.display",
            'driver = "SSD 1306"',
            "hardware.display.driver = 'SSD 1306': expected text that matches ^[a-z0-9_]+$",
        ),
        ("notifications.webhook", 'url = "ftp://a"', f"notifications.webhook.url = 'ftp://a': {WEB_URL}"),
        ("listener", 'listen = "8090"', f"listener.listen = '8090': {LISTEN}"),
        ("panel", 'listen = "127.0.0.1:65536"', f"panel.listen = '127.0.0.1:65536': {LISTEN}"),
        ("panel", "listen = 8080", "panel.listen = 8080: expected text in quotes"),
    ],
)
def test_a_mistake_is_one_line_with_its_key_and_what_is_expected(
    tmp_path: Path, section: str, line: str, said: str
) -> None:
    assert mistakes(written(tmp_path, with_line(section, line))) == [said]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_gateway_without_tls_is_on_this_machine_only(tmp_path: Path, host: str) -> None:
    file = written(tmp_path, with_line("gateway", f'base_url = "http://{host}:8070/"'))
    assert load(file).gateway.base_url == f"http://{host}:8070"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    text = PLAIN.replace('id = "bench-7"\n', "").replace('client_id = "M1"\n', "")
    said = "missing; it has to be set"
    assert mistakes(written(tmp_path, text)) == [f"kiosk.id: {said}", f"gateway.client_id: {said}"]
    assert mistakes(written(tmp_path, "")) == [f"{name}: {said}" for name in ("kiosk", "gateway", "payment")]


def test_each_of_several_mistakes_has_its_line(tmp_path: Path) -> None:
    text = PLAIN.replace('"M1"', '""').replace("bench-7", "?") + 'currency = "WON"\n[panel]\n'
    assert [line.partition(" ")[0].strip(":") for line in mistakes(written(tmp_path, text))] == [
        "kiosk.id",
        "gateway.client_id",
        "payment.currency",
        "panel.listen",
    ]


def test_what_is_no_toml_is_said_with_its_place(tmp_path: Path) -> None:
    assert mistakes(written(tmp_path, "[kiosk]\nid = kiosk\n")) == ["is not TOML: Invalid value (at line 2, column 6)"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    assert mistakes(missing) == ["not found; name the file with --config or $KIOSK_CONFIG"]
    assert mistakes(tmp_path) == ["can't be read: Is a directory"]
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'[kiosk]\nid = "\xe9"\n')
    assert mistakes(latin) == ["can't be read: it is not UTF-8"]


# --- what comes of it ---


def test_what_is_shown_loads_again_to_the_same(tmp_path: Path) -> None:
    text = with_line("payment", 'description = "주차 \\"A\\" \\\\ \\t\\u007f"')
    settings = load(written(tmp_path, text + '[listener]\nlisten = "127.0.0.1:0"\n'))
    (tmp_path / "again").mkdir()
    assert load(written(tmp_path / "again", shown(settings))) == settings
    example = load(EXAMPLE)
    again = load(written(tmp_path, shown(example)))
    assert again.model_copy(update={"notifications": example.notifications}) == example


def test_of_an_address_the_scheme_and_host_are_shown(tmp_path: Path) -> None:
    text = PLAIN.replace("https://gateway.example", "https://gateway.example:8443/s3cret")
    text += '[notifications.webhook]\nurl = "https://operator.example/s3cret?token=s3cret#s3cret"\n'
    seen = shown(
        load(written(tmp_path, text.replace("[payment]", 'notify_url = "http://kiosk.example/s3cret"\n[payment]')))
    )
    assert "s3cret" not in seen
    for address in ("https://gateway.example:8443", "https://operator.example", "http://kiosk.example"):
        assert f'"{address}"' in seen


def test_what_is_shown_has_no_place_for_secrets() -> None:
    secret = re.compile("secret|password|token|key|pin", re.IGNORECASE)
    software, hardware, others = shown(load(EXAMPLE)).partition("[hardware]")  # which has keys and pins of its own
    assert hardware
    names = re.findall(r"(?m)^(\w+) =", software + others.partition("[notifications")[2])
    assert len(names) > 25
    assert [name for name in names if secret.search(name)] == []


def test_the_rules_of_a_sale_come_of_it(tmp_path: Path) -> None:
    text = with_line("payment", 'currency = "SGD"\nmin_amount = "0.50"\nmax_amount = "90"\nmax_in_doubt = 2')
    made = rules(load(written(tmp_path, text)))
    assert (made.kiosk_id, made.code_lifetime, made.max_in_doubt) == ("bench-7", 120, 2)
    assert (made.least, made.most) == (Amount(50, "SGD"), Amount(9000, "SGD"))
    assert made.products == (Product.ORDER_CODE, Product.PAYMENT_CODE)
    assert made.payment_code_pattern.search("281010897274821897274821")
    assert not made.payment_code_pattern.search("2810")


def test_a_static_code_is_taken_with_its_checksum(tmp_path: Path) -> None:
    text = with_line("payment", f'products = ["ENTRY_CODE"]\nentry_code = "{ENTRY_CODE}"')
    assert rules(load(written(tmp_path, text))).entry_code == ENTRY_CODE


# --- where it is said to be ---


def test_each_mistake_has_the_line_it_is_in(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """\
# a kiosk
[kiosk]
id = "bench-7"   # its name
languag = "ko"

[gateway]
base_url = "ftp://gateway.example"
client_id = "M1"

[payment]
description = \'\'\'
min_amount = "x"\'\'\'
products = [
  "ORDER_CODE",  # [panel]
  "CODE",
]
[hardware]
display = { drivr = "ssd1306", width = 1 }
lamps.ready = 99
[panl]
""",
    )
    assert [line.removeprefix(f"{file}:").partition(" ")[::2] for line in said(file)] == [
        ("4:", "kiosk.languag: no such setting; did you mean language?"),
        ("7:", f"gateway.base_url = 'ftp://gateway.example': {GATEWAY_URL}"),
        ("6:", "gateway.sign_id: missing; it has to be set"),
        ("13:", f"payment.products.1 = 'CODE': expected {PRODUCTS}"),
        ("19:", "hardware.lamps.ready = 99: expected 27 or less"),
        ("18:", "hardware.display.width = 1: expected 32 or more"),
        ("18:", "hardware.display.drivr: no such setting; did you mean driver?"),
        ("20:", "panl: no such setting; did you mean panel?"),
    ]


def test_a_value_of_the_environment_is_not_looked_for_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_GATEWAY__CLIENT_ID", "")
    assert said(written(tmp_path)) == [
        "environment: KIOSK_GATEWAY__CLIENT_ID: gateway.client_id = '': expected something, not nothing"
    ]


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("ftp://user:s3cret@gw.example/s3cret?token=s3cret#s3cret", "ftp://gw.example"),
        ("https://gw.example/ s3cret", "https://gw.example"),
        ("ftp:/gw.example/s3cret", "ftp://gw.example"),
        ("wss://gw.example:1/s3cret", "wss://gw.example:1"),
        ("FTP://s3cret@gw.example", "FTP://gw.example"),
        ("ftp://user:s3cret/s3cret@gw.example/s3cret", "ftp://gw.example"),
    ],
)
def test_of_an_address_no_more_is_said_than_scheme_and_host(tmp_path: Path, url: str, seen: str) -> None:
    text = with_line("notifications.webhook", f'url = "{url}"')
    (line,) = mistakes(written(tmp_path, text))
    assert seen in line
    assert "s3cret" not in line.replace(" s3cret'", "")


# --- on the command line ---


def check(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", "--config", str(file), "config", "check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_wrong_configuration_ends_with_2_and_a_line_for_each_mistake(tmp_path: Path) -> None:
    file = written(tmp_path, PLAIN.replace('"M1"', "1") + "code_lifetime = 1\n")
    done = check(file)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"{file}:8: gateway.client_id = 1: expected text in quotes",
        f"{file}:13: payment.code_lifetime = 1: expected 30 or more",
        "/srv/credentials/transaction-key: not found; expected a credential, see README",
    ]


def test_a_missing_credential_ends_with_2_and_a_line(tmp_path: Path) -> None:
    done = check(written(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "/srv/credentials/transaction-key: not found; expected a credential, see README\n"


def test_a_right_one_ends_with_0(tmp_path: Path) -> None:
    (tmp_path / "transaction-key").touch(mode=0o600)
    (tmp_path / "transaction-key").write_text("s3cret-of-the-bench\n")
    done = check(written(tmp_path, PLAIN.replace("/srv/credentials", str(tmp_path))))
    assert (done.returncode, done.stderr) == (0, "")
    assert "in order" in done.stdout


# --- what is wrong only together ---


def together(tmp_path: Path, text: str) -> list[str]:
    """What `config check` says, without the credentials, which are in order."""
    (tmp_path / "transaction-key").touch(mode=0o600)
    (tmp_path / "transaction-key").write_text("s3cret-of-the-bench\n")
    (tmp_path / "notification-key").touch(mode=0o600)
    (tmp_path / "notification-key").write_text("an0ther-of-the-bench\n")
    file = written(tmp_path, text.replace("/srv/credentials", str(tmp_path)))
    done = check(file)
    assert done.returncode == (2 if done.stderr else 0)
    assert "Traceback" not in done.stderr
    return [line.removeprefix(f"{file}:") for line in done.stderr.splitlines()]


@pytest.mark.parametrize(
    ("panel", "listener"),
    [
        ("127.0.0.1:8090", "127.0.0.1:8090"),
        ("127.0.0.1:8090", "0.0.0.0:8090"),
        ("[::1]:8090", "[::]:8090"),
        ("localhost:8090", "127.0.0.1:8090"),
    ],
)
def test_panel_and_listener_each_have_a_port(tmp_path: Path, panel: str, listener: str) -> None:
    text = f'{PLAIN}[panel]\nlisten = "{panel}"\n[listener]\nlisten = "{listener}"\n'
    assert together(tmp_path, text) == [
        f"16: listener.listen = '{listener}': is where the panel listens; expected another port"
    ]


def test_a_panel_that_is_open_to_others_needs_a_pin_to_let_them_in(tmp_path: Path) -> None:
    text = PLAIN + '[panel]\nlisten = "0.0.0.0:8080"\n'
    (line,) = together(tmp_path, text)
    assert line.startswith("14: panel.listen = '0.0.0.0:8080': can be reached from elsewhere")
    (tmp_path / "service-pin").touch(mode=0o600)
    (tmp_path / "service-pin").write_text("$scrypt$1")
    assert together(tmp_path, text) == []


@pytest.mark.parametrize("board", ["raspberrypi", "simulated"])
def test_a_display_that_nobody_drives_is_found_on_any_board(tmp_path: Path, board: str) -> None:
    text = PLAIN + f'[hardware]\nboard = "{board}"\n[hardware.display]\ndriver = "ili9431"\n'
    (line,) = together(tmp_path, text)
    assert line.startswith('16: hardware.display.driver = "ili9431": expected one of ssd1306, ')
    assert line.endswith("; did you mean ili9341?")


@pytest.mark.parametrize(
    ("products", "display", "why"),
    [
        ('["PAYMENT_CODE"]', "", ""),
        ('["ORDER_CODE"]', "", ""),  # the default has room
        ('["PAYMENT_CODE"]', 'driver = "ssd1306"', ""),
        ('["ORDER_CODE", "CASHIER_PAYMENT"]', 'driver = "ssd1306"', "has ORDER_CODE and CASHIER_PAYMENT, and a"),
        ('["CASHIER_PAYMENT"]', 'driver = "ssd1322"', "has CASHIER_PAYMENT, and a code of 62 bytes needs 70 pixels"),
    ],
)
def test_a_display_too_small_for_the_gateway_s_codes_is_warned_of(
    tmp_path: Path, products: str, display: str, why: str
) -> None:
    for name in ("transaction-key", "notification-key"):
        (tmp_path / name).touch(mode=0o600)
        (tmp_path / name).write_text(f"{name}-of-the-bench")
    text = PLAIN.replace("/srv/credentials", str(tmp_path)) + f"products = {products}\n[hardware.display]\n{display}\n"
    done = check(file := written(tmp_path, text))
    assert (done.returncode, "in order" in done.stdout) == (0, True)
    assert done.stderr.startswith(f"warning: {file}:14: hardware.display: payment.products {why}" if why else "")
    assert len(done.stderr.splitlines()) == bool(why)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = PLAIN.replace('"M1"', "1") + 'products = ["ENTRY_CODE"]\n[panel]\nlisten = "0.0.0.0:8080"\n[listener]\n'
    text += 'listen = "127.0.0.1:8080"\n[gateway.pahts]\n[hardware.release]\npin = 17\n'
    lines = together(tmp_path, text)
    assert [line.partition(":")[0] for line in lines] == ["8", "18", "11", "19", "17", "15"]


def test_how_tall_letters_are_is_told_where_the_pitch_of_the_pixels_is_known(tmp_path: Path) -> None:
    for name in ("transaction-key", "notification-key"):
        (tmp_path / name).touch(mode=0o600)
        (tmp_path / name).write_text(f"{name}-of-the-bench")
    text = PLAIN.replace("/srv/credentials", str(tmp_path)) + "[hardware.display]\n"
    small = check(written(tmp_path, text + "pixel_pitch = 0.21"))
    assert small.returncode == 0
    assert "the smallest letters: idle 3." in small.stdout
    assert ":14: hardware.display.pixel_pitch: the smallest letters are lower than 7.25 mm on: idle 3." in small.stderr
    large = check(written(tmp_path, text + "pixel_pitch = 0.7"))
    assert "the smallest letters: idle 1" in large.stdout
    assert large.stderr == ""
    assert "letters" not in check(written(tmp_path, text)).stdout
