"""`djflow keys`: the key that protects phone, identity and bank numbers."""

import click

from djflow.cli.frame import answer, home_of, json_option, progress


@click.group("keys", help="密钥：查看、更换。")
def keys() -> None:
    """Group of key commands."""


@keys.command("status", help="查看正在使用的密钥，不显示密钥本身。")
@json_option
@click.pass_context
def status(context: click.Context, *, as_json: bool) -> None:
    """Show which key is in use."""
    from djflow.assembly import keys as office  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    found = office.status(house)
    value = {
        "active": found.active,
        "fingerprint": found.fingerprint,
        "sealed": dict(found.use),
        "interrupted": found.interrupted,
        "file": str(house.key_file),
    }
    count = sum(found.use.values())
    last = "上次更换没有做完，请再运行一次 djflow keys rotate。" if found.interrupted else ""
    text = f"密钥 {found.active}（指纹 {found.fingerprint}），保护着 {count} 项资料，文件 {house.key_file}。{last}"
    answer(value, as_json=as_json, text=text)


@keys.command("rotate", help="更换密钥：全部资料换用新密钥加密，旧密钥随后作废；中断后再运行一次即可接着做。")
@json_option
@click.pass_context
def rotate(context: click.Context, *, as_json: bool) -> None:
    """Rotate the key."""
    from djflow.assembly import keys as office  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    progress("正在用新密钥重新加密…")
    done = office.rotate(house, by="cli")
    value = {
        "active": done.active,
        "resealed": done.resealed,
        "dropped": list(done.dropped),
        "resumed": done.resumed,
    }
    text = (
        f"已换用密钥 {done.active}，重新加密 {done.resealed} 项资料。"
        f"请立即备份 {house.key_file}，并重新启动正在运行的 djflow。"
    )
    answer(value, as_json=as_json, text=text)
