"""归集任务: setting what an office gathers, and finding what counts for one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from domain import normalizing
from domain.access import Actor, Permission, Place
from domain.campaigns import EARLIEST_YEAR, CampaignScope
from domain.errors import FieldProblem, NotFound
from domain.vocabulary import TitleLevel
from extensions import db
from models import Campaign, Office
from operations import events, offices
from operations.dictionaries import today


def of_office(place: Place) -> CampaignScope | None:
    """Return what the office at `place` gathers: its own campaign, else the nearest one above it."""
    found = db.session.scalars(select(Campaign).where(Campaign.office_id.in_(place.lineage)))
    by_office = {campaign.office_id: campaign for campaign in found}
    return next((by_office[office].scope for office in place.lineage if office in by_office), None)


def reached(actor: Actor, campaign_id: int) -> Campaign:
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None or not actor.reaches(Permission.CAMPAIGNS, campaign.office.place):
        raise NotFound("没有这个归集任务，可能已删除，或不归您管理")
    return campaign


def add(actor: Actor, office_id: int, scope: CampaignScope) -> Campaign:
    """Give an office its campaign."""
    office = offices.reached(actor, Permission.CAMPAIGNS, office_id)
    _refuse_second(office)
    campaign = Campaign()
    campaign.belong_to(office.place)
    _set(campaign, scope)
    db.session.add(campaign)
    db.session.flush()
    _note(actor, "add_campaign", campaign, f"为“{office.name}”设归集任务“{campaign.name}”：{told(campaign.scope)}")
    return campaign


def change(actor: Actor, campaign_id: int, scope: CampaignScope) -> Campaign:
    campaign = reached(actor, campaign_id)
    before = told(campaign.scope)
    _set(campaign, scope)
    db.session.flush()
    summary = f"修改归集任务“{campaign.name}”：{before} → {told(campaign.scope)}"
    _note(actor, "change_campaign", campaign, summary)
    return campaign


def remove(actor: Actor, campaign_id: int) -> None:
    campaign = reached(actor, campaign_id)
    _note(actor, "remove_campaign", campaign, f"删去归集任务“{campaign.name}”")
    db.session.delete(campaign)
    db.session.flush()


def told(scope: CampaignScope) -> str:
    """Return what a campaign gathers, in one line."""
    series = "、".join(scope.series) or "全部系列"
    levels = "、".join(level.label for level in scope.levels) or "全部级别"
    return f"{series}，{levels}，{scope.years}"


def _note(actor: Actor, action: str, campaign: Campaign, summary: str) -> None:
    events.record(actor, action, ("campaign", campaign.id), summary[:500])


def _refuse_second(office: Office) -> None:
    if db.session.scalar(select(Campaign.id).filter_by(office_id=office.id)):
        raise FieldProblem("office", f"“{office.name}”已经有归集任务了，请去修改那一个")


def _set(campaign: Campaign, scope: CampaignScope) -> None:
    name = normalizing.text(scope.name)
    if not name:
        raise FieldProblem("name", "还没有填名称")
    _refuse_years(scope)
    campaign.name, campaign.series = name, list(scope.series)
    campaign.levels = _slugs(scope.levels)
    campaign.first_year, campaign.last_year = scope.first_year, scope.last_year


def _slugs(levels: Sequence[TitleLevel]) -> list[str]:
    return [level.value for level in levels]


def _refuse_years(scope: CampaignScope) -> None:
    latest = today().year
    for field, year in (("first_year", scope.first_year), ("last_year", scope.last_year)):
        if year is not None and not EARLIEST_YEAR <= year <= latest:
            raise FieldProblem(field, f"年份请写 {EARLIEST_YEAR} 到 {latest} 之间的四位数")
    if scope.first_year and scope.last_year and scope.first_year > scope.last_year:
        raise FieldProblem("last_year", "结束年份早于开始年份，请核对")
