"""The privacy notice as data: its versions, and what it says of the data, the purposes and what everybody sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the notice: the day it holds from, which names it, and what changed against the one before."""

    since: date
    changed: str

    @property
    def name(self) -> str:
        return self.since.isoformat()


VERSIONS = (Version(date(2026, 12, 1), "第一版。"),)
"""The newest last. A new one is asked of every holder at the next sign-in."""

CONSENT = "我看过隐私说明，同意按它处理我的个人信息"
CONSENT_SENSITIVE = "我单独同意处理我的证件号码、证件照片和证书照片，只用来核对身份和审验证书"
NOT_CONSENTED = "还没有同意隐私说明，请看过以后勾选；不同意的，不能使用个人账号"
NOT_CONSENTED_SENSITIVE = "还没有单独同意处理证件号码和照片，请勾选；没有这些，核对不了证书是不是您的"


@dataclass(frozen=True, slots=True)
class Purpose:
    """Which data is used what for, and on what ground."""

    data: str
    purpose: str
    ground: str


_DUTY = "履行法定职责：组织证书审验"
_AGREED = "您的同意"

PURPOSES = (
    Purpose("姓名、证件号码", "找到您名下的证书，防止别人冒用", f"{_AGREED}（单独同意）"),
    Purpose("证书上的内容、证书照片", "核对证书真实，审验通过后公开查验", f"{_AGREED}（照片是单独同意）；{_DUTY}"),
    Purpose("证件照片", "更正身份信息、解除占用时核对身份，加密存放", f"{_AGREED}（单独同意）"),
    Purpose("手机号、邮箱", "登录，找回密码，告诉您办理结果", _AGREED),
    Purpose("所在市、县，工作单位", "确定由哪个职改办办理", _AGREED),
    Purpose("密码、密保问题和答案", "确认是您本人；密码和答案只存摘要，谁也看不到原文", _AGREED),
    Purpose("头像", "显示在您自己的页面上，可以不传", _AGREED),
    Purpose("单位导入的历年证书", "建立证书数据库，供您核对", _DUTY),
    Purpose("操作记录，登录的时间、地址和设备", "查清谁做了什么，保护您的账号", "网络安全法规定的义务"),
)
PUBLIC = "姓名、证书编号、职称系列、级别、资格名称、专业、授予单位、授予时间、办证时间、获取方式和证书状态"
"""What the public look-up shows of a certificate that was verified, to who has its number and name or its code."""
NEVER_PUBLIC = "证件号码、手机号、邮箱、照片、头像、工作单位和审核经过"


def current() -> Version:
    return VERSIONS[-1]


def changes_after(name: str | None) -> tuple[Version, ...]:
    """Return the versions that came after the one that was consented to; all of them where there was none."""
    return tuple(version for version in VERSIONS if version.name > (name or ""))


def is_due(name: str | None) -> bool:
    """Whether consent to this version (None: to none) has to be asked for anew."""
    return name != current().name
