"""`djflow check-config`: every finding about config/ with file, line, key, what is wrong and what mends it.

Every channel is put together with the environment of this shell; nothing is sent.
"""

import os
from collections.abc import Iterable
from itertools import groupby

import click

from djflow.cli.frame import answer, home_of, json_option
from djflow.settings.problems import Problem, errors_of, notices_of


@click.command("check-config", short_help="检查 config/ 下的全部配置")
@json_option
@click.pass_context
def check_config(context: click.Context, *, as_json: bool) -> None:
    """检查 config/ 下的全部配置：哪个文件、第几行、哪一项、错在哪里、怎么改。."""
    from djflow.assembly import checking  # noqa: PLC0415 - keeps `--help` quick

    problems = checking.problems(home_of(context), os.environ)
    errors = errors_of(problems)
    value = {"ok": not errors, "problems": [problem.as_json() for problem in problems]}
    answer(value, as_json=as_json, text=lambda: report(problems))
    if errors:
        context.exit(1)


def report(problems: Iterable[Problem]) -> str:
    """Return the findings as people read them, grouped by file."""
    problems = tuple(problems)
    lines: list[str] = []
    for file, group in groupby(problems, key=lambda problem: problem.file):
        lines.append(f"config/{file}")
        lines += [f"  {'✗' if errors_of((problem,)) else '！'} {problem.sentence}" for problem in group]
    errors, notices = len(errors_of(problems)), len(notices_of(problems))
    if errors:
        lines.append(f"共 {errors} 处错误要改" + (f"，{notices} 处提醒。" if notices else "。"))
    else:
        lines.append("配置没有错误" + (f"，有 {notices} 处提醒。" if notices else "。"))
    return "\n".join(lines)
