"""Values as JSON keeps them come back as they were."""

from __future__ import annotations

import json

from domain.partial_dates import PartialDate
from domain.stored_values import plain, revived
from domain.vocabulary import CertificateStatus, ObtainedBy, Sex, TitleLevel

VALUES = {
    "cert_no": "0833232",
    "name": "韦小兰",
    "sex": Sex.FEMALE,
    "title_series": "工程系列",
    "title_level": TitleLevel.ASSISTANT,
    "awarded_on": PartialDate(2013, 7),
    "issued_on": PartialDate(2013, 12, 1),
    "obtained_by": ObtainedBy.REVIEW,
    "cert_status": CertificateStatus.NORMAL,
}


def test_values_survive_the_way_through_json() -> None:
    back = revived(json.loads(json.dumps(plain(VALUES))))

    assert back == VALUES
    assert {key: type(value) for key, value in back.items()} == {key: type(value) for key, value in VALUES.items()}


def test_a_date_known_to_the_month_is_kept_to_the_month() -> None:
    assert plain(VALUES)["awarded_on"] == "2013-07"
    assert revived({"awarded_on": "2013-07"})["awarded_on"].day is None


def test_terms_are_kept_by_their_slugs_and_not_by_their_words() -> None:
    assert plain({"sex": Sex.FEMALE, "obtained_by": ObtainedBy.REPLACEMENT}) == {
        "sex": "female",
        "obtained_by": "replacement",
    }


def test_what_is_empty_is_left_out_and_what_is_given_as_empty_stays() -> None:
    assert plain({"issued_on": None, "specialty": "会计"}) == {"specialty": "会计"}
    assert revived({"issued_on": None, "sex": None}) == {"issued_on": None, "sex": None}


def test_what_is_no_column_is_kept_as_it_is() -> None:
    assert revived({"former_name": "韦兰"}) == {"former_name": "韦兰"}
