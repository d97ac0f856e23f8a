"""What the holder is told of each step of a case: one message a transition, without the words 客户 and 假证."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from domain.identifiers import mask_id

_resident_id = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")

MAIL_SUBJECT = "{title}（证书在线审验）"
MAIL_BODY = """{name}，您好：

{body}

请打开下面的网址查看，要先登录：

{address}

这封邮件由系统发出，请不要直接回复。
"""

CONFIRM_SUBJECT = "请确认您的邮箱（证书在线审验）"
CONFIRM_BODY = """{name}，您好：

您在“证书在线审验”注册了账号。请打开下面的网址，再点页面上的“确认邮箱”：

{address}

网址 7 天内有效，只能用一次。不是您本人注册的，不用理会这封邮件。
"""


@dataclass(frozen=True, slots=True)
class Letter:
    title: str
    body: str


LETTERS: dict[str, Letter] = {
    "submit_matched": Letter("{title}证书自动审核通过", "您的{title}证书（{number}）与导入记录一致，已自动审核通过，现在可以公开查验。"),
    "submit": Letter("{title}证书已提交审核", "您的{title}证书（{number}）已提交，由{office}审核，受理号 {receipt}。审验期间，不影响原证书的使用。"),
    "resubmit": Letter("{title}证书已再次提交", "您修改后的{title}证书（{number}）已交给{office}审核，受理号 {receipt}。"),
    "approve": Letter("{title}证书审核通过", "您的{title}证书（{number}）已由{office}审核通过，现在可以公开查验。"),
    "confirm": Letter("{title}证书审核通过", "您已确认{title}证书（{number}）的更正内容，审核通过，现在可以公开查验。"),
    "reject": Letter("{title}证书审核不通过", "您的{title}证书（{number}）没有通过{office}的审核，原因见审核回复。"),
    "find_counterfeit": Letter("{title}证书审核不通过", "您的{title}证书（{number}）没有通过{office}的审核，原因见审核回复。"),
    "call_in": Letter("{title}证书待现场审核", "请按审核回复带上材料，到{office}现场审核{title}证书（{number}）。"),
    "ask_changes": Letter("{title}证书待您修改", "请按审核回复修改{title}证书（{number}），改好后再提交。"),
    "ask_confirmation": Letter("{title}证书待您确认", "{office}更正了{title}证书（{number}）的内容，请核对后确认；不对的可以提出异议。"),
    "take_back": Letter("{title}证书重新审核", "{office}撤回了对{title}证书（{number}）的处理，将重新审核；在此期间这本证书暂不能公开查验。"),
    "hand_over": Letter("{title}证书转办", "您的{title}证书（{number}）已转给{office}审核。"),
    "delete": Letter("{title}证书的审验已删除", "{office}删除了{title}证书（{number}）的审验，原因见审核回复。"),
    "undelete": Letter("{title}证书的审验已恢复", "{office}恢复了{title}证书（{number}）的审验。"),
}  # fmt: skip

RECORD_LETTERS: dict[str, Letter] = {
    "agree_void": Letter("{title}证书已作废", "您的{title}证书（{number}）已由{office}作废，公开查验会显示“作废”。有疑问，请致电{office}{phone}。"),
    "cancel_void": Letter("{title}证书恢复正常", "{office}取消了对{title}证书（{number}）的作废，证书恢复正常。"),
}  # fmt: skip
"""What the holder is told when a void takes effect, and when it is taken back."""


def by_mail(name: str, title: str, body: str, address: str, own_numbers: Collection[str]) -> tuple[str, str]:
    """Return subject and body of the mail that carries a message; a mail is read on its way, so personal numbers stay out."""
    for number in filter(None, own_numbers):
        body = body.replace(number, mask_id(number))
    body = _resident_id.sub(lambda found: mask_id(found.group()), body)
    return MAIL_SUBJECT.format(title=title), MAIL_BODY.format(name=name, body=body, address=address)
