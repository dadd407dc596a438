from __future__ import annotations

import os

from hypothesis import settings

import tests.depth  # noqa: F401  registers the profiles

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
