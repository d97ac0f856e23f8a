"""How long personal data is kept and what ends it: one table, from which the notice, the documents and the sweeps read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

DAY = timedelta(days=1)
YEAR = timedelta(days=365)
TOLD_BEFORE = 30 * DAY
"""So long before a draft lapses its holder is told."""


@dataclass(frozen=True, slots=True)
class Retention:
    """One row: what is kept, from when it counts, why no longer and no shorter, and what removes it.

    `tables` hold it. Where `keeps` is None it is kept for good. `told` is the time in words.
    """

    slug: str
    what: str
    told: str
    since: str
    why: str
    tables: tuple[str, ...]
    keeps: timedelta | None = None
    by: str = "—"

    @property
    def limit(self) -> timedelta:
        assert self.keeps is not None, f"{self.slug} is kept for good"
        return self.keeps


HOURLY = "后台每小时清理"

DRAFTS = Retention(
    "drafts", "没有提交的审验和放弃的审验所填的内容，连同照片", "1 年", "最后一次填写，或者放弃",
    "隔了这么久多半不再提交。没有提交的，到期前 30 天发消息提醒；再填一次，重新算起。",
    ("verification_case", "case_photo"), YEAR, HOURLY,
)  # fmt: skip
GIVEN_UP = Retention(
    "given_up", "放弃的审验的照片", "30 天", "放弃", "放弃以后不再核对。", ("case_photo",), 30 * DAY, HOURLY
)
UPLOADS = Retention(
    "uploads", "导入用的表格和检查过的行", "30 天", "这一批办完，或者没有办完的收到表格",
    "留一段时间，好核对和改正错误的行。", ("staged_row",), 30 * DAY, HOURLY,
)  # fmt: skip
IDENTITY_PICTURES = Retention(
    "identity_pictures", "申请更正身份信息、解除占用时交的证件照片", "30 天", "申请办结", "办结以后不再核对。",
    ("identity_request",), 30 * DAY, HOURLY,
)  # fmt: skip
FAILED_ATTEMPTS = Retention(
    "failed_attempts", "登录、查验失败的次数（只有摘要，不存输入的内容）", "180 天", "失败",
    "防止猜密码，出了事能查。", ("failed_attempt",), 180 * DAY, HOURLY,
)  # fmt: skip
MESSAGES = Retention(
    "messages", "发给持证人的消息", "3 年", "发出", "办理结果在这段时间里可能还要核对。", ("message",), 3 * YEAR, HOURLY
)
FEEDBACK = Retention(
    "feedback", "意见反馈和答复", "3 年", "收到", "和消息一样，可能还要核对。", ("feedback",), 3 * YEAR, HOURLY
)
CASE_PHOTOS = Retention(
    "case_photos", "办结的审验的照片", "10 年", "办结", "对结论有疑问时要看照片。", ("case_photo",), 10 * YEAR, HOURLY
)
LINKS = Retention(
    "links", "邮件里网址的记录（不存网址本身）", "30 天", "网址过期", "说明一个网址为什么打不开。", ("mailed_link",),
    30 * DAY, HOURLY,
)  # fmt: skip
SESSIONS = Retention(
    "sessions", "登录的设备", "12 小时", "登录", "一次登录最长 12 小时。", ("open_session",), DAY / 2, HOURLY
)
JOBS = Retention(
    "jobs", "后台任务的记录，例如发邮件", "30 天", "办完", "查邮件有没有发出。", ("background_job",), 30 * DAY, HOURLY
)
RESULTS = Retention(
    "results", "导出的文件、批量操作的逐条结果", "1 天", "生成", "当天取走，不取就删。",
    ("batch_result", "background_job"), DAY, HOURLY,
)  # fmt: skip
STAFF = Retention(
    "dormant_staff", "职改办工作人员的账户", "90 天", "最后一次登录",
    "满期停用，不删除：经过里有姓名。每个机构的最后一位管理员和默认账户只提醒，不停用。",
    ("staff_user", "second_factor", "recovery_code"), 90 * DAY, "后台每小时停用",
)  # fmt: skip
DEVICES = Retention(
    "devices", "登录用过的浏览器（只有摘要和设备的叫法）", "400 天", "从它最后一次登录", "从没用过的设备登录时，提醒本人。",
    ("known_device",), 400 * DAY, HOURLY,
)  # fmt: skip
ACCOUNT_NEWS = Retention(
    "account_news",
    "给工作人员和单位账户的安全提醒",
    "1 年，看过就删",
    "发生",
    "等本人登录时看到。",
    ("account_news",),
    YEAR,
    HOURLY,
)
ACCESS_LOG = Retention(
    "access_log",
    "访问日志（网址、时间、地址）",
    "180 天",
    "写入",
    "发现和追查攻击。",
    (),
    180 * DAY,
    "服务器的日志轮转",
)
ACCOUNT = Retention(
    "account", "个人账号：姓名、证件号码、手机号、邮箱、头像、工作单位、密保问题和密码（密码和答案只存摘要）", "注销为止", "注册",
    "有账号才能审验和查看结果。", ("holder", "holder_name_piece"), by="注销账号",
)  # fmt: skip
EMPLOYERS = Retention(
    "employers", "单位账户和单位工作人员账户", "停用以后仍保留", "开通", "经过里有姓名。", ("employer_user",)
)
CERTIFICATES = Retention(
    "certificates", "证书记录、导入批次和批文", "长期保存", "导入或者审验通过", "证书终身有效，随时要能查验。",
    (
        "certificate", "certificate_name_piece", "deleted_certificate", "overwritten_record", "reference_record",
        "import_batch", "approval_page",
    ),
)  # fmt: skip
DECIDED = Retention(
    "decided", "办结的审验（照片除外）、问题人员、办结的身份申请", "长期保存", "办结", "证明结论从哪里来。",
    ("verification_case", "problem_person", "identity_request"),
)  # fmt: skip
NUMBER_TRIES = Retention(
    "number_tries", "审验时填错的证书编号（加密）", "长期保存", "填写",
    "同一本证书只能填错几次，放弃或者注销以后不重新起算，防止别人一个一个猜。", ("number_try",),
)  # fmt: skip
TRAIL = Retention(
    "trail", "操作记录", "长期保存，从不清理", "发生", "证明谁在什么时候做了什么，任何人不能改。", ("event",)
)

RETENTION = (
    DRAFTS,
    GIVEN_UP,
    UPLOADS,
    IDENTITY_PICTURES,
    FAILED_ATTEMPTS,
    MESSAGES,
    FEEDBACK,
    CASE_PHOTOS,
    LINKS,
    SESSIONS,
    DEVICES,
    ACCOUNT_NEWS,
    JOBS,
    RESULTS,
    STAFF,
    ACCESS_LOG,
    ACCOUNT,
    EMPLOYERS,
    CERTIFICATES,
    DECIDED,
    NUMBER_TRIES,
    TRAIL,
)
SPOKEN_OF = tuple(table for row in RETENTION for table in row.tables)
