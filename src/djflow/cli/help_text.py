"""Help and usage errors of the command line in Chinese: click's own English words, one table."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import click

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "Options": "选项",
        "Commands": "命令",
        "Arguments": "参数",
        "Show this message and exit.": "显示这段说明。",
        "Show the version and exit.": "显示版本。",
    }
)
_MARKS = MappingProxyType({"。.": "。", "[default: ": "[缺省：", "required]": "必填]"})
_USAGE = MappingProxyType({"[OPTIONS]": "[选项]", "COMMAND [ARGS]...": "命令 [参数]…"})


class ChineseFormatter(click.HelpFormatter):
    """Writes help pages with headings and standing sentences in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that shows how a command is put together."""
        for word, ours in _USAGE.items():
            args = args.replace(word, ours)
        super().write_usage(prog, args, prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        """Write the Chinese heading of a section."""
        super().write_heading(_WORDS.get(heading, heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of options or commands; every explanation ends with one full stop."""
        super().write_dl([(first, _closed(_WORDS.get(second, second))) for first, second in rows], col_max, col_spacing)

    def write_text(self, text: str) -> None:
        """Write a paragraph."""
        super().write_text(_closed(text))


def _closed(text: str) -> str:
    # A docstring has to end with an ASCII full stop; the Chinese one before it is enough.
    for word, ours in _MARKS.items():
        text = text.replace(word, ours)
    return text


def usage_sentence(error: click.UsageError) -> str:
    """Return click's complaint as a Chinese sentence with the way to the help text."""
    path = error.ctx.command_path if error.ctx else "djflow"
    return f"{_complaint(error)}用法见：{path} --help"


def _complaint(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}。"
    if isinstance(error, click.NoSuchCommand):
        return f"没有命令 {error.command_name}。"
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return "后面还要写命令。"
    if isinstance(error, click.BadOptionUsage):
        return f"选项 {error.option_name} 后面要写一个值。"
    if isinstance(error, click.BadParameter):
        name = error.param.get_error_hint(error.ctx) if error.param and error.ctx else ""
        missing = isinstance(error, click.MissingParameter)
        return f"缺少参数 {name}。" if missing else f"参数 {name} {_expected(error.param)}。"
    return "命令写法不对，多了或少了参数。"


def _expected(parameter: click.Parameter | None) -> str:
    said = "的值不对"
    match parameter.type if parameter else None:
        case click.Choice(choices=choices):
            said = f"只能写：{'、'.join(str(choice) for choice in choices)}"
        case click.IntRange() | click.FloatRange() as kind:
            number = "整数" if isinstance(kind, click.IntRange) else "数"
            said = f"应是{number}，范围 {kind._describe_range()}"  # noqa: SLF001 - what the help page shows too
        case click.types.IntParamType():
            said = "应是整数"
        case click.types.FloatParamType():
            said = "应是数"
        case click.DateTime():
            said = "应是存在的日期，写法如 2026-12-01"
        case click.Path(dir_okay=False):
            said = "应是文件名，不能是目录"
    return said
