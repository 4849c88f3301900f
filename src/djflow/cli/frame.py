"""The frame around every command: home folder, JSON output, errors as one Chinese sentence, usage errors in Chinese.

Exit 0 done, 1 refused by a rule or by bad input, 2 wrong usage. With `--json` one JSON value on standard output and
nothing else there; progress and logs go to standard error.
"""

import errno
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from djflow.cli.help_text import ChineseFormatter, usage_sentence
from djflow.core.errors import DjflowError

HOME_VARIABLE = "DJFLOW_HOME"
HOME_OPTION = "--home"


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
    """Run the command line and return the exit code; whatever goes wrong ends in one Chinese sentence."""
    click.Context.formatter_class = ChineseFormatter
    try:
        result = command.main(hoisted(sys.argv[1:]), prog_name="djflow", standalone_mode=False)
    except click.UsageError as error:
        return _refuse("usage", usage_sentence(error), 2)
    except (click.Abort, KeyboardInterrupt):
        return _refuse("interrupted", "已中止，没有继续执行。", 1)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001 - the last net: nobody outside the programmers can use a trace
        return _refuse(*_explained(error), 1)
    return result if isinstance(result, int) else 0


def _explained(error: Exception) -> tuple[str, str]:
    if isinstance(error, DjflowError):
        return error.code, error.message
    return ("file", file_sentence(error)) if isinstance(error, OSError) else ("internal", fault_sentence(error))


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Return the words of a command line with `--home DIR` in front, so that it may be written anywhere."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == HOME_OPTION:
            value = next(words, None)
            if value is None:
                raise click.BadOptionUsage(HOME_OPTION, "no value")
            front += [word, value]
        elif word.startswith(f"{HOME_OPTION}="):
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest]


_FILE_FAULTS = {
    errno.ENOSPC: "磁盘已满，请清理后再试",
    errno.EROFS: "那里是只读的，请换一个可写的目录",
    errno.EACCES: "没有权限，请检查文件和目录的权限",
    errno.EPERM: "没有权限，请检查文件和目录的权限",
    errno.ENOENT: "没有这个文件或目录，请核对路径",
    errno.EEXIST: "那里已有同名的文件，请换一个名字",
    errno.EISDIR: "那是一个目录，请写文件名",
    errno.ENOTDIR: "路径里有一段不是目录，请核对路径",
    errno.ENAMETOOLONG: "名字太长，请缩短",
}


def file_sentence(error: OSError) -> str:
    """Return what is wrong with a file as a sentence that says how to mend it."""
    name = f" {error.filename} " if error.filename else ""
    return f"文件{name}用不了：{_FILE_FAULTS.get(error.errno or 0, '系统没有允许这次读写，请检查磁盘和权限')}。"


def fault_sentence(error: Exception) -> str:
    """Return a fault of the program as a sentence; where it happened, never its values, which may be personal."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name} 第 {frame.lineno} 行"
    return f"程序出了错（{type(error).__name__}，{place}），这一步没有做完：请把这句话告诉维护人员。"


def _refuse(code: str, message: str, exit_code: int) -> int:
    # The command may have failed before its flags were parsed, so `--json` is looked for as it was typed.
    click.echo(message, err=True)
    if "--json" in sys.argv[1:]:
        click.echo(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False))
    return exit_code
