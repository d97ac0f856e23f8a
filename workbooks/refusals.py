"""Why a file is refused, and the one sentence the person reads about it: what it is, what to do."""

from __future__ import annotations

from enum import Enum

SAVE_AS = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”再上传"


class Reason(Enum):
    """A reason's name crosses from the reading process to its parent; its value is the sentence."""

    EMPTY = "这个文件是空的，请确认选对了文件再上传"
    PICTURE = "这是一张图片，不是工作簿，请上传 .xlsx 或 .xls 文件"
    PDF = "这是一份 PDF 文件，不是工作簿，请上传 .xlsx 或 .xls 文件"
    DOCUMENT = "这是一份 Word 文档，不是工作簿，请把表格放进 Excel 工作簿再上传"
    SLIDES = "这是一份演示文稿，不是工作簿，请上传 .xlsx 或 .xls 文件"
    OFD = "这是一份版式文件（OFD），不是工作簿，请上传 .xlsx 或 .xls 文件"
    ARCHIVE = "这是一个压缩包，请先解压，再上传里面的工作簿"
    TEXT = f"这是文本格式的表格，不是工作簿，{SAVE_AS}"
    WEB_PAGE = f"这是网页格式的表格，不是真正的工作簿，{SAVE_AS}"
    XML_TABLE = f"这是旧式的文本格式（XML）表格，{SAVE_AS}"
    UNKNOWN = "认不出这个文件，请上传 .xlsx 或 .xls 格式的工作簿"
    TOO_LARGE = "这个文件太大了（最大 {0} MB），请拆成几个工作簿分别上传"
    ENCRYPTED = "这个工作簿设了密码，读不了，请在 Excel 或 WPS 中取消密码并保存，再上传"
    BROKEN = "这个工作簿已损坏或没有传完整，请用 Excel 或 WPS 打开检查，另存一份再上传"
    NO_SHEET = "这个工作簿里没有工作表，请确认选对了文件再上传"
    DECLARATIONS = f"这个工作簿里有不该出现的声明，为了安全没有读取，{SAVE_AS}"
    SWOLLEN = f"这个工作簿展开后大得不正常，为了安全没有读取，{SAVE_AS}"
    TOO_MANY_COLUMNS = "工作表“{0}”第 {1} 行的 {2} 列有内容，超出了最多 {3} 列，请删去右边多余的内容再上传"
    TOO_MANY_ROWS = "工作表“{0}”的行号超出了最多 {1} 行，请拆成几个工作表再上传"
    LONG_TEXT = "这个工作簿里有一个单元格的文字超过 {0} 个字，请删短再上传"
    LONG_ROW = "工作表“{0}”第 {1} 行的文字太多，请删短再上传"
    TIME = "读这个工作簿花的时间太长，已经停下，请删去多余的行和列，或拆成几个工作簿再上传"
    MEMORY = "读这个工作簿需要的内存太多，已经停下，请删去多余的行和列，或拆成几个工作簿再上传"

    def sentence(self, details: tuple[str | int, ...]) -> str:
        return self.value.format(*details)


class Refused(Exception):
    """Raised where the reason is found; the parent turns it into the refusal the person reads."""

    def __init__(self, reason: Reason, *details: str | int) -> None:
        super().__init__(reason.name)
        self.reason = reason
        self.details = details


class Damaged(Exception):
    """The container or its text is not what it claims to be; another reader may still make sense of it."""
