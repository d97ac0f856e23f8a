"""Every table of the system, one file per entity in tables/."""

from tables.accounts import (
    ACCOUNTS,
    Account,
    Employer,
    EmployerUser,
    Holder,
    StaffUser,
    id_digest,
    id_digests,
    mobile_digest,
    mobile_digests,
)
from tables.batch import ApprovalPage, ImportBatch, RememberedColumn
from tables.batch_result import BatchResult
from tables.calendar import CalendarDay
from tables.campaign import Campaign
from tables.case import CaseClaim, CasePhoto, NumberTry, ProblemPerson, VerificationCase
from tables.certificate import Certificate, DeletedCertificate, LookupCount, RecordColumns
from tables.columns import local_date, now
from tables.dictionary import AwardingBody, AwardingBodyAlias, ObtainedByReading, ReplyText, TitleEntry
from tables.event import Event, EventHead
from tables.feedback import Feedback
from tables.figure import KeptFigure
from tables.grid_setting import GridSetting, SavedView
from tables.identity import IdentityRequest
from tables.job import BackgroundJob
from tables.name_piece import CertificateNamePiece, HolderNamePiece
from tables.notice import Notice
from tables.office import Office
from tables.overwritten import OverwrittenRecord
from tables.portal import Challenge, FailedAttempt, MailedLink, Message, OpenSession
from tables.reference import ReferenceRecord
from tables.second_factor import AccountNews, KnownDevice, RecoveryCode, SecondFactor
from tables.staged import PREPARED, StagedRow
from tables.stock import BlankRange

__all__ = [
    "ACCOUNTS", "PREPARED", "Account", "AccountNews", "ApprovalPage", "AwardingBody", "AwardingBodyAlias", "BackgroundJob",
    "BatchResult", "BlankRange", "CalendarDay", "Campaign", "CaseClaim", "CasePhoto", "Certificate", "CertificateNamePiece",
    "Challenge", "DeletedCertificate", "Employer", "EmployerUser", "Event", "EventHead", "FailedAttempt", "Feedback",
    "GridSetting", "Holder", "HolderNamePiece", "IdentityRequest", "ImportBatch", "KeptFigure", "KnownDevice", "LookupCount",
    "MailedLink", "Message", "Notice", "NumberTry", "ObtainedByReading", "Office", "OpenSession", "OverwrittenRecord", "ProblemPerson", "RecordColumns",
    "RecoveryCode", "ReferenceRecord", "RememberedColumn", "ReplyText", "SavedView", "SecondFactor", "StaffUser", "StagedRow",
    "TitleEntry", "VerificationCase", "id_digest", "id_digests", "local_date", "mobile_digest", "mobile_digests", "now",
]  # fmt: skip
