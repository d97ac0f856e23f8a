"""Who may do what, and how far: one table of permissions from which routes, menus, documentation and tests derive."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.vocabulary import OfficeKind, Term


class Role(Term):
    PUBLIC = "public", "公众"
    HOLDER = "holder", "专业技术人员"
    EMPLOYER = "employer", "单位账户"
    EMPLOYER_STAFF = "employer_staff", "单位工作人员"
    DEFAULT_ACCOUNT = "default_account", "机构默认账户"
    STAFF = "staff", "工作人员"
    ADMIN = "admin", "职改办管理员"

    @property
    def is_office(self) -> bool:
        return self in OFFICE_ROLES

    @property
    def is_employer(self) -> bool:
        return self in EMPLOYER_ROLES


OFFICE_ROLES = (Role.DEFAULT_ACCOUNT, Role.STAFF, Role.ADMIN)
EMPLOYER_ROLES = (Role.EMPLOYER, Role.EMPLOYER_STAFF)


class Reach(StrEnum):
    """How far a permission carries."""

    EVERYWHERE = "everywhere"
    OWN = "own"
    OWN_OFFICE = "own_office"
    SUBTREE = "subtree"
    REGION_ONLY = "region_only"


class Permission(Term):
    LOOK_UP = "look_up", "查验证书"
    SIGN_IN = "sign_in", "登录、注册、找回密码"
    OWN_ACCOUNT = "own_account", "修改自己的密码、退出"
    OWN_CASES = "own_cases", "审验自己的证书"
    OWN_DATA = "own_data", "同意隐私说明、下载本人资料、注销账号"
    EMPLOYER_PAGES = "employer_pages", "单位页面"
    EMPLOYER_USERS = "employer_users", "本单位的工作人员账户"
    BACK_OFFICE = "back_office", "进入工作平台"
    CERTIFICATES_READ = "certificates_read", "证书查询"
    CERTIFICATE_CHANGES = "certificate_changes", "申请作废、删除证书、证书恢复"
    VOID_DECISIONS = "void_decisions", "同意作废、驳回、取消证书作废审核"
    IMPORT = "import", "导入历年证书"
    COMMIT_SUBMITTED = "commit_submitted", "导入市直系列报送的批次"
    REFERENCE_RECORDS = "reference_records", "待核查数据"
    REVIEW = "review", "审核、恢复、转办、删除"
    SPOT_CHECKS = "spot_checks", "抽查"
    IDENTITY_CORRECTIONS = "identity_corrections", "身份信息更正"
    RELEASES = "releases", "解除占用"
    FEEDBACK = "feedback", "答复意见反馈"
    REPLY_TEXTS = "reply_texts", "回复模板"
    PROBLEM_PERSONS_READ = "problem_persons_read", "问题人员"
    PROBLEM_PERSONS_LIFT = "problem_persons_lift", "解除问题人员"
    OFFICES = "offices", "组织机构"
    AWARDING_BODIES = "awarding_bodies", "授予单位"
    CAMPAIGNS = "campaigns", "归集任务"
    NOTICES = "notices", "业务通知"
    EMPLOYERS = "employers", "单位账户管理"
    USERS = "users", "用户管理"
    SECOND_FACTORS = "second_factors", "取消别人的二次验证"
    TITLES = "titles", "职称目录"
    CALENDAR = "calendar", "工作日历"
    AUDIT_READ = "audit_read", "操作日志"


GRANTS: dict[Permission, dict[Role, Reach]] = {
    Permission.LOOK_UP: dict.fromkeys(Role, Reach.EVERYWHERE),
    Permission.SIGN_IN: dict.fromkeys(Role, Reach.EVERYWHERE),
    Permission.OWN_ACCOUNT: {
        Role.HOLDER: Reach.OWN,
        Role.EMPLOYER: Reach.OWN,
        Role.EMPLOYER_STAFF: Reach.OWN,
        Role.DEFAULT_ACCOUNT: Reach.OWN,
        Role.STAFF: Reach.OWN,
        Role.ADMIN: Reach.OWN,
    },
    Permission.OWN_CASES: {Role.HOLDER: Reach.OWN},
    Permission.OWN_DATA: {Role.HOLDER: Reach.OWN},
    Permission.EMPLOYER_PAGES: dict.fromkeys(EMPLOYER_ROLES, Reach.OWN),
    Permission.EMPLOYER_USERS: {Role.EMPLOYER: Reach.OWN},
    Permission.BACK_OFFICE: {
        Role.DEFAULT_ACCOUNT: Reach.OWN_OFFICE,
        Role.STAFF: Reach.SUBTREE,
        Role.ADMIN: Reach.SUBTREE,
    },
    Permission.CERTIFICATES_READ: {Role.STAFF: Reach.SUBTREE, Role.ADMIN: Reach.SUBTREE},
    Permission.CERTIFICATE_CHANGES: {Role.STAFF: Reach.SUBTREE, Role.ADMIN: Reach.SUBTREE},
    Permission.VOID_DECISIONS: {Role.ADMIN: Reach.SUBTREE},
    Permission.IMPORT: {Role.STAFF: Reach.SUBTREE, Role.ADMIN: Reach.SUBTREE},
    Permission.COMMIT_SUBMITTED: {Role.STAFF: Reach.SUBTREE, Role.ADMIN: Reach.SUBTREE},
    Permission.REFERENCE_RECORDS: {Role.STAFF: Reach.SUBTREE, Role.ADMIN: Reach.SUBTREE},
    Permission.REVIEW: {Role.STAFF: Reach.SUBTREE, Role.ADMIN: Reach.SUBTREE},
    Permission.SPOT_CHECKS: {Role.STAFF: Reach.SUBTREE, Role.ADMIN: Reach.SUBTREE},
    Permission.IDENTITY_CORRECTIONS: {Role.STAFF: Reach.SUBTREE, Role.ADMIN: Reach.SUBTREE},
    Permission.RELEASES: {Role.ADMIN: Reach.SUBTREE},
    Permission.FEEDBACK: {Role.STAFF: Reach.SUBTREE, Role.ADMIN: Reach.SUBTREE},
    Permission.REPLY_TEXTS: {Role.STAFF: Reach.SUBTREE, Role.ADMIN: Reach.SUBTREE},
    Permission.PROBLEM_PERSONS_READ: {Role.STAFF: Reach.SUBTREE, Role.ADMIN: Reach.SUBTREE},
    Permission.PROBLEM_PERSONS_LIFT: {Role.ADMIN: Reach.SUBTREE},
    Permission.OFFICES: {Role.ADMIN: Reach.SUBTREE},
    Permission.AWARDING_BODIES: {Role.ADMIN: Reach.SUBTREE},
    Permission.CAMPAIGNS: {Role.ADMIN: Reach.SUBTREE},
    Permission.NOTICES: {Role.ADMIN: Reach.SUBTREE},
    Permission.EMPLOYERS: {Role.ADMIN: Reach.SUBTREE},
    Permission.USERS: {Role.DEFAULT_ACCOUNT: Reach.OWN_OFFICE, Role.ADMIN: Reach.SUBTREE},
    Permission.SECOND_FACTORS: {Role.ADMIN: Reach.SUBTREE},
    Permission.TITLES: {Role.ADMIN: Reach.REGION_ONLY},
    Permission.CALENDAR: {Role.ADMIN: Reach.REGION_ONLY},
    Permission.AUDIT_READ: {Role.ADMIN: Reach.SUBTREE},
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an office stands: itself and what lies above it, the form every scope is asked in."""

    office_id: int
    kind: OfficeKind
    city_office_id: int | None
    region_office_id: int | None

    @property
    def lineage(self) -> tuple[int, ...]:
        """The office and its ancestors, nearest first."""
        chain = (self.office_id, self.city_office_id, self.region_office_id)
        return tuple(dict.fromkeys(office for office in chain if office is not None))

    def lies_within(self, office_id: int) -> bool:
        return office_id in (self.office_id, self.city_office_id, self.region_office_id)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the person, the role and the place, as every operation and guard receives them."""

    role: Role
    id: int | None = None
    name: str = ""
    place: Place | None = None
    must_change_password: bool = False
    employer_id: int | None = None
    must_consent: bool = False
    """Whether the privacy notice has a version that was not consented to yet: until then only OWN_DATA is open."""
    owes_second_factor: bool = False
    """Known of who asks for a page; work in the background goes on."""

    @property
    def office_id(self) -> int:
        if self.place is None:
            raise LookupError("only office accounts have an office")
        return self.place.office_id

    @property
    def is_held(self) -> bool:
        """Whether there is something of the account's own to do first: till then nothing else of theirs is open."""
        return self.must_change_password or self.owes_second_factor

    def reach(self, permission: Permission) -> Reach | None:
        return GRANTS[permission].get(self.role)

    def may(self, permission: Permission) -> bool:
        reach = self.reach(permission)
        if reach is None or self._is_held_up(permission):
            return reach is Reach.EVERYWHERE
        if reach is Reach.REGION_ONLY:
            return self.place is not None and self.place.kind is OfficeKind.REGION
        return True

    def _is_held_up(self, permission: Permission) -> bool:
        """Whether something of the account has to be done first; leaving is always open."""
        if permission is Permission.OWN_ACCOUNT:
            return False
        return self.is_held or (self.must_consent and permission is not Permission.OWN_DATA)

    def reaches(self, permission: Permission, place: Place) -> bool:
        """Whether the permission carries to something that belongs to the office at `place`."""
        if not self.may(permission) or self.place is None:
            return False
        if self.reach(permission) is Reach.OWN_OFFICE:
            return place.office_id == self.place.office_id
        return place.lies_within(self.place.office_id)


ANYBODY = Actor(Role.PUBLIC)
