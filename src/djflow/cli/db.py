"""`djflow db`: create or migrate the home's database."""

import click

from djflow.cli.frame import answer, home_of, json_option


@click.group("db", help="数据库：建库、升级。")
def db() -> None:
    """Group of database commands."""


@db.command("upgrade", help="建好或升级本目录的数据库；可以重复执行。")
@json_option
@click.pass_context
def upgrade(context: click.Context, *, as_json: bool) -> None:
    """Create or migrate the home's database; safe to repeat."""
    from djflow.assembly.house import upgrade_house  # noqa: PLC0415 - loads SQLAlchemy

    version = upgrade_house(home_of(context))
    answer({"version": version}, as_json=as_json, text=f"数据库已是最新版本（{version}）。")
