"""Uploading workbooks and pressing the buttons of a batch, for the tests of the import screens."""

from __future__ import annotations

import io
import re
from pathlib import Path

from sqlalchemy import func, select

from extensions import db
from models import Certificate, ImportBatch
from tests.integration.admin_views.records import office
from tests.workbooks import workbook


def send(client, file, office_name="灵山县职改办", name="历年证书.xlsx"):
    """Upload a file from the page and return the answer; after a redirect the client has read the page behind it."""
    client.get("/admin/imports/")
    content = io.BytesIO(file if isinstance(file, bytes) else Path(file).read_bytes())
    data = {"office": str(office(office_name).id), "file": (content, name)}
    return client.send("/admin/imports/upload/", data, content_type="multipart/form-data", follow_redirects=True)


def send_rows(client, folder, *rows, **more):
    book = workbook()
    for one in rows:
        book.row(**one)
    return send(client, book.save(folder), **more)


def newest():
    db.session.rollback()
    return db.session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc()).limit(1)).one()


def page_of(batch, **arguments):
    words = "&".join(f"{name}={value}" for name, value in arguments.items())
    return f"/admin/imports/{batch.id}/?{words}"


def form_for(client, address):
    """Return the fields of the form that posts there; a page with a single form may leave the address out."""
    forms = [one for one in client.page.forms if "version" in one["fields"]]
    return dict(next((one for one in forms if one["attributes"].get("action") == address), forms[0])["fields"])


def press(client, step, **fields):
    """Press a button of the batch's page that was fetched last."""
    address = f"/admin/imports/{newest().id}/{step}/"
    data = {**form_for(client, address), **fields}
    return client.post(address, data=data, follow_redirects=True)


def certificates():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Certificate))


def stats(client):
    """Return the four counts as they stand on the page."""
    return re.findall(
        r"(新增|相同，跳过|冲突|必须改)(?:，待选)? ([\d,]+) (?:可以导入|已导入|系统里|保留|改好|没有导入)",
        client.page.text,
    )


def shows(client, sentence):
    return sentence in client.page.text
