"""Settings from the environment, checked once at start: a half-configured server does not start."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from click import ClickException, echo

from domain.errors import FieldProblem
from domain.passwords import check_password
from domain.second_factor import Demand
from domain.settings import is_drawn, is_page, is_site, is_this_machine
from encryption import FIRST, LAST, MASTER_BYTES, read_or_make_key

SEED_PASSWORD = "5505013"  # noqa: S105 - the published first password of the old system, refused outside development
DEMO_PASSWORD = "zhengshu-2026"  # noqa: S105 - printed at start and in the README, development only
DEVELOPMENT, PRODUCTION = "development", "production"
SECRET_SIGNS = 32
ELSEWHERE = {"APPLY_TITLE_URL": "申办职称", "REVIEW_COMMITTEE_URL": "评委会申请"}
HERE = Path(__file__).resolve().parent


class HalfConfigured(ClickException):
    """Names every setting that is missing or wrong, so that one look mends all; a command ends in that sentence alone."""

    def show(self, file: IO[Any] | None = None) -> None:
        echo(self.message, file=file, err=True)


def load(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return Flask's settings; raises HalfConfigured naming all that is missing at once."""
    mode = environ.get("APP_ENV", PRODUCTION)
    instance = Path(environ.get("INSTANCE_PATH") or HERE / "instance").resolve()
    settings = (
        _plain(environ, instance)
        | _photos(environ)
        | _mail(environ)
        | _organiser(environ)
        | _elsewhere(environ)
        | _background(environ)
    )
    settings |= {"APP_ENV": mode, "DEVELOPMENT": mode == DEVELOPMENT, "INSTANCE_PATH": str(instance)}
    settings |= _secrets(environ, instance, mode)
    settings["STAFF_SECOND_FACTOR"] = environ.get("STAFF_SECOND_FACTOR") or _usual_demand(mode)
    _refuse_half_configured(settings, environ, mode)
    settings["STAFF_SECOND_FACTOR"] = Demand(settings["STAFF_SECOND_FACTOR"])
    settings["SESSION_COOKIE_NAME"] = "__Host-session" if settings["HTTPS"] else "session"
    settings["SESSION_COOKIE_SECURE"] = settings["HTTPS"]
    return settings


def _usual_demand(mode: str) -> str:
    return Demand.OFF if mode == DEVELOPMENT else Demand.ADMINS


def _plain(environ: Mapping[str, str], instance: Path) -> dict[str, Any]:
    public_url = environ.get("PUBLIC_URL", "").rstrip("/")
    return {
        "SQLALCHEMY_DATABASE_URI": database_url(environ.get("DATABASE_URL", ""), instance),
        "PUBLIC_URL": public_url,
        "HTTPS": public_url.startswith("https://"),
        "TRUSTED_PROXIES": _number(environ, "TRUSTED_PROXIES", 0),
        "ALLOW_HTTP": environ.get("ALLOW_HTTP") == "1",
        "CAPTCHA_ALWAYS": environ.get("CAPTCHA_ALWAYS") == "1",
        "OFFICE_DEFAULT_PASSWORD": environ.get("OFFICE_DEFAULT_PASSWORD", ""),
        "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "SPOT_CHECK_PERCENT": _number(environ, "SPOT_CHECK_PERCENT", 5),
        "MAX_FORM_PARTS": 4_000,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_I18N_ENABLED": False,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
        "BABEL_DEFAULT_TIMEZONE": environ.get("TIME_ZONE", "Asia/Shanghai"),
        "FLASK_ADMIN_RAISE_ON_VIEW_EXCEPTION": True,
    }


