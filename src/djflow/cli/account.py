"""`djflow account`: the desk's accounts from the server – the first security administrator is made here."""

from typing import TYPE_CHECKING

import click

from djflow.cli.frame import answer, home_of, json_option

if TYPE_CHECKING:
    from djflow.assembly.doorway import FirstPassword

_BY = "cli"
_login = click.argument("login", metavar="账号名")
_roles = click.option("--role", "roles", metavar="角色", multiple=True, required=True, help="角色代号，可写多次。")


@click.group("account", help="账号：新建、重置、锁定、角色、列表。")
def account() -> None:
    """Group of account commands."""


@account.command("create", help="新建账号，显示初始密码（只显示一次，3 天内有效）。")
@_login
@_roles
@click.option("--person", metavar="工号", default="", help="对应的在册人员；管理员账号必须写。")
@click.option("--unit", metavar="单位编码", default="", help="单位共用的账号写单位编码。")
@json_option
@click.pass_context
def create(
    context: click.Context, login: str, roles: tuple[str, ...], person: str, unit: str, *, as_json: bool
) -> None:
    """Make an account."""
    from djflow.accounts.model import NewAccount  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import doorway, open_house  # noqa: PLC0415 - loads SQLAlchemy

    new = NewAccount(login, doorway.roles_named(roles), person, unit)
    _show(doorway.create_account(open_house(home_of(context)), new, by=_BY), as_json=as_json)


@account.command("reset", help="重置密码并解除锁定，显示新的初始密码。")
@_login
@json_option
@click.pass_context
def reset(context: click.Context, login: str, *, as_json: bool) -> None:
    """Give an account a first password again."""
    from djflow.assembly import doorway, open_house  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    found = doorway.account_named(house, login)
    _show(doorway.reset_account(house, found.id, by=_BY), as_json=as_json)


def _show(made: "FirstPassword", *, as_json: bool) -> None:
    value = {"login": made.account.login, "roles": sorted(made.account.roles), "first_password": made.password}
    text = (
        f"账号 {made.account.login}（{made.account.role_words}）的初始密码：{made.password}\n"
        "只显示这一次，3 天内有效；登录后须立即修改。"
    )
    answer(value, as_json=as_json, text=text)


@account.command("lock", help="停用账号，立即退出；--open 重新启用。")
@_login
@click.option("--open", "opened", is_flag=True, help="重新启用。")
@json_option
@click.pass_context
def lock(context: click.Context, login: str, *, opened: bool, as_json: bool) -> None:
    """Shut an account or open it again."""
    from djflow.assembly import doorway, open_house  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    found = doorway.account_named(house, login)
    done = doorway.set_disabled(house, found.id, disabled=not opened, by=_BY)
    words = "已停用，不能再登录" if done.disabled else "已启用"
    answer({"login": login, "disabled": done.disabled}, as_json=as_json, text=f"账号 {login} {words}。")


@account.command("roles", help="改账号的角色：写出改后的全部角色。")
@_login
@_roles
@json_option
@click.pass_context
def set_roles(context: click.Context, login: str, roles: tuple[str, ...], *, as_json: bool) -> None:
    """Give an account other roles."""
    from djflow.assembly import doorway, open_house  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    found = doorway.account_named(house, login)
    done = doorway.set_roles(house, found.id, doorway.roles_named(roles), by=_BY)
    answer(
        {"login": login, "roles": sorted(done.roles)}, as_json=as_json, text=f"账号 {login} 现为：{done.role_words}。"
    )


@account.command("list", help="列出全部账号和角色代号。")
@json_option
@click.pass_context
def list_accounts(context: click.Context, *, as_json: bool) -> None:
    """List all accounts."""
    from djflow.accounts import service  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.accounts.model import ROLE_WORDS  # noqa: PLC0415 - the help needs none of it
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    with house.reading() as session:
        found = service.accounts(session)
    value = [{"login": a.login, "roles": sorted(a.roles), "disabled": a.disabled} for a in found]
    lines = [f"{a.login}  {a.role_words}{'（停用）' if a.disabled else ''}" for a in found]
    lines += ["", "角色代号：", *(f"  {role.value}  {words}" for role, words in ROLE_WORDS.items())]
    answer(value, as_json=as_json, text="\n".join(lines))
