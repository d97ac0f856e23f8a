"""The ways into an account, what can be pending about them, and what is told of each change of one: one table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from domain.vocabulary import Term


class Way(Term):
    """What opens an account, or lets somebody set anew what opens it."""

    PASSWORD = "password", "密码"
    EMAIL = "email", "邮箱"
    MOBILE = "mobile", "手机号"
    QUESTION = "question", "密保问题"
    SECOND_FACTOR = "second_factor", "二次验证"


class Pending(Term):
    """What waits for somebody and changes a way in, or opens the account, without the present password."""

    FIRST_CONFIRMATION = "first_confirmation", "确认邮箱的链接"
    WAITING_EMAIL = "waiting_email", "等新邮箱确认的链接"
    STOP_EMAIL = "stop_email", "停止换邮箱的链接"
    RESET_PASSWORD = "reset_password", "重设密码的链接"
    WAITING_PASSWORD = "waiting_password", "等着生效的新密码和它的链接"
    WAITING_FACTOR = "waiting_factor", "还没有用验证码证实的二次验证"
    OTHER_SESSIONS = "other_sessions", "其他地方的登录"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a mailed link is for, how long it works, and what to do where it works no longer."""

    name: str
    within: timedelta
    way_out: str


CONFIRM_EMAIL = Purpose("confirm_email", timedelta(days=7), "请登录后到“个人中心”看看邮箱，需要时重新发送")
STOP_EMAIL = Purpose("stop_email", timedelta(days=7), "请登录后到“个人中心”看看邮箱")
RESET_PASSWORD = Purpose("reset_password", timedelta(minutes=30), "请用最新的一封，或重新发一封")
NEW_PASSWORD = Purpose("new_password", timedelta(hours=24), "新密码可能已经生效或被停掉，请登录试一试，或重新找回")


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one way in: the event it leaves, and what its account is told by message and by mail."""

    way: Way
    action: str
    summary: str
    title: str
    body: str
    others: str = ""
    """What accounts without mail, of offices and employers, are told instead where the words differ."""


_NOT_YOU = "不是您本人改的，请马上用“忘记密码”重设密码，再到“个人中心”核对邮箱、手机号和密保问题。"

OWN_PASSWORD = Change(
    Way.PASSWORD, "change_password", "修改了自己的密码",
    "您的密码改了", f"您账号的密码刚刚改了，其他地方的登录都已退出。\n{_NOT_YOU}",
    "您账户的密码改了。不是您本人改的，请马上找管理您账户的人重置密码。",
)  # fmt: skip
GIVEN_PASSWORD = Change(
    Way.PASSWORD, "reset_password", "重置密码",
    "您的密码重置了", "您账号的密码刚刚由管理员重置，所有登录都已退出。请用一次性密码登录，再改成自己的密码。",
    "您账户的密码由管理员重置了。不是您要求的，请问一问管理您账户的人。",
)  # fmt: skip
RECOVERED_BY_MAIL = Change(
    Way.PASSWORD, "recover_password", "找回密码",
    "您的密码重设了", f"您账号的密码刚刚经邮件重设，所有登录都已退出。\n{_NOT_YOU}",
)  # fmt: skip
RECOVERED_AT_ONCE = Change(
    Way.PASSWORD, "recover_password", "找回密码，经邮件确认马上生效",
    "您的密码重设了", f"用密保问题设的新密码刚刚生效，所有登录都已退出。\n{_NOT_YOU}",
)  # fmt: skip
RECOVERED_WHEN_DUE = Change(
    Way.PASSWORD, "recover_password", "密保找回的新密码到时生效",
    "您的密码重设了", f"用密保问题设的新密码到时生效了，所有登录都已退出。\n{_NOT_YOU}",
)  # fmt: skip
NEW_EMAIL = Change(
    Way.EMAIL, "confirm_email", "确认邮箱",
    "您的邮箱换了", "您账号的邮箱刚刚由 {before} 换成 {after}，其他地方的登录都已退出。\n"
    "不是您本人换的，请马上登录，修改密码，再把邮箱换回来；登录不了的，请用密保问题找回密码。",
)  # fmt: skip
NEW_MOBILE = Change(
    Way.MOBILE, "change_mobile", "修改手机号",
    "您的手机号改了", f"您账号的手机号刚刚由 {{before}} 改成 {{after}}，其他地方的登录都已退出。\n{_NOT_YOU}",
)  # fmt: skip
MOBILE_RELEASED = Change(
    Way.MOBILE, "release_mobile", "手机号解除占用",
    "您账号的手机号去掉了", "手机号 {before} 现在归别人使用，经职改办核对已从您的账号去掉，所有登录都已退出。"
    "请用身份证号或邮箱登录，到“个人中心”填现在的手机号。号码还是您的，请打职改办的电话。",
)  # fmt: skip
NEW_QUESTION = Change(
    Way.QUESTION, "change_question", "修改密保问题",
    "您的密保问题改了", f"您账号的密保问题或答案刚刚改了，其他地方的登录都已退出。\n{_NOT_YOU}",
)  # fmt: skip

_ASK_ADMIN = "不是您本人要的，请马上修改密码，并告诉本单位的职改办管理员。"

NEW_FACTOR = Change(
    Way.SECOND_FACTOR, "set_up_second_factor", "设置二次验证",
    "您的二次验证改了", f"您账户的二次验证在一部手机上设好了，其他地方的登录都已退出。{_ASK_ADMIN}",
)  # fmt: skip
NEW_RECOVERY_CODES = Change(
    Way.SECOND_FACTOR, "renew_recovery_codes", "重新生成恢复码",
    "您的恢复码换了", f"您账户的恢复码重新生成了，原来的不能再用，其他地方的登录都已退出。{_ASK_ADMIN}",
)  # fmt: skip
NO_FACTOR = Change(
    Way.SECOND_FACTOR, "take_off_second_factor", "关闭自己的二次验证",
    "您的二次验证关掉了", f"您账户的二次验证关掉了，其他地方的登录都已退出。{_ASK_ADMIN}",
)  # fmt: skip
FACTOR_TAKEN = Change(
    Way.SECOND_FACTOR, "take_off_second_factor", "取消二次验证",
    "您的二次验证取消了", "您账户的二次验证由管理员取消了。不是您要求的，请问一问管理员，并马上修改密码。",
)  # fmt: skip

CHANGES = (
    OWN_PASSWORD, GIVEN_PASSWORD, RECOVERED_BY_MAIL, RECOVERED_AT_ONCE, RECOVERED_WHEN_DUE,
    NEW_EMAIL, NEW_MOBILE, MOBILE_RELEASED, NEW_QUESTION,
    NEW_FACTOR, NEW_RECOVERY_CODES, NO_FACTOR, FACTOR_TAKEN,
)  # fmt: skip
"""Each change ends all that is pending, whatever it is about: one that ended less would leave a spare key."""
