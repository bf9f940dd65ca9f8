"""What is asked before anything is published: each guard one thing, all of them at once."""

from modpress.guards.case import Options, Subject
from modpress.guards.examination import Finding, Refused, Verdicts, examine, prepare
from modpress.guards.targets import may_write

__all__ = ["Finding", "Options", "Refused", "Subject", "Verdicts", "examine", "may_write", "prepare"]
