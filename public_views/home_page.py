"""What the holder's home shows beside the certificates: look-ups, 职称之路, notices, and how the registered are spread."""

from __future__ import annotations

from typing import Any

from domain import title_path
from domain.title_path import HeldTitle
from domain.vocabulary import CertificateStatus
from models import Certificate, Holder
from operations import lookups, notices, offers, population
from operations.dictionaries import today
from public_views import charts
from web.notices import HOLDERS


def beside_the_certificates(holder: Holder) -> dict[str, Any]:
    counted = population.last_count()
    times, last_looked_up = lookups.of_certificates([record.id for record in offers.shown_in_full(holder)])
    return {
        "times": times,
        "last_looked_up": last_looked_up,
        "told": HOLDERS.on_home(notices.for_holder(holder)),
        "road": road(holder),
        "counted_at": counted.at if counted else None,
        "charts": charts.drawn(counted.population, today()) if counted else None,
    }


def road(holder: Holder) -> dict[str, Any]:
    """Return the titles on record under the holder's name and number, and the stages they reach.

    Of what the holder has not opened with its number, no more than the card.
    """
    titles = [_held(record) for record in offers.shown_in_full(holder)]
    titles += [_held(record, full=False) for record in offers.shown_as_card(holder)]
    return {"titles": title_path.in_order(titles), "stages": title_path.stages(titles)}


def _held(record: Certificate, *, full: bool = True) -> HeldTitle:
    void = record.cert_status is CertificateStatus.VOID
    return HeldTitle(
        record.title or "", record.title_level, record.awarded_on, record.awarding_body or "", record.is_public, void,
        in_full=full,
    )  # fmt: skip
