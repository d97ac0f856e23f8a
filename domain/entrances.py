"""The two ways into the wizard and what each of them asks: which fields, which photos, how large they may be."""

from __future__ import annotations

from dataclasses import dataclass

from domain.certificate_fields import ASKED, Field
from domain.vocabulary import Entrance, PhotoKind

_KB = 1024


@dataclass(frozen=True, slots=True)
class Page:
    """One photo of a case: what it shows, whether a submission needs it, how many bytes are kept of it."""

    kind: PhotoKind
    hint: str
    question: str
    required: bool = True
    budget: int = 500 * _KB


PAGES: dict[Entrance, tuple[Page, ...]] = {
    Entrance.CERTIFICATE: (
        Page(PhotoKind.NUMBER_PAGE, "有“证书编号”四个字的那一页。", "编号的每一位都看得清吗？"),
        Page(PhotoKind.CONTENT_PAGE, "有“姓名”“资格名称”的那一页。", "每一行字都看得清吗？"),
    ),
    Entrance.CIVIL_SERVANT: (
        Page(
            PhotoKind.APPROVAL_ONE, "有批文文号和标题的那一页。您的姓名也在这一页的，只传这一张。",
            "文号和姓名都看得清吗？", budget=1024 * _KB,
        ),
        Page(
            PhotoKind.APPROVAL_TWO, "文号和姓名不在同一页的，再传有您姓名的那一页；在同一页的不用传。",
            "您的姓名看得清吗？", required=False, budget=1024 * _KB,
        ),
    ),
}  # fmt: skip

_WITHOUT_NUMBER = tuple(field for field in ASKED if field.key != "cert_no")
SAME_WITHOUT_NUMBER = ("title_series", "title_level", "title", "awarded_on")
"""What makes a person's certificate the same one where it has no number."""


def asked_at(entrance: Entrance) -> tuple[Field, ...]:
    """Return the fields the wizard asks for; who passed review as a civil servant has no certificate number."""
    return _WITHOUT_NUMBER if entrance is Entrance.CIVIL_SERVANT else ASKED


def page_of(entrance: Entrance, word: str) -> Page | None:
    """Return the photo that this entrance asks for under this name, or None."""
    return next((page for page in PAGES[entrance] if page.kind.value == word), None)
