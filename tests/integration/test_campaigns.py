"""归集任务: what an office gathers now, and the word about rows outside it."""

from __future__ import annotations

import pytest
from flask import Flask

from domain.campaigns import CampaignScope
from domain.errors import FieldProblem, NotFound
from domain.vocabulary import Outcome, TitleLevel
from extensions import db, writing
from models import Campaign
from operations import campaigns
from tests.batches import judged, remarks
from tests.factories import office, staff
from tests.workbooks import workbook

BEFORE_2012 = CampaignScope("2012 年前证书归集", last_year=2011)


def set_for(office_name: str, scope: CampaignScope = BEFORE_2012, by: str = "qz.admin") -> Campaign:
    actor, office_id = staff(by), office(office_name).id
    with writing():
        return campaigns.add(actor, office_id, scope)


def warned(book) -> list[list[list[str]]]:
    return [remarks(row, "warnings") for row in judged(book)]


def test_a_year_outside_the_campaign_is_a_warning_and_goes_in(app: Flask) -> None:
    set_for("灵山县职改办")

    inside, outside = judged(
        workbook().row(awarded_on="2011-12-31", issued_on="").row(awarded_on="2012-01", issued_on="")
    )

    assert remarks(inside, "warnings") == []
    assert [key for key, _ in remarks(outside, "warnings")] == ["awarded_on"]
    assert "2011 年及以前" in remarks(outside, "warnings")[0][1]
    assert outside.outcome is Outcome.NEW


def test_series_and_levels_that_are_not_gathered_are_pointed_out(app: Flask) -> None:
    set_for("灵山县职改办", CampaignScope("卫生", ("卫生系列",), (TitleLevel.ASSOCIATE,)))

    assert [[key for key, _ in row] for row in warned(workbook().row())] == [["title_series", "title_level"]]


def test_an_office_without_one_follows_the_office_above_and_its_own_counts_first(app: Flask) -> None:
    set_for("钦州市职改办")
    book = workbook().row(awarded_on="2015-03", issued_on="")
    above = warned(book)
    set_for("灵山县职改办", CampaignScope("补录", first_year=2012))

    assert (len(above[0]), warned(book)) == (1, [[]])


@pytest.mark.parametrize(
    ("scope", "field"),
    [
        (CampaignScope(" "), "name"),
        (CampaignScope("任务", first_year=12), "first_year"),
        (CampaignScope("任务", last_year=2999), "last_year"),
        (CampaignScope("任务", first_year=2010, last_year=2009), "last_year"),
    ],
)
def test_what_makes_no_sense_is_refused(app: Flask, scope: CampaignScope, field: str) -> None:
    with pytest.raises(FieldProblem) as refusal:
        set_for("灵山县职改办", scope)

    assert refusal.value.field == field
    assert db.session.scalar(db.select(Campaign.id)) is None


def test_an_office_has_one_and_a_stranger_sets_none(app: Flask) -> None:
    set_for("灵山县职改办")

    with pytest.raises(FieldProblem, match="已经有归集任务了"):
        set_for("灵山县职改办")
    with pytest.raises(NotFound):
        set_for("浦北县职改办", by="ls.admin")


def test_an_administrator_sets_changes_and_removes_one_from_the_page(app: Flask, as_staff) -> None:
    admin = as_staff("qz.admin")
    admin.get("/admin/campaigns/new/")
    form = {**admin.page.form("name"), "name": "2012 年前证书归集", "last_year": "2o11"}
    refused = admin.post("/admin/campaigns/new/", data=form).get_data(as_text=True)
    admin.post("/admin/campaigns/new/", data={**form, "last_year": "2011"})
    campaign = db.session.scalars(db.select(Campaign)).one()
    admin.get(f"/admin/campaigns/edit/?id={campaign.id}")
    admin.post(f"/admin/campaigns/edit/?id={campaign.id}", data={**admin.page.form("name"), "first_year": "1990"})
    db.session.expire_all()
    years = campaign.scope.years
    admin.get(f"/admin/campaigns/remove/?id={campaign.id}")
    admin.send(f"/admin/campaigns/remove/?id={campaign.id}")

    assert "年份请写四位数字" in refused
    assert years == "1990—2011 年"
    assert db.session.scalar(db.select(Campaign.id)) is None


def test_staff_set_none(as_staff) -> None:
    assert as_staff("qz.staff").get("/admin/campaigns/").status_code == 403
