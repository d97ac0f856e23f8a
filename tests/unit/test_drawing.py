"""Demo photos are invented, marked and taken by the same gate as real ones; captchas are pictures of their digits."""

import csv
import random
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFont, ImageStat

from drawing import captcha_picture, captchas, certificate_pages, certificates
from drawing.certificates import date_in_figures, date_in_words
from drawing.fonts import CARRIED
from photos import LEAST_SHARPNESS, looks_same, make_safe, sharpness

ROOT = Path(__file__).parent.parent.parent
WEI = {
    "cert_no": "1346070",
    "name": "韦小兰",
    "sex": "女",
    "title_series": "工程系列",
    "title": "助理工程师",
    "specialty": "信息管理与信息系统",
    "awarding_body": "钦州市职称改革工作领导小组办公室",
    "awarded_on": "2013-12-20",
    "issued_on": "2014-01",
    "review_body": "钦州市工程系列中级评审委员会",
}


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize("cert_no", ["1346070", "0833232", "156457222", "0037771"])
def test_both_pages_pass_as_sharp_photos_of_different_pages(cert_no):
    pages = certificate_pages(WEI | {"cert_no": cert_no})

    number, content = (make_safe(page) for page in pages)

    assert all(sharpness(opened(page)) > 10 * LEAST_SHARPNESS for page in pages)
    assert not looks_same(number.fingerprint, content.fingerprint)
    assert max(len(page) for page in pages) < 400_000


def test_a_certificate_has_the_same_photos_every_time():
    assert certificate_pages(WEI) == certificate_pages(dict(WEI))


def test_another_certificate_has_other_photos():
    assert certificate_pages(WEI)[0] != certificate_pages(WEI | {"cert_no": "1346071"})[0]


def test_missing_facts_and_endless_names_are_drawn_too():
    facts = {
        "cert_no": None,
        "name": "买买提·阿卜杜拉" * 5,
        "awarding_body": "广西壮族自治区" * 12,
        "awarded_on": "2009",
    }

    pages = certificate_pages(facts)

    assert all(make_safe(page) for page in pages)


@pytest.mark.parametrize("draw", [certificates._number_page, certificates._content_page])
def test_every_sheet_is_marked_as_a_sample(draw, monkeypatch):
    marked = draw(WEI).convert("RGB")
    monkeypatch.setattr(certificates, "_marked", lambda sheet: sheet)
    bare = draw(WEI).convert("RGB")

    box = ImageChops.difference(marked, bare).getbbox()

    assert box is not None
    assert box[2] - box[0] > marked.width / 3
    assert box[3] - box[1] > marked.height / 3


@pytest.mark.parametrize(
    ("date", "words", "figures"),
    [
        ("2013-12-20", "二〇一三年十二月二十日", "2013 年 12 月 20 日"),
        ("2009-07-01", "二〇〇九年七月一日", "2009 年 7 月 1 日"),
        ("2014-10-31", "二〇一四年十月三十一日", "2014 年 10 月 31 日"),
        ("2011-11", "二〇一一年十一月", "2011 年 11 月"),
        ("", "", ""),
    ],
)
def test_dates_are_printed_as_the_papers_print_them(date, words, figures):
    assert date_in_words(date) == words
    assert date_in_figures(date) == figures


def columns(name: str) -> str:
    with (ROOT / "data" / name).open(encoding="utf-8-sig", newline="") as file:
        return "".join("".join(row) for row in csv.reader(file))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(columns("title_series.csv"), id="titles"),
        pytest.param(columns("regions.csv"), id="regions"),
        pytest.param("韦覃黄陆农岑莫廖闭庞邓蒙甘粟仫佬邕", id="surnames of Guangxi"),
        pytest.param("小兰梓轩婷雯琪璐玥晗烨煜懿祎堃鑫珺頔", id="given names"),
        pytest.param("0123456789，。：、（）〔〕·〇《》“”×", id="signs"),
    ],
)
def test_the_font_has_every_character_that_is_drawn(text):
    font = ImageFont.truetype(str(CARRIED), 40)
    hollow = bytes(font.getmask("\U0010ffff"))

    missing = sorted({sign for sign in text if sign.isprintable() and not sign.isspace()} - drawn(font, text, hollow))

    assert missing == []


def drawn(font: ImageFont.FreeTypeFont, text: str, hollow: bytes) -> set[str]:
    return {sign for sign in text if bytes(font.getmask(sign)) != hollow}


def test_the_font_lies_beside_its_licence_and_stays_small():
    folder = CARRIED.parent

    assert CARRIED.stat().st_size < 1_300_000
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("digits", ["0000", "1111", "4719", "8352"])
def test_a_captcha_is_a_small_png_with_dark_digits_on_light_paper(digits):
    data = captcha_picture(digits)

    picture = opened(data)
    assert (picture.format, picture.size) == ("PNG", captchas.SIZE)
    assert len(data) < 8_000
    grey = picture.convert("L")
    inked = sum(grey.histogram()[:128]) / (grey.width * grey.height)
    assert 0.04 < inked < 0.35


def test_no_two_captchas_of_the_same_digits_are_alike():
    assert len({captcha_picture("4719") for _ in range(5)}) == 5


def test_the_digits_can_be_told_from_each_other(monkeypatch):
    """Averaged over many pictures the chance goes away, and what stays is the digit; the same chance every time."""
    monkeypatch.setattr(captchas, "_chance", random.Random(1997))  # noqa: S311
    ones, eights = mean_of("1111"), mean_of("8888")

    apart = ImageStat.Stat(ImageChops.difference(ones, eights)).mean[0]
    chance = ImageStat.Stat(ImageChops.difference(ones, mean_of("1111"))).mean[0]

    assert apart > 3 * chance


def mean_of(digits: str, times: int = 40) -> Image.Image:
    mean = opened(captcha_picture(digits)).convert("L")
    for count in range(2, times + 1):
        mean = Image.blend(mean, opened(captcha_picture(digits)).convert("L"), 1 / count)
    return mean
