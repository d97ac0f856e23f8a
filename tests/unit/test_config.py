"""Settings from the environment: nothing half-configured starts, and one look tells all that is missing."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import DEMO_PASSWORD, HERE, SEED_PASSWORD, HalfConfigured, database_url, load
from domain.settings import is_drawn

WEAK_FIRST_PASSWORDS = (
    "1", "password", "12345678", SEED_PASSWORD, f" {SEED_PASSWORD} ", f"{SEED_PASSWORD}0", "５５０５０１３", DEMO_PASSWORD,
    "Zhengshu2026", "x" * 65,
)  # fmt: skip
FIELD_BYTES = hashlib.sha256(b"field key of a test").digest()
FIELD_KEY = base64.b64encode(FIELD_BYTES).decode()
SECRET_KEY = hashlib.sha256(b"secret key of a test").hexdigest()
FAULTLESS = {
    "APP_ENV": "production",
    "SECRET_KEY": SECRET_KEY,
    "FIELD_KEY": FIELD_KEY,
    "PUBLIC_URL": "https://zs.example.gov.cn/",
    "OFFICE_DEFAULT_PASSWORD": "lime-kiln-4711",
    "SMTP_HOST": "mail.example.gov.cn",
    "TRUSTED_PROXIES": "0",
}


def production(tmp_path: Path, **changes: str) -> dict[str, Any]:
    return load({**FAULTLESS, "INSTANCE_PATH": str(tmp_path), **changes})


def refusal(tmp_path: Path, **changes: str) -> str:
    with pytest.raises(HalfConfigured) as problem:
        production(tmp_path, **changes)
    return str(problem.value)


def test_a_faultless_environment_starts(tmp_path: Path) -> None:
    settings = production(tmp_path)

    assert settings["FIELD_KEY"] == FIELD_BYTES
    assert settings["PUBLIC_URL"] == "https://zs.example.gov.cn"
    assert not settings["DEVELOPMENT"]
    assert not (tmp_path / "keys").exists()


def test_an_empty_environment_is_production_and_names_all_that_is_missing_at_once(tmp_path: Path) -> None:
    with pytest.raises(HalfConfigured) as problem:
        load({"INSTANCE_PATH": str(tmp_path)})

    for name in ("SECRET_KEY", "FIELD_KEY", "PUBLIC_URL", "SMTP_HOST", "TRUSTED_PROXIES"):
        assert name in str(problem.value)
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", SECRET_KEY[:31]),
        ("SECRET_KEY", "k" * 64),
        ("SECRET_KEY", "change-me!" * 5),
        ("SECRET_KEY", "abcdefghijklmnopqrstuvwxyz0123456789"),
        ("FIELD_KEY", ""),
        ("FIELD_KEY", "not base64"),
        ("FIELD_KEY", base64.b64encode(bytes(16)).decode()),
        ("FIELD_KEY", base64.b64encode(bytes(32)).decode()),
        ("FIELD_KEY", base64.b64encode(bytes(range(32))).decode()),
        ("FIELD_KEY", base64.b64encode(b"certificates-key" * 2).decode()),
        *(("OFFICE_DEFAULT_PASSWORD", weak) for weak in WEAK_FIRST_PASSWORDS),
        ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "zs.example.gov.cn"),
        ("PUBLIC_URL", "http://zs.example.gov.cn"),
        ("PUBLIC_URL", "https://zs.example.gov.cn/portal"),
        ("PUBLIC_URL", "https://zs.example.gov.cn?x=1"),
        ("PUBLIC_URL", "https://somebody@zs.example.gov.cn"),
        ("PUBLIC_URL", "https://zs.example.gov.cn:99999"),
        ("PUBLIC_URL", 'https://a b"><x'),
        ("PUBLIC_URL", "javascript:alert(1)"),
        ("APPLY_TITLE_URL", "javascript:alert(1)"),
        ("APPLY_TITLE_URL", "https:///apply"),
        ("REVIEW_COMMITTEE_URL", 'https://example.gov.cn/"><x'),
        ("FLASK_DEBUG", "1"),
        ("FLASK_DEBUG", "true"),
        ("SMTP_HOST", ""),
        ("SMTP_PORT", "smtp"),
        ("TRUSTED_PROXIES", ""),
        ("TRUSTED_PROXIES", "one"),
        ("TRUSTED_PROXIES", "²"),
        ("PHOTO_STORAGE", "ftp"),
        ("STAFF_SECOND_FACTOR", "yes"),
        ("APP_ENV", "staging"),
        ("APP_ENV", ""),
    ],
)
def test_one_wrong_setting_stops_the_server_and_is_the_only_one_named(tmp_path: Path, name: str, value: str) -> None:
    said = refusal(tmp_path, **{name: value})

    assert said.startswith(f"服务器没有启动，请先设置好：{name}")
    assert "；" not in said


def test_the_two_keys_are_not_one(tmp_path: Path) -> None:
    assert "不能是同一个" in refusal(tmp_path, SECRET_KEY=FIELD_KEY)
    assert "不能是同一个" in refusal(tmp_path, SECRET_KEY=FIELD_KEY, FIELD_KEY=f"2:{FIELD_KEY}")


@given(
    st.binary(min_size=32, max_size=32), st.sampled_from([bytes.hex, lambda drawn: base64.b64encode(drawn).decode()])
)
def test_whatever_was_drawn_is_strong_enough(seed: bytes, write: Any) -> None:
    """Digests stand for what is drawn: what hypothesis itself draws first is zeros."""
    drawn = hashlib.sha256(seed).digest()

    assert is_drawn(drawn)
    assert is_drawn(write(drawn).encode())
    assert is_drawn(write(drawn)[:32].encode())


@pytest.mark.parametrize("site", ["http://127.0.0.1:5000", "http://localhost", "http://[::1]:5000"])
def test_without_https_the_system_is_for_this_machine_or_by_permission(tmp_path: Path, site: str) -> None:
    assert production(tmp_path, PUBLIC_URL=site)["PUBLIC_URL"] == site
    assert "ALLOW_HTTP=1" in refusal(tmp_path, PUBLIC_URL="http://10.0.0.5")
    assert not production(tmp_path, PUBLIC_URL="http://10.0.0.5", ALLOW_HTTP="1")["HTTPS"]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    faults = {
        "SECRET_KEY": "k" * 32, "FIELD_KEY": base64.b64encode(bytes(32)).decode(), "FLASK_DEBUG": "1",
        "PUBLIC_URL": 'https://a b"><x', "APPLY_TITLE_URL": "javascript:x", "TRUSTED_PROXIES": "",
    }  # fmt: skip
    said = refusal(tmp_path, **faults)

    assert all(name in said for name in faults)


def test_where_people_may_be_led(tmp_path: Path) -> None:
    address = "https://example.gov.cn:8443/申办?a=1&b=2#top"
    assert ("申办职称", address) in production(tmp_path, APPLY_TITLE_URL=address)["ELSEWHERE"]


def test_photos_in_a_bucket_need_the_bucket(tmp_path: Path) -> None:
    assert "S3_BUCKET" in refusal(tmp_path, PHOTO_STORAGE="s3")
    assert production(tmp_path, PHOTO_STORAGE="s3", S3_BUCKET="photos")["S3_BUCKET"] == "photos"


def test_a_refusal_does_not_repeat_a_secret(tmp_path: Path) -> None:
    said = refusal(tmp_path, SECRET_KEY="s3cret", FIELD_KEY="fieldkey==", SMTP_HOST="")

    assert "s3cret" not in said
    assert "fieldkey" not in said


def test_development_starts_with_nothing_and_makes_its_keys(tmp_path: Path) -> None:
    environ = {"APP_ENV": "development", "INSTANCE_PATH": str(tmp_path)}

    first, again = load(environ), load(environ)

    assert (first["SECRET_KEY"], first["FIELD_KEY"]) == (again["SECRET_KEY"], again["FIELD_KEY"])
    assert first["SECRET_KEY"].encode() != base64.b64encode(first["FIELD_KEY"])
    for name in ("secret_key", "field_key"):
        assert stat.S_IMODE((tmp_path / "keys" / name).stat().st_mode) == 0o600


def test_only_development_may_hand_out_the_seeds_password_and_only_where_it_is_set(tmp_path: Path) -> None:
    environ = {"APP_ENV": "development", "INSTANCE_PATH": str(tmp_path)}

    assert load(environ)["OFFICE_DEFAULT_PASSWORD"] == ""
    assert load({**environ, "OFFICE_DEFAULT_PASSWORD": SEED_PASSWORD})["OFFICE_DEFAULT_PASSWORD"] == SEED_PASSWORD
    with pytest.raises(HalfConfigured, match="OFFICE_DEFAULT_PASSWORD"):
        load({**environ, "OFFICE_DEFAULT_PASSWORD": "12345678"})


def test_production_starts_without_one_first_password_for_all(tmp_path: Path) -> None:
    assert production(tmp_path, OFFICE_DEFAULT_PASSWORD="")["OFFICE_DEFAULT_PASSWORD"] == ""


def test_development_too_refuses_what_is_plainly_wrong(tmp_path: Path) -> None:
    with pytest.raises(HalfConfigured, match="SECRET_KEY"):
        load({"APP_ENV": "development", "INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "short"})


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("postgres://user:pass@host/db", "postgresql+psycopg://user:pass@host/db"),
        ("postgresql://user@host:5433/db?sslmode=require", "postgresql+psycopg://user@host:5433/db?sslmode=require"),
        ("postgresql+psycopg://host/db", "postgresql+psycopg://host/db"),
        ("sqlite:////srv/data/certificates.db", "sqlite:////srv/data/certificates.db"),
        ("", "sqlite:////srv/app/instance/certificates.db"),
    ],
)
def test_the_database_is_named_in_any_usual_form(given: str, url: str) -> None:
    assert database_url(given, Path("/srv/app/instance")) == url


def test_behind_https_the_session_travels_by_https_only(tmp_path: Path) -> None:
    secure, plain = production(tmp_path), production(tmp_path, PUBLIC_URL="http://10.0.0.5", ALLOW_HTTP="1")

    assert (secure["SESSION_COOKIE_SECURE"], secure["SESSION_COOKIE_NAME"]) == (True, "__Host-session")
    assert (plain["SESSION_COOKIE_SECURE"], plain["SESSION_COOKIE_NAME"]) == (False, "session")
    assert secure["SESSION_COOKIE_HTTPONLY"] is plain["SESSION_COOKIE_HTTPONLY"] is True


def test_numbers_and_switches_are_read(tmp_path: Path) -> None:
    settings = production(tmp_path, TRUSTED_PROXIES="2", SMTP_PORT="587", SMTP_STARTTLS="1", CAPTCHA_ALWAYS="1")

    assert (settings["TRUSTED_PROXIES"], settings["SMTP_PORT"]) == (2, 587)
    assert settings["SMTP_STARTTLS"]
    assert settings["CAPTCHA_ALWAYS"]
    assert (production(tmp_path)["TRUSTED_PROXIES"], production(tmp_path)["SMTP_PORT"]) == (0, 25)


def test_a_command_of_a_half_configured_server_ends_in_the_sentence_alone(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "serve"], cwd=HERE, env=environ, capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip

    assert ended.returncode == 1
    assert ended.stderr.startswith("服务器没有启动，请先设置好：")
    assert len(ended.stderr.splitlines()) == 1
