"""Files that are no workbook, or a broken or hostile one: one sentence each, and nothing else ever."""

import io
import random
import re
import zipfile
from pathlib import Path

import pytest

from domain.errors import WorkbookRefused
from tests.unit.workbooks.building import biff, ole, rows_of, saved, sheet_xml, xls_text, xlsx, xlsx_parts, zipped
from workbooks import DEFAULT_LIMITS, Limits
from workbooks.refusals import Reason

SAMPLES = Path(__file__).parents[2] / "samples"
ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'


def refusal(folder: Path, content: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    with pytest.raises(WorkbookRefused) as refused:
        rows_of(saved(folder, content), limits)
    return refused.value.sentence


def word() -> bytes:
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})


RENAMED = {
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Reason.PICTURE),
    "jpg": (b"\xff\xd8\xff\xe0\0\x10JFIF", Reason.PICTURE),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0", Reason.PICTURE),
    "webp": (b"RIFF\x10\0\0\0WEBPVP8 ", Reason.PICTURE),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", Reason.PDF),
    "docx": (word(), Reason.DOCUMENT),
    "doc": (ole("WordDocument"), Reason.DOCUMENT),
    "pptx": (zipped({"ppt/presentation.xml": "<p/>"}), Reason.SLIDES),
    "odt": (zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), Reason.DOCUMENT),
    "ofd": (zipped({"OFD.xml": "<ofd/>"}), Reason.OFD),
    "zip": (zipped({"某某.txt": "甲"}), Reason.ARCHIVE),
    "rar": (b"Rar!\x1a\x07\x01\0", Reason.ARCHIVE),
    "csv": ("序号,证书编号\r\n1,0833232\r\n".encode("gbk"), Reason.TEXT),
    "csv in UTF-16": ("序号\t证书编号\r\n".encode("utf-16"), Reason.TEXT),
    "html": ("\ufeff\n<HTML><table><tr><td>证书编号</td></tr></table>".encode(), Reason.WEB_PAGE),
    "mht": (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", Reason.WEB_PAGE),
    "xml table": (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', Reason.XML_TABLE),
    "encrypted": (ole("EncryptedPackage"), Reason.ENCRYPTED),
    "nothing": (b"", Reason.EMPTY),
    "zeros": (bytes(4096), Reason.UNKNOWN),
    "half an ole": (ole("Workbook"), Reason.BROKEN),
    "half a zip": (xlsx(ONE)[:200], Reason.BROKEN),
    "garbage in a zip": (b"PK\x03\x04" + bytes(range(256)) * 8, Reason.BROKEN),
    "no sheet": (zipped(xlsx_parts()), Reason.NO_SHEET),
    "no sheet in xls": (biff([]), Reason.NO_SHEET),
}  # fmt: skip


@pytest.mark.parametrize(("content", "reason"), RENAMED.values(), ids=RENAMED.keys())
def test_what_is_no_workbook_is_told_what_it_is(tmp_path, content, reason):
    assert refusal(tmp_path, content) == reason.value


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
def test_every_sentence_says_what_to_do_and_names_no_jargon(reason):
    sentence = reason.sentence(("表1", 3, "GS", 200))

    assert "请" in sentence
    assert not re.search(r"[{}!?;,]", sentence)
    assert set(re.findall(r"[A-Za-z]+", sentence)) <= {
        "Excel",
        "WPS",
        "Word",
        "PDF",
        "OFD",
        "XML",
        "MB",
        "xlsx",
        "xls",
        "GS",
    }


def test_a_password_on_the_zip_itself_is_named(tmp_path):
    content = bytearray(xlsx(ONE))
    for found in list(re.finditer(b"PK\x01\x02", content)):
        content[found.start() + 8] |= 1

    assert refusal(tmp_path, bytes(content)) == Reason.ENCRYPTED.value


def test_a_far_cell_is_refused_with_its_place(tmp_path):
    content = xlsx('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')

    assert (
        refusal(tmp_path, content)
        == "工作表“表1”第 1048576 行的 XFD 列有内容，超出了最多 200 列，请删去右边多余的内容再上传"
    )


def test_a_row_that_no_sheet_has_is_refused(tmp_path):
    assert "最多 1048576 行" in refusal(tmp_path, xlsx('<row r="1048577"><c r="A1048577"><v>1</v></c></row>'))


@pytest.mark.parametrize("shape", ["<t>{}</t>", "<r><t>{}</t></r>"], ids=["plain", "rich"])
def test_a_text_longer_than_a_cell_can_hold_is_refused(tmp_path, shape):
    content = xlsx('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=f"<si>{shape.format('甲' * 32_768)}</si>")

    assert "超过 32767 个字" in refusal(tmp_path, content)


def test_a_row_that_repeats_a_long_text_is_refused(tmp_path):
    cells = "".join(f'<c r="{column}7" t="s"><v>0</v></c>' for column in "ABCDEFGHIJKLMNOP")
    content = xlsx(f'<row r="7">{cells}</row>', strings=f"<si><t>{'甲' * 32_767}</t></si>")

    assert "第 7 行的文字太多" in refusal(tmp_path, content)


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"]
)
def test_entities_of_its_own_are_refused_in_every_part(tmp_path, part):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    parts = xlsx_parts(sheet_xml(ONE))
    xml = str(parts[part])
    body = xml[xml.index("?>") + 2 :] if "?>" in xml else xml
    parts[part] = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]>{body.replace("</", "&l9;</", 1)}'

    assert refusal(tmp_path, zipped(parts)) == Reason.DECLARATIONS.value


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in xlsx_parts(sheet_xml(ONE)).items():
            archive.writestr(name, content)
        with archive.open("xl/media/image1.png", "w") as part:
            for _ in range(101):
                part.write(bytes(1 << 20))

    assert refusal(tmp_path, file.getvalue()) == Reason.SWOLLEN.value


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path):
    honest = xlsx(ONE + '<row r="2"><c r="A2" s="1"/></row>' * 50_000)
    central = honest.rindex(b"PK\x01\x02")
    content = honest[: central + 24] + (600).to_bytes(4, "little") + honest[central + 28 :]

    assert refusal(tmp_path, content) == Reason.BROKEN.value


