"""What is suggested while somebody types (js/combo.js)."""

from __future__ import annotations

from flask import Response, jsonify

from operations import bodies


def bodies_like(typed: str) -> Response:
    """Answer with the awarding bodies that fit, and who reviews what each awarded."""
    found = bodies.suggestions(typed)
    return jsonify([{"name": body.name, "note": f"由{body.office.name}审核"} for body in found])
