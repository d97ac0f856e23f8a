"""审验证明 as PDF: every name can be read in it, the fonts are inside, and it says no more than the look-up."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from drawing import fonts
from drawing.fonts import CARRIED, FACES, NoFont, face_for
from drawing.reports import Report, certificate_report

WEI = Report(
    facts=[("持证人", "韦小兰"), ("证书编号", "0833232"), ("授予单位", "灵山县职称改革工作领导小组办公室")],
    verdict="已审验通过，状态正常", code="ABCD-EFGH-JKLM-NPQR", address="https://zs.example.gov.cn/v/ABCDEFGHJKLMNPQR",
    issuer="钦州市职称改革办公室", moment="出具时间：2026-11-25 18:00:00",
)  # fmt: skip
ON_THE_MACHINE = [face for face in FACES[1:] if face.path.exists()]


def named(name: str) -> Report:
    return Report(
        [("持证人", name), *WEI.facts[1:]], WEI.verdict, WEI.code, WEI.address, WEI.issuer, WEI.moment
    )  # fmt: skip


def words(sheet: bytes) -> str:
    """Return the text as a reader copies it; pypdf leaves the high byte of each code between the characters."""
    return "".join(PdfReader(BytesIO(sheet)).pages[0].extract_text().replace("\0", "").split())


def font_of(sheet: bytes) -> Any:
    (font,) = PdfReader(BytesIO(sheet)).pages[0]["/Resources"]["/Font"].values()
    return font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()


def test_the_sheet_says_what_the_look_up_says() -> None:
    sheet = certificate_report(WEI)

    for word in ("专业技术资格证书审验证明", "韦小兰", "0833232", WEI.code, WEI.address, WEI.verdict):
        assert word in words(sheet)


def test_the_font_is_inside_and_only_the_glyphs_that_are_used() -> None:
    sheet = certificate_report(WEI)

    assert "/FontFile3" in font_of(sheet)
    assert len(sheet) < 80_000


@pytest.mark.skipif(not ON_THE_MACHINE, reason="this machine has no font of its own with rare characters")
@pytest.mark.parametrize("name", ["䶮", "㑇", "𬭎"], ids=["U+4DAE", "extension A", "extension C"])
def test_a_rare_name_is_written_with_a_font_of_the_machine(name: str) -> None:
    assert face_for(name).path != CARRIED
    assert f"韦{name}" in words(certificate_report(named(f"韦{name}")))


def test_usual_names_need_no_font_of_the_machine(monkeypatch: Any) -> None:
    monkeypatch.setattr(fonts, "FACES", FACES[:1])

    assert certificate_report(WEI)


def test_where_no_font_has_a_character_it_is_named_and_the_way_out_told(monkeypatch: Any) -> None:
    monkeypatch.setattr(fonts, "FACES", FACES[:1])

    with pytest.raises(NoFont, match="“䶮”字"):
        certificate_report(named("韦䶮"))


def test_a_long_body_breaks_and_stays_on_the_sheet() -> None:
    long = Report([*WEI.facts, ("授予单位", "很长的单位名称" * 20)], WEI.verdict, WEI.code, WEI.address, "", "")

    sheet = certificate_report(long)

    assert len(PdfReader(BytesIO(sheet)).pages) == 1
    assert words(sheet).count("很长的单位名称") == 20
