"""A whole system of services, up while you work on it."""

from shell.topology import Service, TopologyError, read_topology

__all__ = ["Service", "TopologyError", "read_topology"]
