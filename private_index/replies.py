"""What an upload is told, in the body: as JSON or a problem where that is asked for, as lines of text otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

_UPLOAD_API = ("application/problem+json", "application/vnd.pypi.upload.")


def reply(
    request: Request, status: int, sentences: Sequence[str], headers: Mapping[str, str] | None = None
) -> Response:
    """Return the response that says `sentences`."""
    text = "\n".join(sentences)
    accept = request.headers.get("accept", "")
    if status >= HTTPStatus.BAD_REQUEST and any(kind in accept for kind in _UPLOAD_API):
        # RFC 9457, which the upload API asks for (PEP 694).
        problem = {"title": HTTPStatus(status).phrase, "status": status, "detail": text, "errors": list(sentences)}
        return JSONResponse(problem, status, headers, media_type="application/problem+json")
    if "application/json" not in accept:
        return PlainTextResponse(f"{text}\n", status, headers)
    content: dict[str, object] = {"message": text}
    if status != HTTPStatus.OK:
        content |= {"errors": list(sentences), "code": f"{status} {text}", "title": HTTPStatus(status).phrase}
    # uv shows the code only if the type is exactly application/json, so no charset here.
    return JSONResponse(content, status, headers)
