"""The `djflow` command: a table of command names and where each lives, so that none is imported before it runs."""

import importlib
import os
import sys

import click

from djflow.cli.frame import run

COMMANDS = {
    "account": ("djflow.cli.account", "account", "账号：新建、重置、锁定、角色、列表"),
    "approval": ("djflow.cli.approval", "approval", "审批：重新发链接、核实“不是我办的”"),
    "audit": ("djflow.cli.audit", "audit", "操作记录：核对记录链"),
    "calendar": ("djflow.cli.calendar", "calendar", "日历：赶场日、工作日、农历"),
    "chain": ("djflow.cli.chain", "chain", "审批流程：一件事要走哪些步骤"),
    "check-config": ("djflow.cli.config", "check_config", "检查 config/ 下的全部配置"),
    "db": ("djflow.cli.db", "db", "数据库：建库、升级"),
    "demo": ("djflow.cli.demo", "demo", "示范区：装入、清除"),
    "dispatch": ("djflow.cli.dispatch", "dispatch", "派遣：按条件和意愿定人"),
    "doctor": ("djflow.cli.doctor", "doctor", "体检：缺什么、怎么补"),
    "documents": ("djflow.cli.documents_register", "documents", "公文：登记、编号，排印 .docx 和 PDF"),
    "export": ("djflow.cli.people", "export", "导出 Excel"),
    "fund": ("djflow.cli.fund", "fund", "温暖基金：申请、账册、捐款、拨付"),
    "import": ("djflow.cli.people", "import_", "导入 Excel"),
    "init": ("djflow.cli.init", "init", "新建本区：问答、写配置、发模板、导入"),
    "keys": ("djflow.cli.keys", "keys", "密钥：更换"),
    "notify": ("djflow.cli.notify", "notify", "通知：发送、查看、预览、演练"),
    "market": ("djflow.cli.market", "market", "场镇：赶场日、停场"),
    "roster": ("djflow.cli.roster", "roster", "值班表：生成、发布、求解、修补"),
    "up": ("djflow.cli.up", "up", "启动全套服务"),
    "web": ("djflow.cli.web", "web", "启动公示网页"),
}


class LazyGroup(click.Group):
    """A group that imports a command only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        _ = ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, imported now."""
        _ = ctx
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _summary = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            msg = f"{module}.{attribute} is not a command"
            raise TypeError(msg)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any of them."""
        _ = ctx
        with formatter.section("命令"):
            formatter.write_dl([(name, summary) for name, (_, _, summary) in sorted(COMMANDS.items())])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["--help", "-h"]})
@click.option(
    "--home",
    metavar="目录",
    help="本区的目录（内有 config/ 和 .djflow/），写在命令前后都可以；缺省用环境变量 DJFLOW_HOME 或当前目录。",
)
@click.version_option(package_name="djflow", message="djflow %(version)s")
def djflow(home: str | None) -> None:
    """区委组织部城乡党建工作的流程编排。."""
    _ = home


def main() -> None:
    """Run the command line and leave with its exit code."""
    os.environ.setdefault("PYTHONIOENCODING", "utf-8")
    sys.exit(run(djflow))
