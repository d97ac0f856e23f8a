"""How long an office takes: what its cases of late took, told to whoever waits now."""

from __future__ import annotations

from datetime import timedelta
from statistics import median_high

from sqlalchemy import select

from domain.verification import CaseState
from extensions import db
from models import VerificationCase, local_date, now
from operations import working_days

OF_LATE = timedelta(days=90)
LEAST_CASES = 10
"""Of fewer nothing is said: one slow case would speak for all."""
NEWEST, MOST_CASES = 1000, 200
"""Among so many of the newest it looks for so many that a person decided: it reads no more, however many there are."""
BY_A_PERSON = (CaseState.APPROVED, CaseState.REJECTED, CaseState.COUNTERFEIT)


def usual_days(office_id: int) -> int | None:
    """Return within how many working days half of the office's cases of late were decided; None where too few were."""
    case = VerificationCase
    of_late = (case.office_id == office_id, case.deleted_at.is_(None), case.decided_at >= now() - OF_LATE)
    newest = select(case.id, case.state).where(*of_late).order_by(case.decided_at.desc()).limit(NEWEST).subquery()
    decided = select(newest.c.id).where(newest.c.state.in_(BY_A_PERSON)).limit(MOST_CASES)
    spans = db.session.execute(select(case.submitted_at, case.decided_at).where(case.id.in_(decided))).all()
    taken = [working_days.counted(local_date(sent), local_date(done)) for sent, done in spans if sent and done]
    return median_high(taken) if len(taken) >= LEAST_CASES else None
