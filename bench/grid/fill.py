"""Fills a database in the project's own schema: certificates by the million, holders and cases, a region of offices."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from commands import cast
from commands.seeds import seed
from domain.vocabulary import OfficeKind
from encryption import keyring
from extensions import db, writing
from models import AwardingBody, Certificate, Holder, Office, VerificationCase, id_digest, mobile_digest
from operations import passwords, statistics
from operations.dictionary_changes import series_names

CITIES, COUNTIES = 14, 8
AT_ONCE = 20_000
MADE_UP = 1_000_000
"""So many rows are made up one by one; more of them are these again, under other numbers."""
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
    "郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余"
    "韦覃蒙莫农陆卢甘蓝黎庞银谭闭岑凌廖苏阮颜"
)
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志文海春梅红燕辉斌小晓宏德福荣庆云飞鹏波峰凤莲珍"
STATES = ["approved"] * 60 + ["auto_approved"] * 20 + ["rejected"] * 4 + ["pending"] * 8 + ["needs_changes"] * 3 + [
    "onsite", "needs_confirmation", "counterfeit", "draft", "draft"
]  # fmt: skip
A_YEAR = 365 * 24 * 3600
"""Cases are sent in over a year, about in the order in which they were begun."""
FIRST_DAY = datetime(2024, 1, 1)  # noqa: DTZ001 - the database keeps UTC without an offset


def fill(app: Flask, rows: int) -> None:
    """Fill an empty database and let both engines look at what they hold."""
    started = time.monotonic()
    with app.app_context():
        seed()
        cast.found_offices(passwords.hashed(cast.PASSWORD), passwords.hashed(cast.PASSWORD))
        offices, series = _region(), series_names()
        db.session.rollback()  # SQLite could not fold its log while somebody reads
        chance = random.Random(1)
        dropped = _drop_indexes()
        made_up = min(rows, MADE_UP)
        _insert(Certificate.__table__, _certificates(made_up, offices, series, chance))
        _insert(Holder.__table__, _holders(made_up // 10, chance))
        _insert(VerificationCase.__table__, _cases(made_up // 5, made_up // 10, offices, chance))
        _repeat(Certificate.__table__, made_up, rows, _OF_CERTIFICATES)
        _repeat(VerificationCase.__table__, made_up // 5, rows // 5, _OF_CASES)
        print(f"{rows:,} rows in {time.monotonic() - started:.0f} s", flush=True)
        _settle(dropped)
    print(f"indexed in {time.monotonic() - started:.0f} s", flush=True)


def _region() -> list[tuple[int, int | None, int, str]]:
    """Found the other cities and their counties; return every office with its body as certificates name it."""
    with writing():
        region = db.session.scalar(sa.select(Office).filter_by(kind=OfficeKind.REGION))
        for city_number in range(CITIES - 1):
            city = _found(OfficeKind.CITY, f"第{city_number + 2}市职改办", region)
            for county in range(COUNTIES):
                _found(OfficeKind.COUNTY, f"第{city_number + 2}市{county + 1}县职改办", city)
    bodies = {body.office_id: body for body in db.session.scalars(sa.select(AwardingBody))}
    found = []
    for one in db.session.scalars(sa.select(Office).where(Office.kind != OfficeKind.REGION)):
        key = f"#{bodies[one.id].id}" if one.id in bodies else one.name
        found.append((one.id, one.city_office_id, one.region_office_id, one.name, key))
    return found


def _found(kind: OfficeKind, name: str, parent: Office) -> Office:
    office = Office(name=name, kind=kind, parent_id=parent.id, region_office_id=parent.region_office_id or parent.id)
    db.session.add(office)
    db.session.flush()
    office.city_office_id = office.id if kind is OfficeKind.CITY else parent.city_office_id
    body = AwardingBody(name=name, office_id=office.id)
    db.session.add(body)
    db.session.flush()
    return office


def _name(chance: random.Random) -> str:
    surname = SURNAMES[min(int(chance.expovariate(0.06)), len(SURNAMES) - 1)]
    return surname + "".join(chance.choices(GIVEN, k=2 if chance.random() < 0.85 else 1))


def _id_number(index: int, chance: random.Random) -> str:
    born = date(1950, 1, 1) + timedelta(days=chance.randrange(16_000))
    return cast.id_number("450721", f"{born:%Y%m%d}", f"{index % 1000:03}")


def _certificates(rows: int, offices: list[Any], series: list[str], chance: random.Random) -> Iterator[dict[str, Any]]:
    for index in range(1, rows + 1):
        office, city, region, body, key = offices[min(int(chance.expovariate(2 / len(offices))), len(offices) - 1)]
        number, verified = _id_number(index, chance), chance.random() < 0.05
        moment = FIRST_DAY + timedelta(seconds=index * 3)
        yield {
            "id": index, "name": _name(chance), "id_number": number, "id_digest": id_digest(number), "id_kind": "resident",
            "cert_no": f"{index * 7_919_777 % 10**9:09}", "body_key": key, "awarding_body": body,
            "cert_status": "normal" if chance.random() < 0.985 else chance.choice(["void", "void_pending"]),
            "title_series": chance.choice(series), "title_level": chance.choice(["associate", "assistant", "assistant", "intermediate"]),
            "title": chance.choice(["技术员", "助理工程师", "工程师", "一级教师"]), "specialty": chance.choice(["水利水电工程", "给排水", "内科", "语文"]),
            "awarded_on": f"{1985 + chance.randrange(28)}-{1 + chance.randrange(12):02}-{1 + chance.randrange(28):02}",
            "issued_on": None, "obtained_by": chance.choice(["probation", "review", "review", "replacement"]),
            "sex": chance.choice(["male", "female"]), "personal_status": "干部", "employer_name": f"第{chance.randrange(3000)}中学",
            "employer_kind": "事业单位", "office_id": office, "city_office_id": city, "region_office_id": region,
            "verified_at": moment if verified else None, "verify_code": f"B{index:015}" if verified else None,
            "version": 1, "created_at": moment, "updated_at": moment,
        }  # fmt: skip


def _holders(rows: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for index in range(1, rows + 1):
        number, mobile = f"{_id_number(index, chance)[:17]}-{index}", f"13{index:09}"
        yield {
            "id": index, "name": _name(chance), "id_number": number, "id_digest": id_digest(number), "id_kind": "resident",
            "mobile": mobile, "mobile_digest": mobile_digest(mobile), "email": f"h{index}@example.invalid",
            "region_code": "450721", "security_question": "?", "security_answer_hash": "-", "password_hash": "-",
            "created_at": FIRST_DAY,
        }  # fmt: skip


def _cases(rows: int, holders: int, offices: list[Any], chance: random.Random) -> Iterator[dict[str, Any]]:
    for index in range(1, rows + 1):
        office, city, region, body, key = offices[min(int(chance.expovariate(2 / len(offices))), len(offices) - 1)]
        state = chance.choice(STATES)
        moment = FIRST_DAY + timedelta(seconds=index * A_YEAR // rows, days=chance.randrange(30))
        over = state in ("approved", "auto_approved", "rejected", "counterfeit")
        yield {
            "id": index, "holder_id": chance.randrange(1, holders + 1), "state": state, "version": 1,
            "cert_no": f"9{index:09}", "title_series": "工程系列", "title_level": "assistant", "title": "助理工程师",
            "specialty": "水利水电工程", "awarding_body": body, "awarded_on": "2009-12-20", "obtained_by": "review", "body_key": key,
            "pooled": False, "touched_by_office": over, "created_at": moment, "submitted_at": None if state == "draft" else moment,
            "decided_at": moment + timedelta(days=3) if over else None, "deleted_at": None,
            "office_id": office, "city_office_id": city, "region_office_id": region,
        }  # fmt: skip


def _insert(table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    """Insert past the session, in chunks: by executemany here, by COPY there."""
    names: list[str] = []
    chunk: list[tuple[Any, ...]] = []
    for row in rows:
        names = names or list(row)
        chunk.append(tuple(_stored(name, value) for name, value in row.items()))
        if len(chunk) == AT_ONCE:
            _send(table.name, names, chunk)
            chunk = []
    if chunk:
        _send(table.name, names, chunk)


def _stored(name: str, value: Any) -> Any:
    if name in ("id_number", "mobile"):
        return keyring.encrypt(value.encode())
    if isinstance(value, datetime) and db.engine.dialect.name == "sqlite":
        return value.isoformat(sep=" ", timespec="microseconds")
    return value


def _send(table: str, names: list[str], chunk: list[tuple[Any, ...]]) -> None:
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            marks = ", ".join("?" * len(names))
            driver.execute("PRAGMA synchronous=OFF")
            driver.execute("BEGIN")
            driver.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", chunk)  # noqa: S608 - our own names
            driver.execute("COMMIT")
        else:
            with driver.cursor().copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
                for row in chunk:
                    copy.write_row(row)
            driver.commit()


Numbers = dict[str, tuple[str, str, int]]
"""By column, the numbers that no two rows share: what stands before them, how they come from the id, how many digits."""
_OF_CERTIFICATES: Numbers = {"cert_no": ("", "{id} * 7919777 % 1000000000", 9), "verify_code": ("B", "{id}", 15)}
_OF_CASES: Numbers = {"cert_no": ("9", "{id}", 9)}


def _repeat(table: sa.Table, first: int, rows: int, numbers: Numbers) -> None:
    """Insert the first rows again and again until there are so many, each time under new numbers."""
    columns = ", ".join(column.name for column in table.columns)
    for shift in range(first, rows, first):
        values = ", ".join(_shifted(column.name, numbers.get(column.name), shift) for column in table.columns)
        again = f"SELECT {values} FROM {table.name} WHERE id <= {min(first, rows - shift)}"  # noqa: S608 - our own names
        with db.engine.begin() as connection:
            connection.execute(sa.text(f"INSERT INTO {table.name} ({columns}) {again}"))


def _shifted(column: str, number: tuple[str, str, int] | None, shift: int) -> str:
    """Return the SQL for a column of a repeated row."""
    if column == "id":
        return f"id + {shift}"
    if number is None:
        return column
    prefix, value, digits = number
    padded = f"'{'0' * digits}' || ({value.format(id=f'CAST(id + {shift} AS BIGINT)')})"
    last = {"sqlite": f"substr({padded}, -{digits})", "postgresql": f"right({padded}, {digits})"}
    return f"CASE WHEN {column} IS NOT NULL THEN '{prefix}' || {last[db.engine.dialect.name]} END"


def _drop_indexes() -> list[str]:
    """Drop the plain indexes; they are built once at the end, as a first load should. Return how to make them again."""
    tables = ("certificate", "verification_case", "holder")
    made = [
        (index, str(sa.schema.CreateIndex(index).compile(db.engine)))
        for table in tables for index in db.metadata.tables[table].indexes
    ]  # fmt: skip
    with db.engine.begin() as connection:
        for index, _ in made:
            connection.exec_driver_sql(f"DROP INDEX {index.name}")
    return [statement for _, statement in made]


def _settle(indexes: list[str]) -> None:
    with db.engine.connect() as connection:
        for statement in indexes:
            connection.exec_driver_sql(statement)
            connection.commit()
        if db.engine.dialect.name == "sqlite":
            with writing():
                statistics.renew()
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()
            return
        for table in ("certificate", "verification_case", "holder"):
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608 - our own names
            )
        connection.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
        # A parallel worker's CPU is gone from sight with it: let one backend do the whole of a query, for both grids.
        connection.exec_driver_sql(f'ALTER DATABASE "{db.engine.url.database}" SET max_parallel_workers_per_gather = 0')
