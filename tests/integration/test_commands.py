"""The first steps of an installation at the command line: what they make, what they refuse, how they exit."""

from __future__ import annotations

import re

import pytest

from domain.access import Role
from extensions import db
from models import AwardingBody, Event, Office, StaffUser, TitleEntry
from operations.passwords import fits
from tests.engines import PLAIN_SQL
from tests.factories import COUNTY, dump

CITY = "钦州市职改办"


def run(app, *words, typed=""):
    """Run a command and read the database as it left it."""
    db.session.rollback()
    answer = app.test_cli_runner().invoke(args=list(words), input=typed)
    db.session.rollback()
    return answer


def account(username):
    return db.session.query(StaffUser).filter_by(username=username).one()


def test_an_office_is_founded_with_its_body_and_its_default_account(app):
    answer = run(app, "create-office", "钦州港区职改办", "--kind", "county", "--parent", CITY, "--region", "450704")

    made = Office.named("钦州港区职改办")
    assert (answer.exit_code, "已建好" in answer.output) == (0, True)
    assert "只显示这一次，14 天内没有登录就失效" in answer.output
    assert (made.parent.name, made.region_code) == (CITY, "450704")
    assert fits(account("钦州港区职改办").password_hash, app.config["OFFICE_DEFAULT_PASSWORD"])
    assert db.session.query(AwardingBody).filter_by(office_id=made.id).count() == 1
    assert Event.about("office", made.id)[0].actor_name.startswith("命令行")


@PLAIN_SQL
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((COUNTY, "--kind", "county", "--parent", CITY), "已经有“灵山县职改办”了"),
        (("新光职改办", "--kind", "county", "--parent", "没有的职改办"), "没有“没有的职改办”这个机构"),
        (("新光职改办", "--kind", "county"), "请先选上级"), (("新光职改办", "--kind", "city", "--parent", COUNTY), "不能建在"),
        (("新光职改办", "--kind", "series", "--parent", CITY), "要写明管哪些职称系列"),
        (("新光职改办", "--kind", "county", "--parent", CITY, "--region", "4507"), "区划代码是 6 位数字"),
        (("职" * 60, "--kind", "county", "--parent", CITY), "最多 50 个字"),
    ],
)  # fmt: skip
def test_an_office_that_cannot_be_is_refused_in_one_chinese_sentence(app, words, sentence):
    before = dump()

    answer = run(app, "create-office", *words)

    assert answer.exit_code == 1
    assert sentence in answer.stderr
    assert "Error" not in answer.stderr
    assert dump() == before


def test_an_account_takes_the_password_from_standard_input(app):
    answer = run(
        app,
        "create-user",
        "ls.boss",
        "--office",
        COUNTY,
        "--role",
        "admin",
        "--name",
        "农建国",
        typed="修路架桥二十年 ok\n",
    )

    made = account("ls.boss")
    assert (answer.exit_code, "一次性密码" in answer.output) == (0, False)
    assert (made.role, made.display_name, made.must_change_password) == (Role.ADMIN, "农建国", True)
    assert fits(made.password_hash, "修路架桥二十年 ok")


def test_without_one_it_makes_a_password_and_shows_it_once(app):
    answer = run(app, "create-user", "ls.boss", "--office", COUNTY)

    password = re.search(r"初始密码：([^（]+)", answer.output).group(1)
    assert fits(account("ls.boss").password_hash, password)
    assert account("ls.boss").role is Role.STAFF


@PLAIN_SQL
@pytest.mark.parametrize(
    ("words", "typed", "sentence"),
    [
        (("ls.staff", "--office", COUNTY), "", "已经有人用了"), (("ls.boss", "--office", "没有的职改办"), "", "请先用 create-office 新建"),
        (("x", "--office", COUNTY), "", "登录名要 2 到 50 个字"), (("ls.boss", "--office", COUNTY), "12345678\n", "密码"),
        (("ls.boss", "--office", COUNTY, "--name", "名" * 51), "", "姓名"),
    ],
)  # fmt: skip
def test_an_account_that_cannot_be_is_refused_and_leaves_nothing(app, words, typed, sentence):
    before = dump()

    answer = run(app, "create-user", *words, typed=typed)

    assert (answer.exit_code, sentence in answer.stderr) == (1, True)
    assert "Error" not in answer.stderr
    assert dump() == before


def test_what_is_not_written_as_it_should_be_exits_with_two(app):
    assert run(app, "create-office", "新光职改办").exit_code == 2
    assert run(app, "create-user", "ls.boss", "--office", COUNTY, "--role", "default_account").exit_code == 2


def test_seeding_twice_adds_nothing(app):
    before = dump()

    answer = run(app, "seed")

    assert answer.exit_code == 0
    assert db.session.query(TitleEntry).count() > 100
    assert dump() == before


@PLAIN_SQL
def test_the_last_administrator_gets_a_new_password_by_command(app):
    answer = run(app, "reset-password", "ls.admin")

    password = re.search(r"初始密码：([^（]+)", answer.output).group(1)
    assert fits(account("ls.admin").password_hash, password)
    assert account("ls.admin").must_change_password
    assert "没有“nobody”这个账户" in run(app, "reset-password", "nobody").stderr
