"""The same workbook through django-import-export: as its admin does it unasked, and tuned by all its documentation offers.

    python -m bench.import.peers admin|tuned FOLDER BOOK [--url postgresql://…]

FOLDER holds a prepared database: its dictionaries and the project's own rules judge each row, and the records go into
its table of certificates, encrypted as the project's own are. Wants bench/requirements.txt. One JSON line comes out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from domain.certificate_fields import FIELDS
from domain.certificate_rows import KEYS, CheckedRow, Importer, RowChecker
from encryption import keyring
from models import id_digest, now
from operations import dictionaries

from . import measuring
from .floor import NAMES

HEADINGS = [field.key for field in FIELDS]
IDENTITY = ("cert_no", "body_key")
BYTES, NUMBERS, MOMENTS = {"id_number", "id_digest"}, {"version"}, {"created_at", "updated_at"}
AT_ONCE = 5000


def start_django(folder: Path, url: str) -> None:
    import django
    from django.conf import settings

    settings.configure(
        DATABASES={"default": _database(folder, url)}, INSTALLED_APPS=["import_export"], USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )  # fmt: skip
    django.setup()


def _database(folder: Path, url: str) -> dict[str, Any]:
    if not url:
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        file = str(folder / "certificates.db")
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "OPTIONS": {"init_command": pragmas}}
    there = make_url(url)
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": there.database, "USER": there.username,
        "PASSWORD": there.password, "HOST": there.host, "PORT": there.port,
    }  # fmt: skip


def make_model() -> Any:
    """Return Django's view of the project's own table."""
    from django.db import models

    meta = type("Meta", (), {"app_label": "import_export", "db_table": "certificate", "managed": False})
    columns = {name: _column(name, models) for name in NAMES}
    return type("PeerCertificate", (models.Model,), {**columns, "Meta": meta, "__module__": __name__})


def _column(name: str, models: Any) -> Any:
    if name in BYTES:
        return models.BinaryField()
    if name in NUMBERS or name.endswith("office_id"):
        return models.IntegerField(null=True)
    return models.DateTimeField() if name in MOMENTS else models.TextField(null=True)


class Judge:
    """Holds one row against the project's rules and makes of it what is stored."""

    def __init__(self) -> None:
        _, office = measuring.city()
        self._importer = Importer(office.name, office.kind, (), office.place)
        self._rules = RowChecker(dict(enumerate(FIELDS)), dictionaries.for_workbook(), self._importer)

    def judge(self, cells: list[Any]) -> tuple[dict[str, Any], list[str]]:
        """Return the values of a record, and what is wrong with the row."""
        row = self._rules.check(cells)
        wrong = [remark.sentence for remark in row.errors]
        return ({} if wrong else self._stored(row)), wrong

    def _stored(self, row: CheckedRow) -> dict[str, Any]:
        home, number = self._importer.home_of(row.body), row.values["id_number"]
        assert row.document is not None
        assert row.body is not None
        return {
            **dict(zip(KEYS, row.plain, strict=True)), "id_number": keyring.encrypt(number.encode()),
            "id_digest": id_digest(number), "id_kind": row.document.kind.value, "body_key": row.body.key,
            "office_id": home.office_id, "city_office_id": home.city_office_id,
            "region_office_id": home.region_office_id, "version": 1, "created_at": now(), "updated_at": now(),
        }  # fmt: skip


def make_resource(model: Any, tuned: bool) -> Any:
    """Return what imports: `tuned` writes in bulk, makes no difference of each row, and asks for known numbers in groups."""
    from django.core.exceptions import ValidationError
    from import_export import fields, resources

    judge = Judge()
    choice = (
        {"use_bulk": True, "batch_size": AT_ONCE, "skip_diff": True, "force_init_instance": True}
        if tuned
        else {"skip_unchanged": True, "report_skipped": True}
    )

    class PeerResource(resources.ModelResource):
        Meta = type("Meta", (), {"model": model, "fields": NAMES, "import_id_fields": IDENTITY, **choice})

        def before_import(self, dataset: Any, **_: Any) -> None:
            self.seen: set[tuple[str, str]] = set()
            self.known: set[tuple[str, str]] = set()
            numbers = dataset["cert_no"] if tuned else ()
            for at in range(0, len(numbers), AT_ONCE):
                some = model.objects.filter(cert_no__in=numbers[at : at + AT_ONCE])
                self.known.update(some.values_list(*IDENTITY))

        def before_import_row(self, row: Any, **_: Any) -> None:
            stored, wrong = judge.judge([row[key] for key in HEADINGS])
            row.update(stored)
            identity = (row["cert_no"], row.get("body_key", ""))
            if identity in self.seen or identity in self.known:
                wrong.append("这本证书已经有了")
            self.seen.add(identity)
            if wrong:
                raise ValidationError(wrong)

    for name in NAMES:  # as they are: its own widgets would make text of bytes and moments
        PeerResource.fields[name] = fields.Field(name, name, _as_it_is())
    return PeerResource


def _as_it_is() -> Any:
    from import_export import widgets

    class AsItIs(widgets.Widget):
        def clean(self, value: Any, row: Any = None, **_: Any) -> Any:
            return value

        def render(self, value: Any, obj: Any = None, **_: Any) -> str:
            return str(value)

    return AsItIs()


def _backend() -> int | None:
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        process: int = cursor.fetchone()[0]
    return process


def run(model: Any, tuned: bool, book: Path) -> dict[str, Any]:
    """Read, try without keeping (the admin's preview), import."""
    from import_export.formats.base_formats import XLSX

    resource = make_resource(model, tuned)
    cost = measuring.Cost(_backend())
    data = XLSX().create_dataset(book.read_bytes())
    data.headers = list(HEADINGS)
    data.append_col([""] * len(data), header="body_key")
    given = {"raise_errors": False, "use_transactions": True, "collect_failed_rows": False}
    resource().import_data(data, dry_run=True, **given)
    resource().import_data(data, dry_run=False, **given)
    return cost.told(rows=len(data), stored=model.objects.count())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("how", choices=("admin", "tuned"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("book", type=Path)
    parser.add_argument("--url", default="")
    asked = parser.parse_args()
    start_django(asked.folder, asked.url)
    with measuring.application(asked.folder, asked.url).app_context():
        told = run(make_model(), asked.how == "tuned", asked.book)
        print(json.dumps({"what": f"django-import-export, {asked.how}", **told}, ensure_ascii=False))


if __name__ == "__main__":
    main()
