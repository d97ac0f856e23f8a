"""市直系列 submit with scans of their 批文; the city looks, commits or sends back; both stay named."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from domain.vocabulary import BatchState
from extensions import db
from models import ApprovalPage, Certificate, Event
from tests.engines import PLAIN_SQL
from tests.integration.admin_views.uploads import certificates, newest, page_of, press, send_rows, shows

SERIES = "钦州市工程系列职改办"
ROW = {"title_level": "中级", "title": "工程师", "obtained_by": "评审", "awarding_body": SERIES}


@pytest.fixture
def series(as_staff):
    return as_staff("gc.staff")


@pytest.fixture
def city(as_staff):
    return as_staff("qz.staff")


def scan(words: str = "批文", kind: str = "PNG") -> bytes:
    picture = Image.new("RGB", (1240, 1754), "white")
    for at in range(12):
        ImageDraw.Draw(picture).text((100, 100 + 60 * at), f"{words} {at}", fill="black")
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def pdf(pages: int) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for at in range(pages):
        document.new_page(595 + at, 842)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def attach(client, *files: tuple[bytes, str]):
    data = {"pages": [(io.BytesIO(content), name) for content, name in files]}
    address = f"/admin/imports/{newest().id}/approval/"
    return client.send(address, data, content_type="multipart/form-data", follow_redirects=True)


def submitted(client, folder: Path, *rows):
    send_rows(client, folder, *(rows or (ROW,)), office_name=SERIES)
    attach(client, (scan(), "批文.png"))
    press(client, "submit")


def test_a_series_office_cannot_commit_and_is_asked_for_its_papers(series, tmp_path):
    send_rows(series, tmp_path, ROW, office_name=SERIES)

    series.send(f"/admin/imports/{newest().id}/commit/", {"version": newest().version}, follow_redirects=True)

    assert shows(series, "市直系列的批次由市职改办导入")
    assert shows(series, "请先上传批文的扫描件")
    assert certificates() == 0


def test_nothing_is_submitted_without_papers(series, tmp_path):
    send_rows(series, tmp_path, ROW, office_name=SERIES)

    series.send(f"/admin/imports/{newest().id}/submit/", {"version": newest().version}, follow_redirects=True)

    assert shows(series, "还没有批文")
    assert newest().state is BatchState.CHECKED


def test_the_city_sees_rows_beside_papers_and_commits(series, city, tmp_path):
    submitted(series, tmp_path)
    city.get("/admin/imports/")
    listed = city.page.text
    city.get(page_of(newest()))
    seen = city.page.text
    picture = next(one["src"] for one in city.page.all("img") if "approval" in one["src"])

    press(city, "commit")

    batch, record = newest(), db.session.scalars(db.select(Certificate)).one()
    assert "已报送" in listed
    assert "请对照批文看过以后导入或退回" in seen
    assert city.get(picture).mimetype == "image/jpeg"
    assert (batch.office.name, batch.committed_office.name, batch.committed_by) == (SERIES, "钦州市职改办", "宁海燕")
    assert f"“{SERIES}”报送，“钦州市职改办”导入" in city.get(f"/admin/certificates/details/?id={record.id}").get_data(
        as_text=True
    )


def test_what_is_sent_back_says_why_and_can_be_submitted_again(series, city, tmp_path):
    submitted(series, tmp_path)
    address = f"/admin/imports/{newest().id}/send-back/"
    city.get(address)
    city.send(address, {"version": newest().version, "reply": " "})
    asked = city.page.text
    city.send(address, {"version": newest().version, "reply": "第 1 页批文不清楚，请重扫"}, follow_redirects=True)
    series.get(page_of(newest()))
    told = series.page.text
    press(series, "submit")

    assert "请写明要改什么" in asked
    assert "第 1 页批文不清楚，请重扫" in told
    assert newest().state is BatchState.SUBMITTED
    assert db.session.scalars(db.select(Event.reply).filter_by(action="send_back_batch")).one().startswith("第 1 页")


def test_while_submitted_the_series_office_waits(series, tmp_path):
    submitted(series, tmp_path)
    form = {"csrf_token": series.token(), "version": newest().version}

    for step in ("commit", "submit", "abandon", "set-aside", "send-back"):
        series.post(f"/admin/imports/{newest().id}/{step}/", data={**form, "reply": "看看"}, follow_redirects=True)
    attach(series, (scan("另一页"), "另一页.png"))

    assert newest().state is BatchState.SUBMITTED
    assert shows(series, "这一批已经报送，正在等上级处理")
    assert (certificates(), db.session.query(ApprovalPage).count()) == (0, 1)


def test_neighbours_see_neither_batch_nor_papers(series, as_staff, tmp_path):
    submitted(series, tmp_path)
    page = db.session.scalars(db.select(ApprovalPage)).one()
    stranger = as_staff("ls.staff")

    answers = [
        stranger.get(address).status_code
        for address in (
            page_of(newest()), f"/admin/imports/{newest().id}/approval/{page.id}.jpg",
            f"/admin/imports/{newest().id}/send-back/",
        )
    ]  # fmt: skip

    assert answers == [404, 404, 404]


def test_the_pages_of_a_pdf_become_pictures_once_each(series, tmp_path):
    send_rows(series, tmp_path, ROW, office_name=SERIES)

    attach(series, (pdf(2), "批文.pdf"), (scan(), "附页.png"))
    attach(series, (scan(), "又传一遍.png"))

    labels = [page.label for page in db.session.scalars(db.select(ApprovalPage).order_by(ApprovalPage.id))]
    assert labels == ["批文.pdf 第 1 页", "批文.pdf 第 2 页", "附页.png"]


@PLAIN_SQL
@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"GIF89a" + b"\0" * 40, "批文.gif", "批文只收 JPG、PNG 和 PDF"),
        (b"%PDF-1.7\nnot a pdf at all", "批文.pdf", "这个 PDF 打不开"),
        (pdf(31), "批文.pdf", "超过 30 页"),
        (scan()[:4000], "批文.png", "这张照片打不开"),
    ],
    ids=["gif", "broken", "long", "cut off"],
)
def test_what_is_no_scan_is_refused_in_one_sentence(series, tmp_path, content, name, said):
    send_rows(series, tmp_path, ROW, office_name=SERIES)

    answer = attach(series, (content, name))

    assert answer.status_code == 200
    assert shows(series, said)
    assert db.session.query(ApprovalPage).count() == 0


def test_a_page_is_removed_with_its_picture(series, app, tmp_path):
    send_rows(series, tmp_path, ROW, office_name=SERIES)
    attach(series, (scan(), "批文.png"))
    page = db.session.scalars(db.select(ApprovalPage)).one()
    batch_id, page_id, key = newest().id, page.id, page.key

    series.send(f"/admin/imports/{batch_id}/approval/{page_id}/remove/", follow_redirects=True)

    assert db.session.query(ApprovalPage).count() == 0
    assert not list(Path(app.instance_path).rglob(key))


def test_a_county_commits_its_own_with_or_without_papers(as_staff, tmp_path):
    clerk = as_staff("ls.staff")
    send_rows(clerk, tmp_path, {})
    attach(clerk, (scan(kind="JPEG"), "批文.jpg"))

    press(clerk, "commit")

    assert newest().state is BatchState.COMMITTED
    assert newest().committed_office_id == newest().office_id
