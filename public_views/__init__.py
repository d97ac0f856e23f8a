"""The faces outside the office: the public look-up and the holder's portal. The tuple is what there is."""

from flask import Blueprint

from public_views import (
    auth,
    corrections,
    downloads,
    employers_own,
    feedback,
    health,
    lookup,
    messages,
    notices,
    outbox,
    own_cases,
    own_details,
    portal,
    privacy,
    recovery,
    registration,
    releases,
    security_answers,
    sending,
    wizard,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.blueprint,
    lookup.blueprint,
    auth.blueprint,
    registration.blueprint,
    privacy.blueprint,
    recovery.blueprint,
    security_answers.blueprint,
    releases.blueprint,
    corrections.blueprint,
    own_details.blueprint,
    feedback.blueprint,
    downloads.blueprint,
    outbox.blueprint,
    employers_own.blueprint,
    portal.blueprint,
    wizard.blueprint,
    sending.blueprint,
    own_cases.blueprint,
    messages.blueprint,
    notices.blueprint,
)
