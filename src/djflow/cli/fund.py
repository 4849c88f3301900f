"""`djflow fund`: the relief fund."""

import click

from djflow.cli import fund_cases


@click.group("fund", help="温暖基金：申请、查看。")
def fund() -> None:
    """Group of fund commands."""


for _command in fund_cases.COMMANDS:
    fund.add_command(_command)
