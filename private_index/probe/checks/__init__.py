"""All checks in one table, in the order in which they are reported."""

from __future__ import annotations

from typing import Any

from private_index.probe.checks import (
    bodies,
    caching,
    facts,
    filenames,
    files,
    html,
    lists,
    metadata,
    names,
    negotiation,
    ranges,
    schema,
)
from private_index.probe.checks.base import Check, FileCheck, ListCheck, PageCheck, ProjectCheck

LIST_CHECKS: tuple[ListCheck, ...] = (
    lists.ListSchema(),
    lists.ListLinks(),
    lists.ListOnce(),
    lists.ListAgrees(),
    lists.UnknownProject(),
    lists.OddNames(),
)

PAGE_CHECKS: tuple[PageCheck, ...] = (
    names.PageExists(),
    names.LastSlash(),
    negotiation.Negotiation(),
    negotiation.Preferences(),
    negotiation.JsonOffered(),
    negotiation.DefaultForm(),
    negotiation.Vary(),
    schema.JsonReads(),
    schema.ApiVersion(),
    html.HtmlVersion(),
    bodies.PageHead(),
    bodies.PageDecodes(),
    bodies.PageCompressed(),
    caching.PagesFresh(),
    caching.PageETag(),
    caching.ETagPerForm(),
    caching.PageUnchanged(),
)

PROJECT_CHECKS: tuple[ProjectCheck, ...] = (
    names.OtherSpellings(),
    schema.ProjectName(),
    schema.FilesSchema(),
    facts.FilesOnce(),
    facts.Versions(),
    facts.VersionsParse(),
    facts.Sizes(),
    facts.UploadTimes(),
    facts.UploadTimesGiven(),
    facts.ProjectStatus(),
    facts.RequiresPythonParses(),
    facts.SidecarKeys(),
    html.HtmlLinks(),
    html.HtmlHashes(),
    html.HtmlEscapes(),
    html.FormsAgree(),
)

FILE_CHECKS: tuple[FileCheck, ...] = (
    filenames.FilenameParses(),
    filenames.FileBelongs(),
    filenames.UrlNamesFile(),
    files.StableUrl(),
    files.FileServed(),
    files.SecureHash(),
    files.FileDigests(),
    files.FileSize(),
    bodies.FileIdentity(),
    bodies.FileHead(),
    ranges.RangesOffered(),
    ranges.RangesExact(),
    ranges.RangeBeyond(),
    ranges.RangeOfAnother(),
    caching.FilesKept(),
    caching.FileETag(),
    caching.FileUnchanged(),
    metadata.ArchiveOpens(),
    metadata.MetadataNamesFile(),
    metadata.RequiresPythonTrue(),
    metadata.RequiresPythonGiven(),
    metadata.SidecarOffered(),
    metadata.SidecarServed(),
    metadata.SidecarDigest(),
    metadata.SidecarEqual(),
    files.Provenance(),
)

EVERY_CHECK: tuple[Check[Any], ...] = (*LIST_CHECKS, *PAGE_CHECKS, *PROJECT_CHECKS, *FILE_CHECKS)
