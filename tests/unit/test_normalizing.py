"""One spelling for what looks the same, and nothing else changed."""

from unicodedata import is_normalized

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain import normalizing

FULL_WIDTH = {ord(half): ord(half) + 0xFEE0 for half in map(chr, range(0x21, 0x7F))}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("  灵山县建筑公司 ", "灵山县建筑公司", id="blanks at the ends"),
        pytest.param("\u3000护理\u3000", "护理", id="ideographic blanks at the ends"),
        pytest.param("\u200b黄国香\ufeff", "黄国香", id="zero width"),
        pytest.param("灵山县\n建筑\x07公司\r\n", "灵山县建筑公司", id="control characters"),
        pytest.param("第６中学 Ａ座ｂ".translate(FULL_WIDTH), "第6中学 A座b", id="full-width letters and digits"),
        pytest.param("灵职改字（2008）12号，补", "灵职改字（2008）12号，补", id="full-width signs stay"),
        pytest.param("水利　水电 工程", "水利　水电 工程", id="blanks inside stay"),
        pytest.param("①级 ㎡ ﾊ", "①级 ㎡ ﾊ", id="compatibility forms stay"),
        pytest.param("e\u0301", "é", id="composed"),
        pytest.param("龙\ufe00", "龙", id="variation selectors"),
        pytest.param("半\ud800个", "半个", id="half of a surrogate pair"),
        pytest.param("𠮷野", "𠮷野", id="outside the basic plane"),
        pytest.param("", "", id="empty"),
    ],
)
def test_text_is_cleaned_and_nothing_else_altered(written: str, read: str) -> None:
    assert normalizing.text(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param(" 0833232\t", "0833232", id="trimmed"),
        pytest.param("'0833232", "0833232", id="apostrophe of Excel text"),
        pytest.param("\u20180833232", "0833232", id="typographic apostrophe"),
        pytest.param(" ' 0833232", "0833232", id="apostrophe between blanks"),
        pytest.param("0833232".translate(FULL_WIDTH), "0833232", id="full width"),
        pytest.param("2014／1．1".translate(FULL_WIDTH), "2014/1.1", id="full-width signs"),
        pytest.param("08\u200b33232\u2060", "0833232", id="zero width"),
        pytest.param("桂中级字第0812号", "桂中级字第0812号", id="words stay"),
        pytest.param("㋀", "1月", id="compatibility forms are taken apart"),
    ],
)
def test_codes_are_folded_to_plain_characters(written: str, read: str) -> None:
    assert normalizing.code(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("苏 珍丽", "苏珍丽", id="three characters"),
        pytest.param("张　　三", "张三", id="two characters"),
        pytest.param("欧阳  娜娜", "欧阳 娜娜", id="four characters keep one blank"),
        pytest.param("𠮷 三", "𠮷三", id="a character outside the basic plane counts as one"),
        pytest.param("买买提•吐尔逊", "买买提·吐尔逊", id="bullet"),
        pytest.param("买买提\u30fb吐尔逊", "买买提·吐尔逊", id="katakana dot"),
        pytest.param("买买提\u2027吐尔逊", "买买提·吐尔逊", id="hyphenation point"),
        pytest.param("买买提.吐尔逊", "买买提·吐尔逊", id="full stop"),
        pytest.param("买买提\uff0e吐尔逊", "买买提·吐尔逊", id="full-width full stop"),
        pytest.param("买买提·吐尔逊", "买买提·吐尔逊", id="the interpunct itself"),
        pytest.param("Ana   Maria Lopez", "Ana Maria Lopez", id="Latin letters"),
        pytest.param("\u200b黄国香\u3000", "黄国香", id="invisible characters"),
    ],
)
def test_names_are_written_one_way(written: str, read: str) -> None:
    assert normalizing.person_name(written) == read


@given(st.text())
@example("\u00b4\u00b4")
@example("'\u200b'1")
@example("e\u200b\u0301")
def test_normalising_twice_changes_nothing_more(written: str) -> None:
    for normalise in (normalizing.text, normalizing.code, normalizing.person_name):
        once = normalise(written)

        assert normalise(once) == once
        assert is_normalized("NFC", once)
        assert once == once.strip()


@given(st.text())
def test_what_was_normalised_can_be_stored(written: str) -> None:
    for normalise in (normalizing.text, normalizing.code, normalizing.person_name):
        normalise(written).encode()
        assert not any(char < " " or char in "\u200b\ufeff\u202e" for char in normalise(written))
