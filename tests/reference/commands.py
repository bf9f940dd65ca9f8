"""The help of every command, as its own `--help` prints it."""

from __future__ import annotations

from collections.abc import Iterator

import click

WIDTH = 100


def page(title: str, command: click.Command, name: str) -> str:
    """Return the page of a command and all its subcommands.

    Args:
        title: the page's heading.
        command: the command.
        name: what is typed for it.

    """
    sections = [f"## {typed}\n\n```text\n{text}\n```\n" for typed, text in _helps(command, name)]
    return f"# {title}\n\n" + "\n".join(sections)


def _helps(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    context = click.Context(command, info_name=name, max_content_width=WIDTH, terminal_width=WIDTH)
    yield name, "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    if isinstance(command, click.Group):
        for part in command.list_commands(context):
            found = command.get_command(context, part)
            if found and not found.hidden:
                yield from _helps(found, f"{name} {part}")
