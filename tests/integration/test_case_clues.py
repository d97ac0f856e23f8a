"""What the hints find in the database: copies of photos, owners of a number, numbers of one body and year."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

from flask import Flask
from PIL import Image, ImageDraw

from domain.hints import findings
from domain.partial_dates import PartialDate
from domain.verification import CaseState
from domain.vocabulary import PhotoKind
from drawing import certificate_pages
from extensions import db, writing
from models import AwardingBody, CasePhoto, VerificationCase
from operations import bodies
from operations.case_clues import CaseClues
from photos import SafePhoto, bands_of, make_safe, turned
from tests.engines import PLAIN_SQL
from tests.factories import act, case_at, certificate, draft, holder, office, staff


def said(case: VerificationCase, by: str = "ls.staff") -> list[str]:
    db.session.rollback()
    case = db.session.get_one(VerificationCase, case.id, populate_existing=True)
    return [one.sentence for one in findings(CaseClues(case, staff(by)))]


def give_photo(case: VerificationCase, like: VerificationCase, *bits: int, exact: bool = False) -> None:
    """Let the number page of a case look like another case's, but for some bits of the fingerprint."""
    with writing():
        mine, theirs = (
            db.session.get_one(VerificationCase, one.id).photo(PhotoKind.NUMBER_PAGE) for one in (case, like)
        )
        assert mine
        assert theirs
        mine.fingerprint = theirs.fingerprint ^ sum(1 << bit for bit in bits)
        mine.sha256 = theirs.sha256 if exact else mine.sha256
        for at, band in enumerate(bands_of(mine.fingerprint)):
            setattr(mine, f"band_{at}", band)


def two(app: Flask) -> tuple[VerificationCase, VerificationCase]:
    other = case_at(CaseState.REJECTED, owner=holder(2))
    return case_at(CaseState.PENDING, owner=holder(0)), other


def test_a_copied_photo_is_found_even_saved_anew(app: Flask) -> None:
    case, other = two(app)
    assert said(case) == []

    give_photo(case, other, 0, 20, 62)

    assert said(case) == [f"证书编号页照片与“{other.holder.name}（{other.cert_no}）”的照片几乎一样，请对照看看"]
    assert len(said(other)) == 1


@PLAIN_SQL
def test_two_certificates_of_one_design_are_no_copy(app: Flask) -> None:
    case, other = two(app)

    give_photo(case, other, 0, 20, 40, 62)

    assert said(case) == []


def send(app: Flask, case: VerificationCase, sent: SafePhoto) -> None:
    """Let the number page of a case be this photo."""
    with writing():
        photo = db.session.get_one(VerificationCase, case.id).photo(PhotoKind.NUMBER_PAGE)
        assert photo
        app.extensions["photos"].put(photo.key, sent.data)
        photo.sha256, photo.fingerprint = sent.sha256, sent.fingerprint
        for at, band in enumerate(bands_of(sent.fingerprint)):
            setattr(photo, f"band_{at}", band)


def test_a_copy_is_told_by_looking_at_both_however_it_was_turned(app: Flask) -> None:
    case, other = two(app)
    drawn = {"name": "韦小兰", "cert_no": "0602719", "awarding_body": "灵山县职改办", "awarded_on": "2003-12-19"}
    taken = make_safe(certificate_pages(drawn)[0])
    picture = Image.open(BytesIO(taken.data))
    ImageDraw.Draw(picture).rectangle((500, 300, 640, 340), fill=(250, 246, 235))
    drawn_over = BytesIO()
    picture.save(drawn_over, "JPEG", quality=90)
    send(app, other, taken)
    name = f"“{other.holder.name}（{other.cert_no}）”"

    for sent, told in (
        (turned(taken.data), f"转过来与{name}的照片几乎一样"),
        (turned(turned(turned(taken.data).data).data), f"转过来与{name}的照片几乎一样"),
        (make_safe(drawn_over.getvalue()), f"与{name}的照片底子一样，有几处不同"),
    ):
        new = case_at(CaseState.PENDING, owner=holder(0))
        send(app, new, sent)
        assert f"证书编号页照片{told}，请对照看看" in said(new)

    send(
        app,
        case,
        replace(make_safe(certificate_pages(drawn | {"cert_no": "0508977"})[0]), fingerprint=taken.fingerprint),
    )
    assert said(case) == []


def test_the_same_file_is_called_so_and_another_offices_case_is_not_named(app: Flask, as_staff: Any) -> None:
    case, other = two(app)
    give_photo(case, other, exact=True)
    act("qz.staff", case, "hand_over", to_office=office("浦北县职改办"))

    assert said(case, "pb.staff") == ["证书编号页照片与别的职改办的一件审验的照片是同一个文件，请对照看看"]
    page = as_staff("pb.staff").get(f"/admin/cases/review/{case.id}/").get_data(as_text=True)
    assert other.holder.name not in page
    assert f"/admin/cases/review/{other.id}/" not in page


def test_what_was_never_sent_is_nobodys_to_compare(app: Flask) -> None:
    case, other = case_at(CaseState.PENDING, owner=holder(0)), draft(None, holder(2))

    give_photo(case, other)

    assert said(case) == []


def test_one_certificate_sent_twice_may_have_the_same_photos(app: Flask) -> None:
    record = certificate(holder(0))
    first = case_at(CaseState.PENDING, record)
    act("ls.staff", first, "delete")
    second = case_at(CaseState.PENDING, record, specialty="给水排水工程")
    give_photo(second, first)

    assert said(second) == []


def test_a_rival_for_the_same_number_is_named(app: Flask) -> None:
    first = act("holder", draft(None, holder(0), cert_no="0777001"), "submit")
    second = act("holder", draft(None, holder(2), cert_no="0777001"), "submit")

    assert said(second) == [f"同一编号和授予单位，{first.holder.name}也在审验，身份证号不同，请核对"]
    act("qz.staff", second, "hand_over", to_office=office("浦北县职改办"))
    assert said(second, "pb.staff") == ["同一编号和授予单位，别的职改办的一位持证人也在审验，身份证号不同，请核对"]


def test_the_years_of_a_body_and_its_numbers_are_looked_at(app: Flask) -> None:
    for at in range(20):
        certificate(None, cert_no=f"0944{at:03d}", awarded_on=PartialDate(2009, 1 + at % 12))
    certificate(None, cert_no="77", awarded_on=PartialDate(2010, 1))
    known = bodies.known_body("灵山县职改办")
    with writing():
        bodies.set_years(staff("ls.admin"), db.session.get_one(AwardingBody, known.id), 2011, None)
    case = act("holder", draft(None, holder(0), cert_no="0777001", awarded_on="2009-12-20"), "submit")

    assert said(case) == [
        "“灵山县职改办”2011 年才有，证书的授予时间是 2009-12-20",
        "同一授予单位 2009 年的证书（20 本），编号都以 0944 开头，这一本不是",
    ]


def test_a_listed_person_is_pointed_at_in_every_other_case(app: Flask) -> None:
    case = case_at(CaseState.PENDING, owner=holder(0))
    found = case_at(CaseState.COUNTERFEIT, owner=holder(0))

    assert said(case) == ["本人在“问题人员”里，请先看当时的证据"]
    assert said(found) == []


def test_every_stored_photo_can_be_found_by_its_bands(app: Flask) -> None:
    case_at(CaseState.PENDING)

    for photo in db.session.scalars(db.select(CasePhoto)):
        assert [photo.band_0, photo.band_1, photo.band_2, photo.band_3] == bands_of(photo.fingerprint)
