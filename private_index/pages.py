"""The simple API's pages: rows in, bytes out (PEP 503, 592, 629, 691, 700, 714, 792; HTML is frozen by PEP 833)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from private_index.negotiation import JSON_TYPE
from private_index.rows import File, Project

API_VERSION = "1.4"


def project_list(names: Sequence[str], content_type: str) -> bytes:
    """Return the page of all projects.

    Args:
        names: normalised names, sorted.
        content_type: one that `choose_type` returned.

    """
    if content_type == JSON_TYPE:
        return _json({"meta": {"api-version": API_VERSION}, "projects": [{"name": name} for name in names]})
    links = [f'<a href="{escape(name)}/">{escape(name)}</a>' for name in names]
    return _html("Simple index", links)


def project_page(project: Project, files: Sequence[File], content_type: str) -> bytes:
    """Return the page of one project.

    Args:
        project: its name and status.
        files: its published files, in the order in which they came.
        content_type: one that `choose_type` returned.

    """
    if content_type == JSON_TYPE:
        return _json(
            {
                "meta": {"api-version": API_VERSION},
                "name": project.name,
                "project-status": _status(project),
                "versions": list(dict.fromkeys(file.version for file in files)),
                "files": [_file(file) for file in files],
            }
        )
    return _html(f"Links for {project.name}", [_link(file) for file in files], _status_tags(project))


def file_path(file: File) -> str:
    """Return where a file lies below the index's URL; it never changes, since lock files keep it."""
    # A version's epoch and local part need no escape in a path.
    name = quote(file.filename, safe="!+")
    # What tells of variants changes with each wheel, and so has a URL for each state (PEP 825 leaves it to the index).
    return f"variants/{file.sha256}/{name}" if file.kind == "variants" else f"packages/{name}"


def _url(file: File) -> str:
    # Relative, so that it holds behind any proxy.
    return f"../../{file_path(file)}"


def _file(file: File) -> dict[str, object]:
    facts: dict[str, object] = {
        "filename": file.filename,
        "url": _url(file),
        "hashes": {"sha256": file.sha256},
        "size": file.size,
        "upload-time": file.uploaded_at,
        "yanked": (file.yanked_reason or True) if file.yanked else False,
    }
    if file.requires_python is not None:
        facts["requires-python"] = file.requires_python
    if file.metadata_sha256 is not None:
        # The second name is spelled as the public index spells it: on the one of PEP 658, pip 22.3 to 23.0 end in a
        # traceback, and Debian 12 brings such a pip. That bug is why there is a new name at all (PEP 714).
        facts["core-metadata"] = facts["data-dist-info-metadata"] = {"sha256": file.metadata_sha256}
    return facts


def _link(file: File) -> str:
    attributes = {"href": f"{_url(file)}#sha256={file.sha256}"}
    if file.requires_python is not None:
        attributes["data-requires-python"] = file.requires_python
    if file.metadata_sha256 is not None:
        attributes["data-core-metadata"] = attributes["data-dist-info-metadata"] = f"sha256={file.metadata_sha256}"
    if file.yanked:
        attributes["data-yanked"] = file.yanked_reason or ""
    return f"<a {_attributes(attributes)}>{escape(file.filename)}</a>"


def _status(project: Project) -> dict[str, str]:
    reason = {} if project.status_reason is None else {"reason": project.status_reason}
    return {"status": project.status, **reason}


def _status_tags(project: Project) -> str:
    names = {"status": "pypi:project-status", "reason": "pypi:project-status-reason"}
    return "".join(_meta(names[key], value) for key, value in _status(project).items())


def _json(content: dict[str, object]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def _html(title: str, links: Sequence[str], tags: str = "") -> bytes:
    head = (
        "<!DOCTYPE html>\n"
        '<html lang="en">\n'
        "<head>\n"
        '<meta charset="utf-8">\n'
        f"{_meta('pypi:repository-version', API_VERSION)}"
        f"{tags}"
        f"<title>{escape(title)}</title>\n"
        "</head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n"
    )
    return (head + "".join(f"{link}<br>\n" for link in links) + "</body>\n</html>\n").encode()


def _meta(name: str, content: str) -> str:
    return f"<meta {_attributes({'name': name, 'content': content})}>\n"


def _attributes(values: dict[str, str]) -> str:
    return " ".join(f'{name}="{escape(value)}"' for name, value in values.items())


def front_page(simple_url: str) -> bytes:
    """Return what a person sees who opens the index in a browser.

    Args:
        simple_url: the simple API's absolute URL.

    """
    line = f"pip install --index-url {simple_url} NAME"
    return _html("A private package index", [f"<code>{escape(line)}</code>", '<a href="simple/">All projects</a>'])
