"""Measurements against peers, as ratios taken in one run; nothing here is timed by a test."""
