"""Who somebody is and how to reach them: the fields of a person, wherever a form asks for them."""

from __future__ import annotations

from functools import cache

from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, StopValidation

from config import HERE
from domain import identifiers, normalizing
from domain.certificate_fields import BY_KEY
from domain.identifiers import IdDocument
from domain.regions import Regions, load_divisions
from operations.dictionaries import today
from web.forms import Form, filled, readable

LONGEST_EMAIL, LONGEST_ID = 254, 60


@cache
def regions() -> Regions:
    return Regions(load_divisions(HERE / "data" / "regions.csv"))


def _regions_by_city() -> list[SelectChoice]:
    return [
        SelectChoice("", "请选择"),
        *(
            SelectChoice(place.code, place.name if place != city else f"{city.name}（不分县区）", optgroup=city.name)
            for city in regions().cities()
            for place in (*regions().counties(city.code), city)
        ),
    ]


def parsed(id_number: str) -> IdDocument:
    return identifiers.parse_id(id_number, today())


def _name(form: Form, field: Field) -> None:
    longest = BY_KEY["name"].max_length
    if not 2 <= len(normalizing.person_name(field.data)) <= longest:
        raise StopValidation(f"姓名要 2 到 {longest} 个字，请照身份证填写")


def _email_address(form: Form, field: Field) -> None:
    if not identifiers.is_email(normalizing.code(field.data)):
        raise StopValidation("邮箱里要有 @ 和后面的网站名，请逐位核对")


def _region(form: Form, field: Field) -> None:
    """Where nothing was chosen, the first six digits of a typed ID number count while that place still exists."""
    if not field.data and "id_number" in form and not form.id_number.errors:
        field.data = regions().of_id_number(parsed(form.id_number.data).number) or ""
    if not regions().may_be_chosen(field.data or ""):
        raise StopValidation("还没有选所在市、县")


class IdentityFields:
    """Name and ID number, as the ID card has them."""

    name = StringField(
        "姓名",
        [filled("还没有填姓名"), Length(max=60), _name],
        description="提交后不能自己改，请照身份证填写。",
        render_kw={"autocomplete": "name"},
    )
    id_number = StringField(
        "身份证号",
        [filled("还没有填身份证号"), Length(max=LONGEST_ID), readable(parsed)],
        description="提交后不能自己改，请照身份证填写。没有居民身份证的，填护照或通行证号码。",
        render_kw={"autocomplete": "off", "autocapitalize": "characters"},
    )


def mobile_field(label: str = "手机号") -> StringField:
    return StringField(
        label,
        [filled("还没有填手机号"), Length(max=30), readable(identifiers.mobile)],
        render_kw={"autocomplete": "tel-national", "inputmode": "tel"},
    )


def email_field(label: str, hint: str) -> StringField:
    return StringField(
        label,
        [filled("还没有填邮箱"), Length(max=LONGEST_EMAIL), _email_address],
        description=hint,
        render_kw={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none"},
    )


def region_field(hint: str = "") -> SelectField:
    return SelectField("所在市、县", [_region], choices=_regions_by_city, validate_choice=False, description=hint)