def _photos(environ: Mapping[str, str]) -> dict[str, Any]:
    names = ("S3_BUCKET", "S3_ENDPOINT_URL", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY")
    return {"PHOTO_STORAGE": environ.get("PHOTO_STORAGE", "local"), **{name: environ.get(name, "") for name in names}}


def _mail(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        "SMTP_HOST": environ.get("SMTP_HOST", ""),
        "SMTP_PORT": _number(environ, "SMTP_PORT", 25),
        "SMTP_USERNAME": environ.get("SMTP_USERNAME", ""),
        "SMTP_PASSWORD": environ.get("SMTP_PASSWORD", ""),
        "SMTP_STARTTLS": environ.get("SMTP_STARTTLS") == "1",
        "MAIL_FROM": environ.get("MAIL_FROM", "no-reply@localhost"),
    }


def _background(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        "REDIS_URL": environ.get("REDIS_URL", ""),
        "WORKER_THREADS": _number(environ, "WORKER_THREADS", 3),
        "JOBS_INLINE": environ.get("JOBS_INLINE") == "1",
    }


def _organiser(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        "ORGANISER_NAME": environ.get("ORGANISER_NAME", "钦州市职称改革办公室（演示）"),
        "ORGANISER_PHONE": environ.get("ORGANISER_PHONE", "0777-0000000"),
        "ORGANISER_HOURS": environ.get("ORGANISER_HOURS", "工作日 8:00—12:00、15:00—18:00"),
    }


def _elsewhere(environ: Mapping[str, str]) -> dict[str, Any]:
    """Menu entries that lead to other systems; without an address there is no entry."""
    return {"ELSEWHERE": [(label, address) for name, label in ELSEWHERE.items() if (address := environ.get(name, ""))]}


def _secrets(environ: Mapping[str, str], instance: Path, mode: str) -> dict[str, Any]:
    """In development the keys are made on first start; elsewhere they have no default."""
    keys = {name: environ.get(name, "") for name in ("SECRET_KEY", "FIELD_KEY")}
    if mode == DEVELOPMENT:
        keys = {name: value or read_or_make_key(instance / "keys" / name.lower()) for name, value in keys.items()}
    number, field_key = _numbered(keys["FIELD_KEY"])
    others = dict(map(_numbered, filter(None, environ.get("FIELD_KEY_OTHERS", "").split(","))))
    return {
        "SECRET_KEY": keys["SECRET_KEY"],
        "SECRET_KEY_FALLBACKS": list(filter(None, environ.get("SECRET_KEY_OTHERS", "").split(","))),
        "FIELD_KEY": field_key, "FIELD_KEY_NUMBER": number, "FIELD_KEY_OTHERS": others,
    }  # fmt: skip


def _numbered(key: str) -> tuple[int, bytes]:
    """Return number and secret of a key written `2:BASE64`; one without a number is the first."""
    number, colon, secret = key.strip().rpartition(":")
    return (int(number) if number.isdecimal() else 0) if colon else FIRST, _decoded(secret)


def _refuse_half_configured(settings: Mapping[str, Any], environ: Mapping[str, str], mode: str) -> None:
    missing = [*_lacks(settings), *_no_numbers(environ), *_no_share(settings), *_weak_first_password(settings)]
    if mode not in (DEVELOPMENT, PRODUCTION):
        missing.append("APP_ENV 只能是 development 或 production")
    if mode != DEVELOPMENT:
        missing += [*_lacks_outside_development(settings, environ), *_weak_secrets(settings)]
    if missing:
        raise HalfConfigured("服务器没有启动，请先设置好：" + "；".join(missing))


def _lacks(settings: Mapping[str, Any]) -> list[str]:
    lacks = []
    if len(settings["SECRET_KEY"]) < SECRET_SIGNS:
        lacks.append(f"SECRET_KEY（至少 {SECRET_SIGNS} 个字符的随机串）")
    if len(settings["FIELD_KEY"]) != MASTER_BYTES:
        lacks.append("FIELD_KEY（32 个随机字节的 Base64，加密身份证号和手机号用）")
    lacks += _lacks_of_field_keys(settings)
    if settings["PHOTO_STORAGE"] not in ("local", "s3"):
        lacks.append("PHOTO_STORAGE 只能是 local 或 s3")
    if settings["STAFF_SECOND_FACTOR"] not in list(Demand):
        lacks.append("STAFF_SECOND_FACTOR 只能是 off、admins 或 all")
    lacks += _wrong_addresses(settings)
    if settings["REDIS_URL"] and not settings["REDIS_URL"].startswith(("redis://", "rediss://", "unix://")):
        lacks.append("REDIS_URL 要以 redis://、rediss:// 或 unix:// 开头")
    if settings["WORKER_THREADS"] < 1:
        lacks.append("WORKER_THREADS 至少是 1")
    if settings["PHOTO_STORAGE"] == "s3" and not settings["S3_BUCKET"]:
        lacks.append("S3_BUCKET（照片存放的桶）")
    return lacks


def _wrong_addresses(settings: Mapping[str, Any]) -> list[str]:
    wrong = []
    if settings["PUBLIC_URL"] and not is_site(settings["PUBLIC_URL"]):
        wrong.append("PUBLIC_URL 只写协议、域名和端口，如 https://zs.example.gov.cn")
    names = {label: name for name, label in ELSEWHERE.items()}
    badly = [names[label] for label, address in settings["ELSEWHERE"] if not is_page(address)]
    return wrong + [f"{name} 要写成 http:// 或 https:// 开头的网址" for name in badly]


def _lacks_of_field_keys(settings: Mapping[str, Any]) -> list[str]:
    in_force, others = settings["FIELD_KEY_NUMBER"], settings["FIELD_KEY_OTHERS"]
    lacks = []
    if not all(FIRST <= number <= LAST for number in (in_force, *others)) or in_force in others:
        lacks.append(f"FIELD_KEY、FIELD_KEY_OTHERS 里的编号要各不相同，写成 {FIRST} 到 {LAST}，如 2:密钥")
    if any(len(secret) != MASTER_BYTES for secret in others.values()):
        lacks.append("FIELD_KEY_OTHERS（其他的密钥，每把写成“编号:密钥”，用逗号隔开）")
    return lacks


def _weak_first_password(settings: Mapping[str, Any]) -> list[str]:
    """One first password for all offices is as good as any password has to be; without it each is drawn."""
    given = settings["OFFICE_DEFAULT_PASSWORD"]
    if not given or (settings["DEVELOPMENT"] and given == SEED_PASSWORD):
        return []
    try:
        check_password(given, account_names=[], forbidden=[SEED_PASSWORD, DEMO_PASSWORD])
    except FieldProblem as problem:
        return [
            f"OFFICE_DEFAULT_PASSWORD 太容易猜（{problem.sentence}），请换一个，或者不设：每个机构会各得一个随机的初始密码"
        ]
    return []


def _lacks_outside_development(settings: Mapping[str, Any], environ: Mapping[str, str]) -> list[str]:
    lacks = []
    if not settings["PUBLIC_URL"]:
        lacks.append("PUBLIC_URL（别人打开本系统的网址，如 https://zs.example.gov.cn）")
    elif is_site(settings["PUBLIC_URL"]) and not (
        settings["HTTPS"] or settings["ALLOW_HTTP"] or is_this_machine(settings["PUBLIC_URL"])
    ):
        lacks.append(
            "PUBLIC_URL 要用 https：用 http 时密码和身份证号在路上谁都能看到（确实只能用 http 的内网，另设 ALLOW_HTTP=1）"
        )
    if not environ.get("TRUSTED_PROXIES"):
        lacks.append("TRUSTED_PROXIES（前面有几层自己的反向代理，如 nginx 一层写 1，没有就写 0）")
    if environ.get("FLASK_DEBUG", "0").lower() not in ("", "0", "false", "no"):
        lacks.append("FLASK_DEBUG 不能打开（会把程序内部显示给外人）")
    if not settings["SMTP_HOST"]:
        lacks.append("SMTP_HOST（发确认邮件的服务器）")
    return lacks


def _weak_secrets(settings: Mapping[str, Any]) -> list[str]:
    """Secrets are long enough here; what is left is whether they were drawn, each by itself."""
    login, fields = settings["SECRET_KEY"].encode(), settings["FIELD_KEY"]
    weak = []
    if len(login) >= SECRET_SIGNS and not is_drawn(login):
        weak.append("SECRET_KEY 太容易猜到，请用随机生成的")
    if len(fields) == MASTER_BYTES and not is_drawn(fields):
        weak.append("FIELD_KEY 太容易猜到，请用随机生成的")
    if fields and fields in (login, _decoded(settings["SECRET_KEY"])):
        weak.append("SECRET_KEY 和 FIELD_KEY 不能是同一个，请各生成一个")
    return weak


def database_url(given: str, instance: Path) -> str:
    """Return SQLAlchemy's address; PostgreSQL always through psycopg 3, SQLite in the instance folder by default."""
    if not given:
        return f"sqlite:///{instance / 'certificates.db'}"
    for prefix in ("postgres://", "postgresql://"):
        if given.startswith(prefix):
            return "postgresql+psycopg://" + given.removeprefix(prefix)
    return given


def _decoded(key: str) -> bytes:
    try:
        return base64.b64decode(key, validate=True)
    except (ValueError, binascii.Error):
        return b""


def _no_numbers(environ: Mapping[str, str]) -> list[str]:
    given = {
        name: environ.get(name, "") for name in ("TRUSTED_PROXIES", "SMTP_PORT", "WORKER_THREADS", "SPOT_CHECK_PERCENT")
    }
    return [f"{name} 要写成数字" for name, value in given.items() if value and not value.isdecimal()]


def _no_share(settings: Mapping[str, Any]) -> list[str]:
    fits = 0 <= settings["SPOT_CHECK_PERCENT"] <= 100
    return [] if fits else ["SPOT_CHECK_PERCENT（抽查的百分比）要在 0 到 100 之间"]


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    given = environ.get(name, "")
    return int(given) if given.isdecimal() else default
