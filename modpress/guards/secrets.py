"""Guards of what must not leave the machine: files that git does not know, and secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Any

from modpress.guards.case import Case
from modpress.guards.shape import Guard, Lane, Verdict, judged, skipped

__all__ = ["Secrets", "Untracked"]

# Files whose very presence is a leak, whatever is in them.
SECRET_NAMES = (
    ".env",
    ".env.*",
    ".htpasswd",
    ".netrc",
    ".npmrc",
    ".pypirc",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "id_rsa",
    "*.kdbx",
    "*.p12",
    "*.pfx",
)
HARMLESS = (".env.example", ".env.sample", ".env.template")
LARGEST_SCANNED = 2_000_000
# detect-secrets' own mark for a line that only looks like one.
ALLOWED = "pragma: allowlist secret"


class Untracked(Guard):
    """Every build backend packs what happens to lie about."""

    name = "untracked"
    family = "build"
    says = "Every file that goes up is known to git; what a build makes is named in generated of [tool.modpress]."
    lane = Lane.GIT

    def check(self, case: Case) -> Verdict:
        """Look for each packed file in the tree, and for that one in git."""
        if not case.repository:
            return skipped("it is in no git repository")
        tracked = case.repository.tracked()
        generated = case.strings("tool", "modpress", "generated")
        found = (
            name
            for name in case.sdist
            if name not in tracked and (case.folder / name).is_file() and not any(fnmatch(name, g) for g in generated)
        )
        return judged(
            f"{name} would be published, and git does not know it: add it to git, or keep it out of the build"
            for name in found
        )


class Secrets(Guard):
    """What was on an index for a second is known for ever."""

    name = "secrets"
    family = "build"
    says = "No file that goes up is a file of passwords or holds a key or token, as far as detect-secrets knows them."
    loads = ("detect_secrets.plugins.aws",)

    def check(self, case: Case) -> Verdict:
        """Scan both files, what is in both only once."""
        detectors = find_detectors()
        scanned: dict[bytes, None] = {}
        return judged(dict.fromkeys(self._faults({**case.wheel, **case.sdist}, detectors, scanned)))

    def _faults(
        self, members: Mapping[str, bytes], detectors: Sequence[Any], scanned: dict[bytes, None]
    ) -> Iterator[str]:
        for name, content in members.items():
            base = PurePosixPath(name).name
            if any(fnmatch(base, secret) for secret in SECRET_NAMES) and base not in HARMLESS:
                yield f"{name} is a file of passwords or keys: keep it out of the build"
            elif content not in scanned and len(content) <= LARGEST_SCANNED and b"\0" not in content:
                scanned[content] = None
                yield from scan(name, content.decode("utf-8", "replace"), detectors)


def find_detectors() -> list[Any]:
    """Return those of detect-secrets that know a kind of token by its form: entropy and words accuse too many."""
    from detect_secrets.plugins.artifactory import ArtifactoryDetector  # noqa: PLC0415
    from detect_secrets.plugins.aws import AWSKeyDetector  # noqa: PLC0415
    from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector  # noqa: PLC0415
    from detect_secrets.plugins.discord import DiscordBotTokenDetector  # noqa: PLC0415
    from detect_secrets.plugins.github_token import GitHubTokenDetector  # noqa: PLC0415
    from detect_secrets.plugins.gitlab_token import GitLabTokenDetector  # noqa: PLC0415
    from detect_secrets.plugins.mailchimp import MailchimpDetector  # noqa: PLC0415
    from detect_secrets.plugins.npm import NpmDetector  # noqa: PLC0415
    from detect_secrets.plugins.openai import OpenAIDetector  # noqa: PLC0415
    from detect_secrets.plugins.private_key import PrivateKeyDetector  # noqa: PLC0415
    from detect_secrets.plugins.pypi_token import PypiTokenDetector  # noqa: PLC0415
    from detect_secrets.plugins.sendgrid import SendGridDetector  # noqa: PLC0415
    from detect_secrets.plugins.slack import SlackDetector  # noqa: PLC0415
    from detect_secrets.plugins.square_oauth import SquareOAuthDetector  # noqa: PLC0415
    from detect_secrets.plugins.stripe import StripeDetector  # noqa: PLC0415
    from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector  # noqa: PLC0415
    from detect_secrets.plugins.twilio import TwilioKeyDetector  # noqa: PLC0415

    return [
        ArtifactoryDetector(),
        AWSKeyDetector(),
        AzureStorageKeyDetector(),
        DiscordBotTokenDetector(),
        GitHubTokenDetector(),
        GitLabTokenDetector(),
        MailchimpDetector(),
        NpmDetector(),
        OpenAIDetector(),
        PrivateKeyDetector(),
        PypiTokenDetector(),
        SendGridDetector(),
        SlackDetector(),
        SquareOAuthDetector(),
        StripeDetector(),
        TelegramBotTokenDetector(),
        TwilioKeyDetector(),
    ]


def scan(name: str, text: str, detectors: Sequence[Any]) -> Iterator[str]:
    """Yield where a text holds what looks like a secret; never the secret itself."""
    # Nearly every file holds none, so all of it is searched before any line is.
    kinds = [detector for detector in detectors if any(True for _ in detector.analyze_string(text))]
    for number, line in enumerate(text.splitlines() if kinds else (), start=1):
        for detector in kinds:
            if ALLOWED not in line and any(True for _ in detector.analyze_string(line)):
                yield (
                    f"{name}, line {number}, holds what looks like a secret ({detector.secret_type}): take it out and "
                    f"revoke it, or end the line with '# {ALLOWED}' if it only looks like one"
                )
