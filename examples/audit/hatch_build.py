"""Puts a bill of materials into the wheel (PEP 770): the module, its license and its requirements."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


class BillOfMaterials(BuildHookInterface[Any]):
    """Writes a CycloneDX document for the time of the build; the same module always gives the same bytes."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Write the document and name it to the builder."""
        self.folder = tempfile.TemporaryDirectory()
        document = Path(self.folder.name, f"{self.metadata.core.name}.cdx.json")
        document.write_text(json.dumps(self.bill(), indent=2, sort_keys=True) + "\n", encoding="utf-8")
        build_data["sbom_files"].append(str(document))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - as above
        """Take the document away again."""
        self.folder.cleanup()

    def bill(self) -> dict[str, Any]:
        """Return the document."""
        core = self.metadata.core
        needed = sorted({canonicalize_name(Requirement(text).name) for text in core.dependencies})
        module = library(core.name, f"@{self.metadata.version}")
        return {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {
                "component": {
                    **module,
                    "version": self.metadata.version,
                    "licenses": [{"expression": core.license_expression}],
                }
            },
            "components": [library(name) for name in needed],
            "dependencies": [{"ref": module["bom-ref"], "dependsOn": [url(name) for name in needed]}],
        }


def library(name: str, version: str = "") -> dict[str, Any]:
    """Return a component; a requirement has no version before it is installed."""
    return {"type": "library", "name": name, "purl": url(name, version), "bom-ref": url(name, version)}


def url(name: str, version: str = "") -> str:
    """Return the package URL of a Python project."""
    return f"pkg:pypi/{name}{version}"
