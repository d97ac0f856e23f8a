"""Who may do what and how far: the table of roles written out by hand and held against the permissions."""

from __future__ import annotations

import pytest

from domain.access import ANYBODY, GRANTS, Actor, Permission, Place, Reach, Role
from domain.vocabulary import OfficeKind

REGION = Place(1, OfficeKind.REGION, None, 1)
CITY = Place(2, OfficeKind.CITY, 2, 1)
COUNTY = Place(3, OfficeKind.COUNTY, 2, 1)
SERIES_OFFICE = Place(4, OfficeKind.SERIES, 2, 1)
OTHER_CITY = Place(5, OfficeKind.CITY, 5, 1)
COUNTY_OF_OTHER_CITY = Place(6, OfficeKind.COUNTY, 5, 1)
OTHER_REGION = Place(7, OfficeKind.REGION, None, 7)
PLACES = (REGION, CITY, COUNTY, SERIES_OFFICE, OTHER_CITY, COUNTY_OF_OTHER_CITY, OTHER_REGION)

# yes: may, wherever; own: one's own things; office: the own office; below: the own office and all below it;
# region: the region's office only; -: may not.
TRUTH = """
                     public  holder  employer  employer_staff  default_account  staff   admin
look_up              yes     yes     yes       yes             yes              yes     yes
sign_in              yes     yes     yes       yes             yes              yes     yes
own_account          -       own     own       own             own              own     own
own_cases            -       own     -         -               -                -       -
own_data             -       own     -         -               -                -       -
employer_pages       -       -       own       own             -                -       -
employer_users       -       -       own       -               -                -       -
back_office          -       -       -         -               office           below   below
certificates_read    -       -       -         -               -                below   below
certificate_changes  -       -       -         -               -                below   below
void_decisions       -       -       -         -               -                -       below
import               -       -       -         -               -                below   below
commit_submitted     -       -       -         -               -                below   below
reference_records    -       -       -         -               -                below   below
review               -       -       -         -               -                below   below
spot_checks          -       -       -         -               -                below   below
identity_corrections -       -       -         -               -                below   below
releases             -       -       -         -               -                -       below
feedback             -       -       -         -               -                below   below
reply_texts          -       -       -         -               -                below   below
problem_persons_read -       -       -         -               -                below   below
problem_persons_lift -       -       -         -               -                -       below
offices              -       -       -         -               -                -       below
awarding_bodies      -       -       -         -               -                -       below
notices              -       -       -         -               -                -       below
employers            -       -       -         -               -                -       below
campaigns            -       -       -         -               -                -       below
users                -       -       -         -               office           -       below
second_factors       -       -       -         -               -                -       below
titles               -       -       -         -               -                -       region
calendar             -       -       -         -               -                -       region
audit_read           -       -       -         -               -                -       below
"""
REACHES = {
    "yes": Reach.EVERYWHERE, "own": Reach.OWN, "office": Reach.OWN_OFFICE, "below": Reach.SUBTREE,
    "region": Reach.REGION_ONLY, "-": None,
}  # fmt: skip


def cells() -> dict[tuple[str, str], str]:
    head, *lines = [line.split() for line in TRUTH.strip().splitlines()]
    return {(line[0], role): word for line in lines for role, word in zip(head, line[1:], strict=True)}


def test_the_table_of_roles_has_every_permission_and_every_role() -> None:
    assert set(cells()) == {(permission.value, role.value) for permission in Permission for role in Role}
    assert set(GRANTS) == set(Permission)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_a_permission_carries_as_far_as_the_table_says(permission: Permission, role: Role) -> None:
    word = cells()[(permission.value, role.value)]

    assert Actor(role, 1, "", COUNTY).reach(permission) is REACHES[word]
    assert Actor(role, 1, "", COUNTY).may(permission) is (word not in ("-", "region"))
    assert Actor(role, 1, "", REGION).may(permission) is (word != "-")


