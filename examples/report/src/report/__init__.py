"""Which pages are read most."""

from report.drawing import as_lines, as_table

__all__ = ["as_lines", "as_table"]
