"""Identity documents, mobile and certificate numbers: read, refused with a sentence, masked."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.identifiers import (
    IdDocument,
    IdKind,
    IdProblem,
    MobileProblem,
    certificate_number,
    check_character,
    mask_id,
    mask_id_numbers,
    mask_mobile,
    mobile,
    parse_id,
)

TODAY = date(2026, 11, 18)
FULL_WIDTH = {ord(half): ord(half) + 0xFEE0 for half in map(chr, range(0x21, 0x7F))}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

births = st.dates(date(1900, 1, 1), TODAY)
seventeens = st.builds(
    lambda region, birth, sequence: f"{region:06}{birth:%Y%m%d}{sequence:03}",
    st.integers(100_000, 809_999),
    births,
    st.integers(0, 999),
)


def refusal(written: str) -> str:
    with pytest.raises(IdProblem) as problem:
        parse_id(written, TODAY)
    return problem.value.sentence


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014", "34052419800101001X"])
def test_published_examples_are_accepted(number: str) -> None:
    assert parse_id(number, TODAY).number == number


def test_a_resident_id_tells_birth_sex_and_region() -> None:
    assert parse_id("450702198503120014", TODAY) == IdDocument(
        "450702198503120014", IdKind.RESIDENT, date(1985, 3, 12), "男", "450702"
    )
    assert parse_id("450722199011230022", TODAY).sex == "女"


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("11010519491231002x", id="lower case"),
        pytest.param("11010519491231002X".translate(FULL_WIDTH), id="full width"),
        pytest.param(" 110105 19491231 002X ", id="blanks"),
        pytest.param("'11010519491231002X", id="apostrophe"),
        pytest.param("\u200b110105\u200d19491231002X\ufeff", id="zero width"),
    ],
)
def test_ways_to_write_a_resident_id(written: str) -> None:
    assert parse_id(written, TODAY).number == "11010519491231002X"


@pytest.mark.parametrize("region", ["452801", "452824", "999999", "000000", "123456"])
def test_no_region_is_refused(region: str) -> None:
    seventeen = f"{region}19701231001"

    document = parse_id(seventeen + check_character(seventeen), TODAY)

    assert document.region_code == region


def test_fifteen_digits_are_converted() -> None:
    document = parse_id("452801700615001", TODAY)

    assert document == IdDocument(
        "452801197006150016", IdKind.RESIDENT, date(1970, 6, 15), "男", "452801", converted=True
    )
    assert not parse_id(document.number, TODAY).converted


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("450702198503120013", "身份证号最后一位对不上，请核对原件"),
        ("45070219850312001X", "身份证号最后一位对不上，请核对原件"),
        ("450702198502300015", "身份证号第 7—14 位不是日期，请核对原件"),
        ("450702198513010015", "身份证号第 7—14 位不是日期，请核对原件"),
        ("450702000003120014", "身份证号第 7—14 位不是日期，请核对原件"),
        ("450702202611190014", "身份证号第 7—14 位是将来的日期，请核对原件"),
        ("452801700631001", "身份证号第 7—12 位不是日期，请核对原件"),
        ("45070219850312001", "身份证号要 18 位，现在是 17 位，请核对原件"),
        ("4507021985031200145", "身份证号要 18 位，现在是 19 位，请核对原件"),
        ("4507021985031200X", "身份证号要 18 位，现在是 17 位，请核对原件"),
        ("123", "身份证号要 18 位，现在是 3 位，请核对原件"),
        ("123456789", "身份证号要 18 位，现在是 9 位，请核对原件"),
        ("45O702198503120014", "身份证号前 17 位只有数字，最后一位是数字或 X，请核对原件"),
        ("45070219850312001A", "身份证号前 17 位只有数字，最后一位是数字或 X，请核对原件"),
        ("450702********0014", "身份证号中间被星号遮住了，请照原件写完整"),
        ("450702＊＊＊＊0014", "身份证号中间被星号遮住了，请照原件写完整"),
        ("", "还没有填身份证号"),
        (" \u200b", "还没有填身份证号"),
        ("张三", "身份证号看不出是哪种证件，请照身份证、护照或通行证填写"),
        ("UNKNOWN", "身份证号看不出是哪种证件，请照身份证、护照或通行证填写"),
        ("A123456(7)", "身份证号看不出是哪种证件，请照身份证、护照或通行证填写"),
        ("٤٥٠٧٠٢", "身份证号看不出是哪种证件，请照身份证、护照或通行证填写"),
    ],
)
def test_a_refusal_says_what_to_look_at(written: str, sentence: str) -> None:
    assert refusal(written) == sentence


@pytest.mark.parametrize("written", ["4.50702E+17", "4.507021985031200e+17", "4E17"])
def test_scientific_notation_is_never_guessed(written: str) -> None:
    assert "科学计数" in refusal(written)


def test_a_birth_today_is_not_the_future() -> None:
    seventeen = f"450702{TODAY:%Y%m%d}001"

    assert parse_id(seventeen + check_character(seventeen), TODAY).birth == TODAY


def test_a_problem_stands_beside_its_field() -> None:
    with pytest.raises(DomainError) as problem:
        parse_id("123", TODAY)

    assert problem.value.field == "id_number"


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("H12345678", IdKind.HK_MACAU_PERMIT),
        ("h1234567800", IdKind.HK_MACAU_PERMIT),
        ("M1234567890", IdKind.HK_MACAU_PERMIT),
        ("12345678", IdKind.TAIWAN_PERMIT),
        ("0123456789", IdKind.TAIWAN_PERMIT),
        ("0123456789B", IdKind.TAIWAN_PERMIT),
        ("E12345678", IdKind.PASSPORT),
        ("EA1234567", IdKind.PASSPORT),
        ("G12345678", IdKind.PASSPORT),
        ("K12345678", IdKind.PASSPORT),
        ("KJ1234567", IdKind.PASSPORT),
        ("MA1234567", IdKind.PASSPORT),
        ("DE1234567", IdKind.PASSPORT),
        ("140123456", IdKind.PASSPORT),
        ("150123456", IdKind.PASSPORT),
        ("EI1234567", IdKind.FOREIGN_PASSPORT),
        ("ab 123456", IdKind.FOREIGN_PASSPORT),
        ("C01X00T47", IdKind.FOREIGN_PASSPORT),
        ("CHN123456789012", IdKind.FOREIGN_PERMANENT),
    ],
)
def test_other_documents_are_told_apart_by_form(written: str, kind: IdKind) -> None:
    document = parse_id(written, TODAY)

    assert document == IdDocument(written.upper().replace(" ", ""), kind)


def test_a_bracketed_letter_is_the_same_taiwan_permit() -> None:
    assert parse_id("0123456789(B)", TODAY).number == "0123456789B"
    assert parse_id("0123456789（b）", TODAY).number == "0123456789B"


@pytest.mark.parametrize(
    ("region", "kind"),
    [
        ("810000", IdKind.HMT_RESIDENCE),
        ("820000", IdKind.HMT_RESIDENCE),
        ("830000", IdKind.HMT_RESIDENCE),
        ("911156", IdKind.FOREIGN_PERMANENT),
        ("810001", IdKind.RESIDENT),
    ],
)
def test_eighteen_digits_name_their_kind(region: str, kind: IdKind) -> None:
    seventeen = f"{region}19850312002"

    document = parse_id(seventeen + check_character(seventeen), TODAY)

    assert (document.kind, document.birth, document.sex) == (kind, date(1985, 3, 12), "女")


@given(seventeens)
def test_the_check_character_is_the_standards_sum(seventeen: str) -> None:
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, seventeen, strict=True))

    assert check_character(seventeen) == "10X98765432"[total % 11]


@given(seventeens)
def test_a_made_up_number_with_its_check_character_is_accepted(seventeen: str) -> None:
    document = parse_id(seventeen + check_character(seventeen), TODAY)

    assert document.number[:17] == seventeen
    assert document.birth == date(int(seventeen[6:10]), int(seventeen[10:12]), int(seventeen[12:14]))
    assert document.sex == ("男" if int(seventeen[16]) % 2 else "女")


@given(seventeens, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_one_changed_character_is_refused(seventeen: str, place: int, other: str) -> None:
    number = seventeen + check_character(seventeen)
    changed = number[:place] + other + number[place + 1 :]

    if changed != number:
        refusal(changed)


@given(seventeens, st.integers(0, 16))
def test_two_neighbours_exchanged_are_refused(seventeen: str, place: int) -> None:
    number = seventeen + check_character(seventeen)
    exchanged = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    if exchanged != number:
        refusal(exchanged)


@given(seventeens, st.sampled_from("0123456789X"))
def test_no_sentence_gives_the_right_check_character_away(seventeen: str, wrong: str) -> None:
    right = check_character(seventeen)
    if wrong != right:
        assert refusal(seventeen + wrong) == "身份证号最后一位对不上，请核对原件"


@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_fifteen_digits_and_their_eighteen_are_one_person(birth: date, sequence: int) -> None:
    old = parse_id(f"450702{birth:%y%m%d}{sequence:03}", TODAY)

    new = parse_id(old.number, TODAY)

    assert (new.number, new.birth, new.sex) == (old.number, birth, old.sex)


@given(st.text() | st.text("0123456789XxHM() .E+", max_size=25))
def test_reading_an_id_raises_nothing_but_its_problem(written: str) -> None:
    try:
        document = parse_id(written, TODAY)
    except IdProblem:
        return

    assert parse_id(document.number, TODAY).number == document.number


@given(st.dates(TODAY + timedelta(days=1), date(2999, 1, 1)))
def test_nobody_is_born_in_the_future(birth: date) -> None:
    seventeen = f"450702{birth:%Y%m%d}001"

    assert "将来" in refusal(seventeen + check_character(seventeen))


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("450702198503121234", "450702********1234"),
        ("11010519491231002X", "110105********002X"),
        ("452801700615001", "452801******001"),
        ("H12345678", "H1*****78"),
        ("E12345678", "E1*****78"),
        ("M1234567890", "M1*******90"),
        ("12345678", "12****78"),
        ("AB12345", "A****45"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_an_id_is_listed_masked(number: str, masked: str) -> None:
    assert mask_id(number) == masked


@given(st.text("0123456789ABCX", max_size=30))
def test_masking_never_shows_more_than_it_says(number: str) -> None:
    shown = {18: 10, 15: 9}.get(len(number), 4)

    for masked in (mask_id(number), mask_mobile(number)):
        assert len(masked) == len(number)
        assert all(sign in ("*", original) for sign, original in zip(masked, number, strict=True))
    assert len(mask_id(number).replace("*", "")) <= shown
    assert len(mask_mobile(number).replace("*", "")) <= (7 if len(number) == 11 else 2)


@given(seventeens)
def test_a_masked_id_hides_the_birth_date(seventeen: str) -> None:
    assert mask_id(seventeen + "0")[6:14] == "*" * 8


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        " 138 0013 8000 ",
        "138-0013-8000",
        "+86 13800138000",
        "+8613800138000",
        "0086-138-0013-8000",
        "8613800138000",
        "(+86)13800138000",
        "13800138000".translate(FULL_WIDTH),
    ],
)
def test_a_mobile_number_is_its_eleven_digits(written: str) -> None:
    assert mobile(written) == "13800138000"


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("1380013800", "手机号要 11 位，现在是 10 位"),
        ("138001380001", "手机号要 11 位，现在是 12 位"),
        ("12800138000", "手机号以 13 到 19 开头，请核对"),
        ("07772821234", "手机号以 13 到 19 开头，请核对"),
        ("1380013800a", "手机号只有数字，请去掉其他符号"),
        ("", "还没有填手机号"),
        (" - ", "还没有填手机号"),
    ],
)
def test_what_is_no_mobile_number_is_refused(written: str, sentence: str) -> None:
    with pytest.raises(MobileProblem) as problem:
        mobile(written)

    assert problem.value.sentence == sentence
    assert problem.value.field == "mobile"


@given(st.text() | st.text("0123456789+- ", max_size=20))
def test_reading_a_mobile_number_raises_nothing_but_its_problem(written: str) -> None:
    try:
        number = mobile(written)
    except MobileProblem:
        return

    assert mobile(number) == number


@pytest.mark.parametrize(
    "written",
    [
        "450702198503120014", "４５０７０２１９８５０３１２００１４", "450702 19850312 0014", "450702-19850312-0014",
        "45070219850312001x", "45070219850312001Ｘ",
    ],
)  # fmt: skip
def test_an_id_number_in_a_text_is_masked_however_it_is_written(written: str) -> None:
    masked = mask_id_numbers(f"我的身份证号是{written}，请改。")

    assert re.fullmatch(r"我的身份证号是450702\*{8}001[4X]，请改。", masked)


@pytest.mark.parametrize(
    "words",
    [
        "批文桂职办〔2009〕17号", "证书编号 123456789012345", "电话 0777-2345678、13800138000", "4507021985031200145",
        "450702198513120014", "x" * 100, "1" * 100_000, "1 " * 50_000,
    ],
    ids=str.__len__,
)  # fmt: skip
def test_other_numbers_in_a_text_stay_as_they_are(words: str) -> None:
    assert mask_id_numbers(words) == words


def test_a_mobile_number_is_listed_masked() -> None:
    assert mask_mobile("13800138000") == "138****8000"
    assert mask_mobile("12345") == "***45"
    assert mask_mobile("123") == "***"


@pytest.mark.parametrize("written", ["0833232", " 0833232 ", "'0833232", "0833232".translate(FULL_WIDTH)])
def test_leading_zeros_of_a_certificate_number_count(written: str) -> None:
    number = certificate_number(written)

    assert number is not None
    assert (number.value, number.usual) == ("0833232", True)


@pytest.mark.parametrize("written", ["1", "123456789012345"])
def test_up_to_fifteen_digits_are_usual(written: str) -> None:
    number = certificate_number(written)

    assert number is not None
    assert number.usual


@pytest.mark.parametrize("written", ["桂中级字第0812号", "1234567890123456", "08-33232", "A0833232"])
def test_other_shapes_are_kept_as_written(written: str) -> None:
    number = certificate_number(written)

    assert number is not None
    assert (number.value, number.usual) == (written, False)


@pytest.mark.parametrize("written", ["", "  ", "无", " 无 ", "\u200b", "'"])
def test_none_is_no_certificate_number(written: str) -> None:
    assert certificate_number(written) is None
