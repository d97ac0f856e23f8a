"""Make the small font beside this file from Debian's fonts-noto-cjk; run by hand when a character is missing.

Needs: apt-get install fonts-noto-cjk; pip install fonttools. Run: python data/fonts/make_subset.py
"""

from pathlib import Path

from fontTools import subset

FOLDER = Path(__file__).parent
SOURCE = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"
SIMPLIFIED_CHINESE = 2  # the face's place in the collection
TARGET = FOLDER / "NotoSerifSC-subset.otf"

PUNCTUATION = "，。、；：？！（）《》〈〉〔〕【】“”‘’·—…〇×№　"
# Surnames and given names that stand outside the first level of GB 2312.
NAMES = (
    "邕岑覃韦闭庞赖廖粟仫佬隆凌邝邬邰郜郗郦鄢滕闫闵阚阙佘仝仇佟侬亓冼刁芮荀莘蔺蔡藤臧訾谌谭逄逯雒靳鞠麴麦黎宓宋岳嵇翟晏査查"
    "婷妍媛婕娅娉嫣嫒妤姝娴婵嬿琳琪瑶瑜璐珊珂珍玥玮珏珺珩琦琬琛琨瑄瑾璇璟璠瓒莉菲萍芸芷苒苡荟莹莺菁菡萱蓉蕙蕾薇蘅馥馨"
    "雯霏霞霖霁鑫炜炫烨煜焕焱熠燊皓晖晗晔晟昊昕昱旻旭暄曦宸奕奂淇淼涵沁沅泓泠洁浩浚湘湉滢潇澜澍瀚懿恺恬悦愫忻钰铭铮锐锟鑫"
    "颖颢骁骏骞祺祎祯禧稷穗笙筠筱纭绮缤翊翎翔翰聿茜茵轩辰逸遥邦郁霄靖韬頔飏鹏鹤麒麟黛龙睿瞳矗砚硕碧彬彦影徽徵勋劼匡卉卓"
    "嘉堃垚塬墉壮夏夙奎孜宁寰峥峻崚嵘嵩巍帆帷廷弈弘彤彧忱恒惟慧戈扬捷撷攸敏斐斌昀昶晏晴暻朗杉杰柏栩桐桦梓梵棋棠楠榕榛樱檀"
    "欣歆毅沐沛泽洋洲浠涛渊渝溪滨漪潞灏炎烁煊熙琅璋瑛瑞璧甫畅盈祈禾竣粤纬绍罡羽羿耀聪芃芊茗荔荣菊葳蓓薰虹蝶裕觅誉谊谦贇赟跃"
)


def first_level_of_gb2312() -> str:
    """Rows 16 to 55 of GB 2312: the 3,755 characters in everyday use."""
    codes = (bytes([row + 160, cell + 160]) for row in range(16, 56) for cell in range(1, 95))
    return "".join(code.decode("gb2312", errors="ignore") for code in codes)


def characters() -> set[str]:
    tables = "".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.parent.glob("*.csv")))
    latin = "".join(map(chr, range(0x20, 0x7F)))
    return {sign for sign in first_level_of_gb2312() + tables + latin + PUNCTUATION + NAMES if sign.isprintable()}


def main() -> None:
    options = subset.Options(
        font_number=SIMPLIFIED_CHINESE,
        layout_features=[],
        hinting=False,
        notdef_outline=True,
        recalc_timestamp=False,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 7, 13, 14],
    )
    options.drop_tables += ["BASE", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    font = subset.load_font(SOURCE, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, characters()))
    subsetter.subset(font)
    subset.save_font(font, str(TARGET), options)


if __name__ == "__main__":
    main()