def test_a_file_larger_than_the_limit_is_refused(tmp_path):
    assert "最大 1 MB" in refusal(tmp_path, xlsx(ONE) + bytes(1 << 20), Limits(file_bytes=1 << 20))


@pytest.mark.parametrize("name", ["02-messy-county.xls", "03-messy-county.xlsx"])
def test_a_damaged_file_is_read_or_refused_but_nothing_else(tmp_path, name):
    whole, dice = (SAMPLES / name).read_bytes(), random.Random(7)  # noqa: S311 - damage, not secrets
    cut = [whole[: len(whole) * part // 10] for part in range(1, 10)]
    bitten = [bytes(_bitten(bytearray(whole), dice)) for _ in range(9)]

    outcomes = [_outcome(saved(tmp_path, content)) for content in cut + bitten]

    assert all(isinstance(outcome, dict) or "请" in outcome for outcome in outcomes)
    assert any(isinstance(outcome, str) for outcome in outcomes)


def _bitten(content: bytearray, dice: random.Random) -> bytearray:
    for _ in range(12):
        content[dice.randrange(len(content))] = dice.randrange(256)
    return content


def _outcome(path: Path) -> dict[int, object] | str:
    try:
        return dict(rows_of(path))
    except WorkbookRefused as refused:
        return refused.sentence


def test_an_xls_whose_chains_loop_is_refused(tmp_path):
    content = bytearray(ole("Workbook"))
    content[512:520] = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")

    assert refusal(tmp_path, bytes(content)) in (Reason.BROKEN.value, Reason.MEMORY.value)


def test_an_xls_cut_in_the_middle_of_a_record_is_refused(tmp_path):
    content = biff([("表1", 0, xls_text(0, 0, "甲"))])

    assert refusal(tmp_path, content[:-9]) == Reason.BROKEN.value
