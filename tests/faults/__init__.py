"""Faults made on purpose: what a trusted index must survive, and the table that tells how it did."""
