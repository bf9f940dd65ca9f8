"""The command `manifests`: a compose file in, valid files for Kubernetes out. Nothing else here prints."""

import argparse
import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from shell.manifests import Manifest, Naming, manifests, shared
from shell.topology import Service, TopologyError, read_topology

PROGRAM = "manifests"
KUBERNETES = "1.34"
HEAD = "# Made from {source} by `{program}`: change that, and make this anew.\n"

EPILOG = """\
Every object is checked, offline, against what Kubernetes takes; only if all are valid is anything written.
The same compose file always gives the same files. A variable whose value is a URL with a password is taken
from a Secret that has the name of the service: kubectl create secret generic NAME --from-literal=VARIABLE=…

exit codes:
  0  the files are written
  1  the compose file cannot be used, or an object is not valid
  2  the command is not understood
"""


class ManifestError(Exception):
    """What cannot become a manifest."""


class InvalidError(ManifestError):
    """An object that no cluster would take."""

    def __init__(self, name: str, kind: str, reason: str) -> None:
        super().__init__(f"the {kind} of {name} is not valid: {reason}")


class NoValidatorError(ManifestError):
    """Nothing here knows what is valid."""

    def __init__(self) -> None:
        super().__init__('kubernetes-validate is not installed: pip install "shell[manifests]"')


class NoVersionError(ManifestError):
    """A service whose image nobody can name."""

    def __init__(self, service: Service) -> None:
        super().__init__(f"{service.folder} says no version of {service.name}; say which image: --tag TAG")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        services = read_topology(options.file.resolve(), os.environ)
        versions = {} if options.tag else {service.name: version_of(service) for service in services}
        made = manifests(services, Naming(registry=options.registry, tag=options.tag, versions=versions))
        check(made)
    except (TopologyError, ManifestError) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1
    write(made, options.output, options.file.name)
    number = sum(map(len, made.values()))
    print(f"{options.output}: {number} objects in {len(made)} files, valid for Kubernetes {KUBERNETES}")
    for volume, names in shared(services).items():
        print(
            f"{' and '.join(names)} share the volume {volume}: on more than one node set QUEUE_URL=redis://…"
        )
    return 0


def version_of(service: Service) -> str:
    """Return the version that a service's folder says; one that is an image elsewhere has its own."""
    if not service.is_process:
        return ""
    try:
        content = tomllib.loads((service.folder / "pyproject.toml").read_text(encoding="utf-8"))
        return str(content["project"]["version"])
    except (OSError, ValueError, KeyError) as error:
        raise NoVersionError(service) from error


def check(made: Mapping[str, list[Manifest]]) -> None:
    """Raise InvalidError for the first object that a cluster would refuse."""
    try:
        # Large, and not needed to run services: it comes with an extra.
        import kubernetes_validate as validator  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError as error:
        raise NoValidatorError from error
    for each in (each for objects in made.values() for each in objects):
        try:
            validator.validate(each, KUBERNETES, strict=True)
        except validator.ValidationError as error:
            raise InvalidError(each["metadata"]["name"], each["kind"], error.message) from error


def write(made: Mapping[str, list[Any]], folder: Path, source: str) -> None:
    """Write each file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, objects in made.items():
        text = yaml.dump_all(objects, Dumper=Plain, sort_keys=False, explicit_start=True)
        head = HEAD.format(source=source, program=PROGRAM)
        (folder / f"{name}.yaml").write_text(head + text, encoding="utf-8")


class Plain(yaml.SafeDumper):
    """Writes everything out: an anchor is no help to a reader."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - as it is in yaml
        """Say that nothing is to be written once for two places."""
        return True


def parser() -> argparse.ArgumentParser:
    """Return what the command understands."""
    result = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Make Deployments and Services of a compose file.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = result.add_argument
    add("--file", metavar="FILE", type=Path, default=Path("compose.yaml"), help="default: compose.yaml")
    add("--output", metavar="FOLDER", type=Path, default=Path("manifests"), help="default: manifests")
    add("--registry", metavar="HOST", default="localhost", help="where the images are (default: localhost)")
    add("--tag", metavar="TAG", default="", help="the tag of all images (default: each service's version)")
    add("--version", action="version", version=f"{PROGRAM} {version('shell')}")
    return result
