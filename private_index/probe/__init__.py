"""A conformance crawler for any package index: walks every page and proves each promise, over HTTP only."""

from private_index.probe.checks import EVERY_CHECK
from private_index.probe.crawl import Plan, probe
from private_index.probe.findings import Report
from private_index.probe.web import Credentials, Web, split_credentials

__all__ = ["EVERY_CHECK", "Credentials", "Plan", "Report", "Web", "probe", "split_credentials"]
