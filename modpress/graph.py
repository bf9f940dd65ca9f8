"""Modules and who needs whom, as a graph and as a text. Pure: modules in, lines out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from modpress.module import Module

__all__ = ["Graph", "Need"]

SEEN = " (see above)"


@dataclass(frozen=True)
class Need:
    """That one module needs another.

    Attributes:
        key: who is needed.
        bounds: the versions that will do, as the author wrote them.
        is_met: whether the version in the tree is one of them.

    """

    key: NormalizedName
    bounds: str
    is_met: bool = True


@dataclass(frozen=True)
class Graph:
    """Modules, each after what it needs, and their needs among each other."""

    modules: Mapping[NormalizedName, Module]
    needs: Mapping[NormalizedName, Sequence[Need]]

    @classmethod
    def of(cls, modules: Iterable[Module], requirements: Mapping[NormalizedName, Iterable[str]]) -> "Graph":
        """Return the graph of modules.

        Args:
            modules: each after what it needs.
            requirements: the requirements of each, as its author wrote them.

        """
        known = {module.key: module for module in modules}
        return cls(known, {key: list(_needs(requirements.get(key, ()), known, key)) for key in known})

    @property
    def tops(self) -> list[NormalizedName]:
        """The modules that no other one needs."""
        needed = {need.key for needs in self.needs.values() for need in needs}
        return [key for key in sorted(self.modules) if key not in needed]

    def inverted(self) -> "Graph":
        """Return the graph whose arrows lead from what is needed to who needs it."""
        users: dict[NormalizedName, list[Need]] = {key: [] for key in self.modules}
        for key, needs in self.needs.items():
            for need in needs:
                users[need.key].append(Need(key, need.bounds, need.is_met))
        return Graph(self.modules, users)

    def ranks(self) -> dict[NormalizedName, int]:
        """Return how many modules lie below each at most: 0 for who needs nobody."""
        ranks: dict[NormalizedName, int] = {}
        for key in self.modules:
            ranks[key] = max((ranks[need.key] + 1 for need in self.needs[key]), default=0)
        return ranks

    def as_lines(self, only: Iterable[NormalizedName] | None = None) -> list[str]:
        """Return the graph as trees: a module that was drawn before is named, and not drawn again."""
        drawn: set[NormalizedName] = set()
        lines = []
        for key in self.tops if only is None else only:
            lines.append(str(self.modules[key]))
            lines.extend(self._branches(key, "", drawn))
        return lines

    def _branches(self, key: NormalizedName, indent: str, drawn: set[NormalizedName]) -> Iterator[str]:
        drawn.add(key)
        for need in self.needs[key]:
            is_last = need is self.needs[key][-1]
            is_seen = need.key in drawn and bool(self.needs[need.key])
            yield f"{indent}{'└── ' if is_last else '├── '}{self._named(need)}{SEEN if is_seen else ''}"
            if not is_seen:
                yield from self._branches(need.key, indent + ("    " if is_last else "│   "), drawn)

    def _named(self, need: Need) -> str:
        said = f"  {need.bounds}" if need.bounds else ""
        return f"{self.modules[need.key]}{said}{'' if need.is_met else '  NOT MET'}"


def _needs(requirements: Iterable[str], known: Mapping[NormalizedName, Module], own: NormalizedName) -> Iterator[Need]:
    seen = {own}
    for requirement in sorted(map(Requirement, requirements), key=lambda each: canonicalize_name(each.name)):
        key = canonicalize_name(requirement.name)
        if key in known and key not in seen:
            seen.add(key)
            version = known[key].version
            is_met = version is None or requirement.specifier.contains(version, prereleases=True)
            yield Need(key, str(requirement.specifier), is_met)
