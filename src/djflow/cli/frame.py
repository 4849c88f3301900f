"""The frame around every command: home folder, JSON output, errors as one Chinese sentence, usage errors in Chinese.

Exit 0 done, 1 refused by a rule or by bad input, 2 wrong usage. With `--json` one JSON value on standard output and
nothing else there; progress and logs go to standard error.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from djflow.core.errors import DjflowError

HOME_VARIABLE = "DJFLOW_HOME"


def home_of(context: click.Context) -> Path:
    """Return the home folder: `--home`, then DJFLOW_HOME, then the current folder."""
    chosen = context.find_root().params.get("home")
    return Path(chosen or os.environ.get(HOME_VARIABLE) or ".").resolve()


def say(text: str) -> None:
    """Print a line for people on standard output."""
    click.echo(text)


def progress(text: str) -> None:
    """Print a line of progress on standard error."""
    click.echo(text, err=True)


def answer(value: object, *, as_json: bool, text: str | Callable[[], str]) -> None:
    """Print `value` as JSON, or `text` for people."""
    if as_json:
        click.echo(json.dumps(value, ensure_ascii=False))
    else:
        click.echo(text if isinstance(text, str) else text())


json_option = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")


def run(command: click.Command) -> int:
    """Run the command line and return the exit code."""
    try:
        result = command.main(standalone_mode=False)
    except DjflowError as error:
        return _refuse(error.code, error.message, 1)
    except click.UsageError as error:
        return _refuse("usage", usage_sentence(error), 2)
    except click.Abort:
        return _refuse("interrupted", "已中止，没有继续执行。", 1)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return result if isinstance(result, int) else 0


def _refuse(code: str, message: str, exit_code: int) -> int:
    # The command may have failed before its flags were parsed, so `--json` is looked for as it was typed.
    click.echo(message, err=True)
    if "--json" in sys.argv[1:]:
        click.echo(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False))
    return exit_code


def usage_sentence(error: click.UsageError) -> str:
    """Return click's complaint as a Chinese sentence with the way to the help text."""
    path = error.ctx.command_path if error.ctx else "djflow"
    hint = f"用法见：{path} --help"
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}。{hint}"
    if isinstance(error, click.MissingParameter):
        name = error.param.get_error_hint(error.ctx) if error.param and error.ctx else ""
        return f"缺少参数 {name}。{hint}"
    if isinstance(error, click.BadParameter):
        name = error.param.get_error_hint(error.ctx) if error.param and error.ctx else ""
        return f"参数 {name} 的值不对。{hint}"
    return f"命令写法不对。{hint}"
