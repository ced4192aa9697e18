"""The feed to the main appraisal system."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("feed", __name__, url_prefix="/feed/v1")
