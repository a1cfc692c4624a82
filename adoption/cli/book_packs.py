"""``flask book packs``: ready-made packs, explained; needs no database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adoption.cli.book import book
from rules import wording
from rules.book import packs

if TYPE_CHECKING:
    from flask import Flask

    from rules.book.packs import Cost
    from rules.book.packs import Pack


def init_app(_app: Flask) -> None:
    """Add the command to ``flask book``."""
    book.add_command(show)


@click.command("packs")
@click.argument("name", required=False, type=click.Choice([pack.key for pack in packs.shipped()]))
@click.option("--language", type=click.Choice(wording.LANGUAGES), default="en", show_default=True)
@click.option("--toml", is_flag=True, help="Print its part of a book, to be loaded or copied.")
def show(name: str | None, language: str, toml: bool) -> None:
    """List the ready-made packs, or tell everything about one."""
    for pack in packs.shipped():
        if name is None:
            click.echo(f"{pack.key:<22} {pack.titles[language]}: {pack.for_whom[language]}")
        elif pack.key == name:
            click.echo(pack.text.rstrip() if toml else "\n".join(_told(pack, language)))


def _told(pack: Pack, language: str) -> list[str]:
    rules = [wording.sentence(one, pack.book, language) for one in pack.book.incentives.values()]
    return [
        pack.titles[language],
        *(f"  {said[language]}" for said in (pack.for_whom, pack.does, pack.avoids)),
        "Rules",
        *(f"  {one}" for one in rules),
        "Its sources must send",
        f"  {', '.join(packs.types(pack.book))}",
        f"At most for {packs.PEOPLE} people in a month",
        f"  {_cost(packs.cost(pack.book))}",
    ]


def _cost(cost: Cost) -> str:
    said = [f"{amount} {currency}" for currency, amount in cost.money.items()]
    said += [f"{amount} {unit}" for unit, amount in cost._asdict().items() if unit != "money" and amount]
    return ", ".join(said)
