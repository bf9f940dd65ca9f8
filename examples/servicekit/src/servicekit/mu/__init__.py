"""Messages that find their own way: patterns, routes and envelopes."""

from servicekit.mu.core import Mu
from servicekit.mu.envelopes import Reply, Request
from servicekit.mu.patterns import Router
from servicekit.mu.ports import Client, Receive, Server

__all__ = ["Client", "Mu", "Receive", "Reply", "Request", "Router", "Server"]
