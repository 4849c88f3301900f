"""`djflow init`: an office starts its own district; stoppable, repeatable, and nothing is overwritten unasked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import click

from djflow.assembly import House, create_house
from djflow.cli import tables
from djflow.cli.config import report
from djflow.cli.frame import home_of, say
from djflow.cli.interview import AtTerminal, FromFile, Interview, read_answers
from djflow.core.errors import InputError, RuleError
from djflow.settings.founding import (
    MARKETS,
    Beginning,
    Written,
    compose,
    digest_of,
    keep_beginning,
    read_beginning,
    write_config,
)
from djflow.settings.load import check
from djflow.settings.market_sheet import read_market_sheet
from djflow.settings.problems import errors_of
from djflow.settings.questions import QUESTIONS


@click.command("init", short_help="新建本区：问答、写配置、发模板、导入")
@click.option("--home", "own_home", metavar="目录", help="新区的目录；缺省同 djflow --home。")
@click.option(
    "--answers", "answers", metavar="文件", type=click.Path(path_type=Path), help="从 TOML 文件取答复，不提问。"
)
@click.option("--restart", is_flag=True, help="忘掉以前的答复，从头问起。")
@click.pass_context
def init(context: click.Context, own_home: str | None, answers: Path | None, *, restart: bool) -> None:
    """新建本区：问答、写配置、发 Excel 表、导入填好的表。随时可按 Ctrl-C 停下，再运行一次接着做。."""
    home = Path(own_home).resolve() if own_home else home_of(context)
    refuse_demonstration(home)
    interview: Interview = read_answers(answers) if answers else AtTerminal()
    start = _Start(home, interview, Beginning({}, read_beginning(_kept_at(home)).written))
    if not restart:
        start.beginning = read_beginning(_kept_at(home))
    try:
        ready = start.run()
    except click.Abort:
        say(f"\n已停下。答复保存在 {_kept_at(home)}，再运行一次 djflow init 接着做。")
        ready = False
    if not ready:
        context.exit(1)


def _kept_at(home: Path) -> Path:
    return home / ".djflow" / "init.toml"


def refuse_demonstration(home: Path) -> None:
    """Refuse a home whose configuration is the demonstration district.

    Raises: RuleError saying which folder, and how to use another.
    """
    try:
        content = tomllib.loads((home / "config" / "djflow.toml").read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return
    district = content.get("district")
    if isinstance(district, dict) and district.get("demonstration") is True:
        raise RuleError(
            f"{home} 是示范区，不能改成正式的区：请另选一个空目录，如 djflow init --home 目录。",
            code="init.demonstration",
        )


@dataclass(slots=True)
class _Start:
    """One run of the start; `beginning` is kept on disk after every step."""

    home: Path
    interview: Interview
    beginning: Beginning

    @property
    def folder(self) -> Path:
        return self.home / tables.FOLDER

    def run(self) -> bool:
        """Go through all steps and return whether nothing is left to mend."""
        self._ask()
        chosen = self._tables_to_import()
        markets_fit = self._write_config(chosen.pop(tables.MARKETS, None))
        problems = check(self.home)
        if errors_of(problems):
            say(report(problems))
            return False
        house = create_house(self.home, kind="district")
        try:
            tables_fit = self._import(house, chosen)
            self._keep(written=tables.hand_out(house, self.folder, self.beginning.written))
            self._tell_the_end(house)
        finally:
            house.database.engine.dispose()
        return markets_fit and tables_fit

    def _keep(self, *, answers: Mapping[str, str] | None = None, written: Mapping[str, str] | None = None) -> None:
        if answers is not None:
            self.beginning = replace(self.beginning, answers=answers)
        if written is not None:
            self.beginning = replace(self.beginning, written=written)
        keep_beginning(_kept_at(self.home), self.beginning)

    def _ask(self) -> None:
        from_file = self.interview.answers if isinstance(self.interview, FromFile) else {}
        open_questions = [one for one in QUESTIONS if one.key not in self.beginning.answers or one.key in from_file]
        if not open_questions:
            say("问题都答过了；要改可直接改 config/，或用 djflow init --restart 从头问。")
        elif not isinstance(self.interview, FromFile):
            say(f"新建本区，目录 {self.home}。")
            say(f"共 {len(open_questions)} 个问题，直接回车取方括号里的缺省值；Ctrl-C 停下。")
        for question in open_questions:
            self._keep(answers={**self.beginning.answers, question.key: self.interview.ask(question)})

    def _tables_to_import(self) -> dict[str, Path]:
        if isinstance(self.interview, FromFile):
            found: Mapping[str, Path] = self.interview.files
        else:
            found = tables.filled(self.folder, self.beginning.written)
        if not found or not self.interview.may_import(tuple(path.name for path in found.values())):
            return {}
        return {name: found[name] for name in tables.FILES if name in found}

    def _write_config(self, market_table: Path | None) -> bool:
        markets, fits = self._read_markets(market_table)
        composed = dict(compose(self.beginning.answers, markets))
        if markets is None and (self.home / "config" / MARKETS).exists():
            del composed[MARKETS]  # no new table: what stands there stays
        written = write_config(self.home, composed, self.beginning.written, self.interview.may_replace)
        hashes = dict(written.hashes)
        if market_table is not None and fits:
            hashes[tables.imported_key(market_table)] = digest_of(market_table.read_bytes())
        self._keep(written=hashes)
        say(_what_was_written(written))
        return fits

    def _read_markets(self, table: Path | None) -> tuple[str | None, bool]:
        if table is None:
            return None, True
        try:
            sheet = read_market_sheet(table)
        except InputError as error:
            say(f"✗ {table.name}：{error.message}")
            return None, False
        if sheet.rejected:
            say(tables.rejections(table, sheet.rejected))
            return None, False
        say(f"✓ {table.name}：{sheet.rows} 个场。")
        return sheet.tables, True

    def _import(self, house: House, chosen: Mapping[str, Path]) -> bool:
        fits = True
        for name, path in chosen.items():
            try:
                result = tables.import_table(house, name, path)
            except InputError as error:
                say(f"✗ {path.name}：{error.message}")
                fits = False
                continue
            say(tables.report_of(path, result))
            if result.rejected:
                fits = False
            else:
                digest = digest_of(path.read_bytes())
                self._keep(written={**self.beginning.written, tables.imported_key(path): digest})
        return fits

    def _tell_the_end(self, house: House) -> None:
        strangers = tables.townships_without_unit(house)
        if strangers:
            say(f"！场镇表里的 {'、'.join(strangers)} 在单位表里没有同名的单位，请核对。")
        say(report(check(self.home)))
        say(
            "接下来：\n"
            f"  1. 填 {self.folder} 里的表（先单位，再人员；场镇表随时可填），再运行一次 djflow init 导入；\n"
            "  2. djflow doctor 看还缺什么；\n"
            "  3. djflow up 启动；每月18日自动起草下月值班表，也可随时手动。"
        )


def _what_was_written(written: Written) -> str:
    parts = [
        (f"新写 {len(written.fresh)} 个文件", written.fresh),
        (f"更新 {'、'.join(written.renewed)}", written.renewed),
        (f"保留改过的 {'、'.join(written.kept)}", written.kept),
    ]
    told = "；".join(text for text, files in parts if files)
    return f"config/：{told}。" if told else "config/：没有变化。"
