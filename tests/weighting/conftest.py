"""Property tests run on machines that may be busy: a slow example is no failure."""

from hypothesis import settings

settings.register_profile("weighting", deadline=None)
settings.load_profile("weighting")
