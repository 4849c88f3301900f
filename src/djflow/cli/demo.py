"""`djflow demo`: the demonstration district."""

from contextlib import nullcontext

import click

from djflow.cli.frame import answer, home_of, json_option, progress
from djflow.cli.up import only_one


@click.group("demo", help="示范区：装入、清除。")
def demo() -> None:
    """Group of demonstration commands."""


@demo.command("load", help="把示范区装入本目录；可以重复执行，已有的资料不动。")
@json_option
@click.pass_context
def load(context: click.Context, *, as_json: bool) -> None:
    """Load the demonstration district."""
    from djflow.demo import load as loading  # noqa: PLC0415 - loads SQLAlchemy

    house = loading.load(home_of(context), say=progress)
    markets = len(house.settings.markets)
    answer(
        {"district": house.settings.district.name, "markets": markets},
        as_json=as_json,
        text=f"{house.settings.district.name}已装入：{markets} 个场镇。运行 djflow up 启动。",
    )


@demo.command("remove", help="清除示范区的全部资料（.djflow 目录）；配置不动。")
@click.option("--yes", is_flag=True, help="不再询问。")
@click.pass_context
def remove(context: click.Context, *, yes: bool) -> None:
    """Throw the demonstration district's data away."""
    from djflow.demo import load as loading  # noqa: PLC0415 - loads SQLAlchemy

    home = home_of(context)
    if not yes and not _agreed("示范区的全部资料将被删除，确定吗？输入 y 确定，回车放弃"):
        raise click.Abort
    with only_one(home) if (home / ".djflow").exists() else nullcontext():
        loading.remove(home)
    click.echo("示范区的资料已清除。")


def _agreed(question: str) -> bool:
    while True:
        answer = str(click.prompt(question, default="", show_default=False, prompt_suffix="：")).strip().lower()
        if answer in {"y", "yes", "是"}:
            return True
        if answer in {"", "n", "no", "否"}:
            return False
        click.echo("请输入 y（确定）或 n（放弃）。")