@pytest.mark.parametrize(
    ("place", "above"),
    [
        (REGION, {1}),
        (CITY, {2, 1}),
        (COUNTY, {3, 2, 1}),
        (SERIES_OFFICE, {4, 2, 1}),
        (COUNTY_OF_OTHER_CITY, {6, 5, 1}),
        (OTHER_REGION, {7}),
    ],
)
def test_a_place_lies_within_itself_and_what_is_above_it_and_nothing_else(place: Place, above: set[int]) -> None:
    assert {office.office_id for office in PLACES if place.lies_within(office.office_id)} == above


def test_the_lineage_begins_with_the_office_and_names_each_once() -> None:
    assert COUNTY.lineage == (3, 2, 1)
    assert CITY.lineage == (2, 1)
    assert REGION.lineage == (1,)


def test_office_people_are_asked_for_their_office() -> None:
    assert Actor(Role.STAFF, 1, "", COUNTY).office_id == 3


@pytest.mark.parametrize("role", [Role.STAFF, Role.ADMIN])
@pytest.mark.parametrize(
    ("stands_at", "reached"),
    [
        (REGION, {1, 2, 3, 4, 5, 6}),
        (CITY, {2, 3, 4}),
        (COUNTY, {3}),
        (SERIES_OFFICE, {4}),
        (OTHER_CITY, {5, 6}),
    ],
)
def test_office_people_reach_their_subtree_and_nothing_beside_or_above(
    role: Role, stands_at: Place, reached: set[int]
) -> None:
    actor = Actor(role, 1, "", stands_at)

    assert {place.office_id for place in PLACES if actor.reaches(Permission.REVIEW, place)} == reached


@pytest.mark.parametrize("stands_at", [REGION, CITY, COUNTY])
def test_the_default_account_reaches_users_of_its_own_office_only(stands_at: Place) -> None:
    actor = Actor(Role.DEFAULT_ACCOUNT, 1, "", stands_at)

    assert [place for place in PLACES if actor.reaches(Permission.USERS, place)] == [stands_at]
    assert not [place for place in PLACES if actor.reaches(Permission.REVIEW, place)]


def test_the_default_account_does_nothing_but_users() -> None:
    actor = Actor(Role.DEFAULT_ACCOUNT, 1, "", REGION)

    allowed = {one.value for one in Permission if actor.may(one)}

    assert allowed == {"look_up", "sign_in", "own_account", "back_office", "users"}


@pytest.mark.parametrize("place", PLACES)
def test_titles_are_for_the_regions_administrators(place: Place) -> None:
    at_home = place.kind is OfficeKind.REGION

    assert Actor(Role.ADMIN, 1, "", place).may(Permission.TITLES) is at_home
    assert not Actor(Role.STAFF, 1, "", place).may(Permission.TITLES)


def test_an_administrator_without_a_place_reaches_nothing() -> None:
    adrift = Actor(Role.ADMIN, 1)

    assert not adrift.may(Permission.TITLES)
    assert not [place for place in PLACES if adrift.reaches(Permission.REVIEW, place)]
    with pytest.raises(LookupError):
        _ = adrift.office_id


@pytest.mark.parametrize("role", [Role.DEFAULT_ACCOUNT, Role.STAFF, Role.ADMIN, Role.EMPLOYER, Role.EMPLOYER_STAFF])
def test_before_the_first_password_is_changed_only_that_and_public_things_are_open(role: Role) -> None:
    newcomer = Actor(role, 1, "", REGION, must_change_password=True)

    allowed = {one.value for one in Permission if newcomer.may(one)}

    assert allowed == {"look_up", "sign_in", "own_account"}
    assert not newcomer.reaches(Permission.USERS, REGION)


def test_nobody_outside_the_offices_reaches_any_office() -> None:
    for actor in (ANYBODY, Actor(Role.HOLDER, 3), Actor(Role.EMPLOYER, 3), Actor(Role.EMPLOYER_STAFF, 3)):
        assert not [(one, place) for one in Permission for place in PLACES if actor.reaches(one, place)]


def test_office_roles_are_told_from_the_others() -> None:
    assert {role.value for role in Role if role.is_office} == {"default_account", "staff", "admin"}
    assert {role.value for role in Role if role.is_employer} == {"employer", "employer_staff"}
