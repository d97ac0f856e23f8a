"""The faces outside the office: the public look-up and the holder's portal. The tuple is what there is."""

from flask import Blueprint

from public_views import auth, cases, health, lookup, messages, outbox, portal, registration, wizard

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.blueprint,
    lookup.blueprint,
    auth.blueprint,
    registration.blueprint,
    outbox.blueprint,
    portal.blueprint,
    wizard.blueprint,
    cases.blueprint,
    messages.blueprint,
)
