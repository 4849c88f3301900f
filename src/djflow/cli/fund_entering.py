"""Who acts in a payment command: his own account and his own password, asked for or taken from the environment."""

import os
from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING

import click

from djflow.cli.frame import answer, home_of, json_option

if TYPE_CHECKING:
    from djflow.assembly import House
    from djflow.fund.payment.model import Clerk

PASSWORD_VARIABLE = "DJFLOW_ACCOUNT_PASSWORD"  # noqa: S105 - the name of a variable
_LOGIN_HELP = f"经办人自己的工作台账号；密码会询问，也可放在环境变量 {PASSWORD_VARIABLE} 里。"
login_option = click.option("--account", "login", metavar="账号名", required=True, help=_LOGIN_HELP)


Said = tuple[object, str | Callable[[], str]]
"""What a command answers: the value for `--json`, and the text for people."""


def by_clerk(act: Callable[..., Said]) -> Callable[..., None]:
    """Return a command around an act of the till: who acts logs in, the act gets house and clerk and is answered."""

    def run(context: click.Context, /, login: str, *, as_json: bool, **given: object) -> None:
        house, clerk = entered(context, login)
        value, text = act(house, clerk, **given)
        answer(value, as_json=as_json, text=text)

    update_wrapper(run, act)
    return login_option(json_option(click.pass_context(run)))


def entered(context: click.Context, login: str) -> "tuple[House, Clerk]":
    """Return the house and who acts, once his password is right."""
    # Never an option of the command: it would stand in the list of processes and in the shell's history.
    from djflow.assembly import fund_payments, open_house  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    password = os.environ.get(PASSWORD_VARIABLE) or click.prompt("密码", hide_input=True, err=True)
    return house, fund_payments.clerk_of(house, login, password)
