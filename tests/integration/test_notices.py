"""业务通知: who writes them, who reads them where, and that nobody else does."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from domain.errors import DomainError, NotFound
from domain.notices import NoticeText
from domain.vocabulary import Audience
from extensions import db, writing
from models import Event, Notice
from operations import notices
from operations.dictionaries import today
from storage import LocalStorage
from tests import factories
from tests.factories import staff

CITY, COUNTY = "qz.admin", "ls.admin"


def written(
    by: str, title: str, audience: Audience = Audience.HOLDERS, *, first: int = 0, last: int | None = None
) -> int:
    """Write a notice that is shown from `first` to `last`, in days from today."""
    day, actor = today(), staff(by)
    ends_on = None if last is None else day + timedelta(days=last)
    with writing():
        return notices.write(
            actor, NoticeText(title, "第一段。\n\n第二段。", audience, day + timedelta(days=first), ends_on)
        ).id


def read_by(holder: Any) -> list[str]:
    return [notice.title for notice in notices.newest(notices.for_holder(holder))]


def test_a_holder_reads_those_of_the_own_county_city_and_region_newest_first(app: Flask) -> None:
    written("gx.admin", "区里的", first=-3)
    written(CITY, "市里的", first=-1)
    written(COUNTY, "县里的", first=-2)
    written(CITY, "给单位的", Audience.EMPLOYERS)
    written(CITY, "还没开始", first=1)
    written(CITY, "到期了", first=-9, last=-1)

    assert read_by(factories.holder(None, region_code="450721")) == ["市里的", "县里的", "区里的"]
    assert read_by(factories.holder(None, region_code="450722")) == ["市里的", "区里的"]
    assert read_by(factories.holder(None, region_code="450802")) == ["区里的"]


def test_what_is_withdrawn_is_read_by_nobody_until_it_is_shown_again(app: Flask) -> None:
    notice_id, holder, actor = written(CITY, "市里的"), factories.holder(), staff(CITY)

    with writing():
        notices.withdraw(actor, notices.reached(actor, notice_id))
    withdrawn = read_by(holder)
    with pytest.raises(DomainError, match="已经撤下"), writing():
        notices.withdraw(actor, notices.reached(actor, notice_id))
    with writing():
        notices.show_again(actor, notices.reached(actor, notice_id))

    assert (withdrawn, read_by(holder)) == ([], ["市里的"])
    noted = db.session.scalars(db.select(Event.action).filter_by(subject_type="notice").order_by(Event.id))
    assert list(noted) == ["write_notice", "withdraw_notice", "show_notice_again"]


def test_a_county_does_not_touch_the_citys(app: Flask) -> None:
    with pytest.raises(NotFound):
        notices.reached(staff(COUNTY), written(CITY, "市里的"))


def test_an_administrator_writes_changes_and_withdraws_on_the_page(app: Flask, as_staff: Any) -> None:
    admin = as_staff(CITY)
    admin.get("/admin/notices/new/")
    form = {**admin.page.form("title"), "audience": "holders", "title": "审验时间", "body": "年底前。\r\n\r\n请早办。"}
    refused = admin.post("/admin/notices/new/", data={**form, "ends_on": "2026-13-1"})
    admin.post("/admin/notices/new/", data=form)
    notice_id = db.session.scalars(db.select(Notice.id)).one()
    admin.get(f"/admin/notices/edit/?id={notice_id}")
    admin.send(f"/admin/notices/edit/?id={notice_id}", {**admin.page.form("title"), "title": "审验的时间"})
    admin.get(f"/admin/notices/step/withdraw/?id={notice_id}")
    admin.send(f"/admin/notices/step/withdraw/?id={notice_id}")
    admin.get("/admin/notices/?standing=withdrawn")

    assert "没有 13 月" in refused.text
    assert "审验的时间" in admin.page.text
    assert db.session.get_one(Notice, notice_id).body == "年底前。\n\n请早办。"


def test_staff_write_none(as_staff: Any) -> None:
    assert as_staff("qz.staff").get("/admin/notices/").status_code == 403


def test_each_reads_their_own_and_no_others(app: Flask, as_holder: Any, as_employer: Any, as_staff: Any) -> None:
    faces = {
        "/portal/": (as_holder(factories.holder()), Audience.HOLDERS),
        "/employer/": (as_employer(factories.employer_user()), Audience.EMPLOYERS),
        "/admin/office-": (as_staff("ls.staff"), Audience.OFFICES),
    }
    for base, (reader, audience) in faces.items():
        own, withdrawn = written(CITY, f"给{audience.label}", audience), written(CITY, "撤下的", audience)
        with writing():
            notices.withdraw(staff(CITY), db.session.get_one(Notice, withdrawn))
        foreign = written("gx.admin", "给别人的", next(one for one in Audience if one is not audience))

        home = reader.get(base.removesuffix("office-")).text
        reader.get(f"{base}notices/")

        assert f"{base}notices/{own}/" in home
        assert f"给{audience.label}" in reader.page.text
        assert "第二段。" in reader.get(f"{base}notices/{own}/").text
        assert [reader.get(f"{base}notices/{other}/").status_code for other in (withdrawn, foreign)] == [404, 404]


def test_a_notice_of_another_county_is_not_there(app: Flask, as_holder: Any) -> None:
    notice_id = written(COUNTY, "灵山的")
    stranger = as_holder(factories.holder(None, region_code="450722"))

    assert stranger.get(f"/portal/notices/{notice_id}/").status_code == 404
    assert "现在没有通知" in stranger.get("/portal/notices/").text


def picture() -> tuple[BytesIO, str]:
    drawn = BytesIO()
    Image.new("RGB", (600, 300), "#11566e").save(drawn, "PNG")
    return BytesIO(drawn.getvalue()), "海报.png"


def test_a_picture_goes_with_a_notice_and_goes_away_again(
    app: Flask, as_staff: Any, as_holder: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalStorage(tmp_path)
    monkeypatch.setitem(app.extensions, "photos", store)
    admin, reader = as_staff(CITY), as_holder(factories.holder())
    admin.get("/admin/notices/new/")
    form = {**admin.page.form("title"), "audience": "holders", "title": "海报", "body": "见图。"}
    wordless = admin.post("/admin/notices/new/", data={**form, "picture": picture()})
    left_behind = list(store.files())
    admin.post("/admin/notices/new/", data={**form, "picture": picture(), "picture_words": "审验三步"})
    notice = db.session.scalars(db.select(Notice)).one()
    edit, shown = f"/admin/notices/edit/?id={notice.id}", f"/portal/notices/{notice.id}/picture/"

    served = reader.get(shown)
    reader.get(f"/portal/notices/{notice.id}/")
    alt = [one["alt"] for one in reader.page.all("img") if one["src"] == shown]
    admin.get(edit)
    admin.send(edit, {**admin.page.form("title"), "body": "见下图。"})
    kept = reader.get(shown).status_code
    admin.get(edit)
    admin.send(edit, {**admin.page.form("title"), "without_picture": "y"})

    assert ("请写一句图片说明" in wordless.text, left_behind) == (True, [])
    assert (served.mimetype, kept, alt) == ("image/jpeg", 200, ["审验三步"])
    assert reader.get(shown).status_code == 404
    assert list(store.files()) == []
