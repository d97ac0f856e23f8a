"""Which passwords are refused, and that ordinary good ones are not."""

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import FieldProblem
from domain.passwords import check_password
from operations.passwords import _NOBODY, fits

OFFICE_DEFAULT = "Zhicheng#2026!"
ACCOUNT = ("liangmin", "450702198503120014", "13800138000", "liang.min@example.com", "灵山县职改办", "梁敏")


def accept(password: str, *, account_names: tuple[str, ...] = ACCOUNT) -> None:
    check_password(password, account_names=account_names, forbidden=[OFFICE_DEFAULT, "5505013"])


def refusal(password: str, *, account_names: tuple[str, ...] = ACCOUNT) -> str:
    with pytest.raises(FieldProblem) as problem:
        accept(password, account_names=account_names)
    assert problem.value.field == "password"
    return problem.value.sentence


@pytest.mark.parametrize(
    "password",
    [
        "xy7-fish-lamp",
        "钦江边的老榕树下",
        "tr0ub4dor&3",
        "correct horse battery staple",
        "江南可采莲莲叶何田田",
        "G7k!pQ2z",
        "        x y z  7",
        "😀🐟🌳🏠🚲☂🍚📖",
        "liangmin likes tea",
    ],
)
def test_ordinary_good_passwords_are_taken(password: str) -> None:
    accept(password)


def test_eight_to_sixty_four_characters_of_anything() -> None:
    pattern = "钦a7-州q;Z江w2.北z" * 5

    accept(pattern[:8])
    accept(pattern[:64])
    assert refusal(pattern[:7]) == "密码要 8—64 位，现在是 7 位"
    assert refusal(pattern[:65]) == "密码要 8—64 位，现在是 65 位"
    assert refusal("") == "密码要 8—64 位，现在是 0 位"


@pytest.mark.parametrize(
    "password",
    [
        "12345678", "87654321", "1234567890", "0987654321", "88888888", "00000000", "11223344", "88889999",
        "aaaa1111", "12121212", "123123123", "abcabcabc", "abcd1234", "1234abcd", "a123456789", "123456789a",
        "123456aa", "aa123456", "qwertyui", "qwertyuiop", "asdfghjkl", "zxcvbnm123", "1qaz2wsx", "qazwsxedc",
        "1q2w3e4r", "q1w2e3r4", "poiuytrewq", "password", "Password1", "P@ssw0rd", "passw0rd123", "admin123",
        "Admin@123", "administrator", "iloveyou", "welcome1", "woaini1314", "woaini520", "WoAiNi5201314",
        "5201314520", "520131420", "1314520a", "wodemima", "woaimama", "nihao123", "147258369", "147852369",
        "789456123", "qwe123456", "asd123456", "a1b2c3d4", "zhang123456", "laopo520", "qinzhou123", "19850101",
        "20001231", "!@#$%^&*", "        ", "aaaaaaab", "我爱你我爱你我爱你", "我爱你5201314",
    ],
)  # fmt: skip
def test_what_many_people_use_is_refused(password: str) -> None:
    assert refusal(password, account_names=()) == "这个密码很多人在用，容易被猜到，请换一个"


def test_width_and_case_do_not_make_a_common_password_good() -> None:
    full_width = "12345678".translate({ord(digit): ord(digit) + 0xFEE0 for digit in "12345678"})

    assert "很多人" in refusal(full_width)
    assert "很多人" in refusal("QwertyUIOP")


@pytest.mark.parametrize(
    "password",
    [
        "liangmin",
        "LiangMin",
        "liangmin1",
        "liangmin123",
        "450702198503120014",
        "19850312",
        "03120014",
        "13800138000",
        "liang.min",
        "liang.min@example.com",
        "灵山县职改办88",
        "梁敏梁敏梁敏梁敏",
    ],
)
def test_the_account_itself_is_no_password(password: str) -> None:
    assert refusal(password).startswith("密码里主要是账号")


@pytest.mark.parametrize("password", [OFFICE_DEFAULT, OFFICE_DEFAULT.lower(), "5505013a", "5505013!!!"])
def test_the_first_password_of_an_office_cannot_stay(password: str) -> None:
    assert refusal(password) == "这是单位的初始密码，请换一个自己的密码"


def test_a_first_password_of_signs_only_is_refused_too() -> None:
    with pytest.raises(FieldProblem, match="初始密码"):
        check_password("?!?-!?!-.", account_names=[], forbidden=["?!?-!?!-."])


def test_names_that_are_empty_or_one_sign_refuse_nothing() -> None:
    accept("xy7-fish-lamp", account_names=("", "x", "@"))
    accept("xxaxxbxxc", account_names=("x",))


def test_an_address_is_guessed_by_its_local_part() -> None:
    assert "邮箱" in refusal("Liang.Min2", account_names=("liang.min@example.com",))


def test_eight_digits_that_are_no_date_may_be_a_password() -> None:
    accept("20143952", account_names=())


@given(st.text(), st.lists(st.text(), max_size=3))
def test_whatever_is_taken_has_a_length_and_is_no_name(password: str, account_names: list[str]) -> None:
    try:
        check_password(password, account_names=account_names, forbidden=[])
    except FieldProblem:
        return

    assert 8 <= len(password) <= 64
    assert password not in account_names


def test_nobodys_password_takes_as_long_to_refuse_as_anybodys() -> None:
    assert extract_parameters(_NOBODY) == RFC_9106_LOW_MEMORY
    assert not fits(None, "随便什么")
