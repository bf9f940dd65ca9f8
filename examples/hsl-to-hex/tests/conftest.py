"""How the property tests run."""

from hypothesis import settings

# A busy machine pauses a test for longer than hypothesis allows by default; that says nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
