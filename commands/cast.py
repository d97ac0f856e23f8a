"""The invented offices and people of the demonstration: the same in demo data, tests, screenshots and documents."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update

from config import DEMO_PASSWORD
from domain.access import Actor, Role
from domain.identifiers import check_character
from domain.vocabulary import OfficeKind
from extensions import db, writing
from models import Office, StaffUser
from operations import accounts, employers, offices, second_factor, staff
from operations.offices import Contact

PASSWORD = DEMO_PASSWORD
HOURS = "工作日 8:00—12:00、15:00—18:00"


@dataclass(frozen=True, slots=True)
class DemoOffice:
    name: str
    kind: OfficeKind
    parent: str
    region_code: str
    phone: str
    address: str
    series: tuple[str, ...] = ()

    @property
    def contact(self) -> Contact:
        return Contact(self.phone, self.address, HOURS)


@dataclass(frozen=True, slots=True)
class DemoUser:
    username: str
    name: str
    office: str
    role: Role


@dataclass(frozen=True, slots=True)
class DemoHolder:
    name: str
    id_number: str
    mobile: str
    email: str
    region_code: str


@dataclass(frozen=True, slots=True)
class DemoEmployer:
    name: str
    office: str
    username: str
    person: str
    staff_username: str
    staff_person: str


EMPLOYER = DemoEmployer("灵山县水利局", "灵山县职改办", "sly", "宁静", "sly.lanhai", "蓝海")

OFFICES = (
    DemoOffice("广西区职改办", OfficeKind.REGION, "", "450000", "0771-0000000", "南宁市演示路 1 号"),
    DemoOffice("钦州市职改办", OfficeKind.CITY, "广西区职改办", "450700", "0777-0000001", "钦州市演示路 2 号"),
    DemoOffice("灵山县职改办", OfficeKind.COUNTY, "钦州市职改办", "450721", "0777-0000002", "灵山县演示路 3 号"),
    DemoOffice("浦北县职改办", OfficeKind.COUNTY, "钦州市职改办", "450722", "0777-0000003", "浦北县演示路 4 号"),
    DemoOffice("钦南区职改办", OfficeKind.COUNTY, "钦州市职改办", "450702", "0777-0000004", "钦南区演示路 5 号"),
    DemoOffice("钦北区职改办", OfficeKind.COUNTY, "钦州市职改办", "450703", "0777-0000005", "钦北区演示路 6 号"),
    DemoOffice(
        "钦州市工程系列职改办",
        OfficeKind.SERIES,
        "钦州市职改办",
        "450700",
        "0777-0000006",
        "钦州市演示路 7 号",
        ("工程系列",),
    ),
)

USERS = (
    DemoUser("gx.admin", "陆明远", "广西区职改办", Role.ADMIN),
    DemoUser("qz.admin", "黄国栋", "钦州市职改办", Role.ADMIN),
    DemoUser("qz.staff", "宁海燕", "钦州市职改办", Role.STAFF),
    DemoUser("ls.admin", "劳志坚", "灵山县职改办", Role.ADMIN),
    DemoUser("ls.staff", "梁敏", "灵山县职改办", Role.STAFF),
    DemoUser("pb.staff", "张秀英", "浦北县职改办", Role.STAFF),
    DemoUser("gc.staff", "苏建平", "钦州市工程系列职改办", Role.STAFF),
)

WITH_FACTOR = DemoUser("qz.factor", "韦敏之", "钦州市职改办", Role.STAFF)
"""The one account of the demonstration that shows the second factor; not in the tests' cast."""
FACTOR_SECRET = "CERT2626QINZHOUDEMOSECONDFACTOR7"  # noqa: S105 - printed at start, development only


def id_number(region: str, birth: str, sequence: str) -> str:
    """Return an invented but well-formed resident ID number."""
    return (first := region + birth + sequence) + check_character(first)


HOLDERS = (
    DemoHolder("韦小兰", id_number("450721", "19850312", "002"), "13900000001", "weixiaolan@example.com", "450721"),
    DemoHolder("陆海生", id_number("450721", "19781105", "001"), "13900000002", "luhaisheng@example.com", "450721"),
    DemoHolder("黄春梅", id_number("452824", "19700615", "004"), "13900000003", "huangchunmei@example.com", "450721"),
    DemoHolder("覃志强", id_number("452826", "19660920", "003"), "13900000004", "qinzhiqiang@example.com", "450722"),
)


def operator_of(office: Office | None) -> Actor:
    return Actor(Role.ADMIN, None, "演示数据", office.place if office else None)


def found_offices(first_password_hash: str, password_hash: str) -> None:
    """Create the demo offices and their accounts, ready to sign in with the demo password."""
    with writing():
        for one in OFFICES:
            parent = Office.named(one.parent) if one.parent else None
            offices.create(
                operator_of(parent), one.name, one.kind, parent, first_password_hash,
                series=list(one.series), region_code=one.region_code, contact=one.contact,
            )  # fmt: skip
        db.session.execute(update(StaffUser).values(password_expires_at=None))
        for user in USERS:
            _open(user, password_hash)


def let_in_employer(password_hash: str) -> None:
    """Open the demo employer with one member of its staff, ready to sign in with the demo password."""
    one = EMPLOYER
    with writing():
        office = Office.named(one.office)
        assert office is not None, "the offices were created before"
        employer = employers.open_employer(
            operator_of(office), office, one.name, one.username, one.person, password_hash
        )
        actor = employer.main_account.actor
        clerk = employers.open_staff_account(actor, one.staff_username, one.staff_person, password_hash)
        for account in (employer.main_account, clerk):
            accounts.take_password(account, password_hash)


def show_second_factor(password_hash: str) -> None:
    """Open the account that shows the second factor, its secret known to everybody."""
    codes = second_factor.new_codes()[1]
    with writing():
        account = _open(WITH_FACTOR, password_hash)
        second_factor.hand_over(account, FACTOR_SECRET, codes)


def _open(user: DemoUser, password_hash: str) -> StaffUser:
    home = Office.named(user.office)
    assert home is not None, "the offices were created above"
    account = staff.open_account(operator_of(home), home, user.username, user.name, user.role, password_hash)
    accounts.take_password(account, password_hash)
    return account
