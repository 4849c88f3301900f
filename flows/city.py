"""A city's rosters, one run per district. Districts share no people, so each is solved on its own.

The folder is the truth: a district whose figures stand beside its instance is done, so a city that was interrupted
goes on with the rest.
"""

from prefect.client.schemas.objects import FlowRun

from djflow.assembly import House
from djflow.assembly import city as desk
from flows.artifacts import Row, leave_table
from flows.city_forms import CityCode, DistrictCode
from flows.city_runs import run_title, start, wait
from flows.drafting import SolverLog
from flows.frame import Ending, attention, broken, done, program, step, stop, the_house
from flows.this_run import parameter

_WORDS = {"proven": "达到要求", "time_limit": "到时限", "best_effort": "尽力而为"}


@step("求解并写出文件")
def solve(house: House, city: str, district: str) -> desk.Result:
    """Solve one district and write its roster and figures."""
    return desk.solve_district(house, city, district, progress=SolverLog(), stop=stop)


@program("区县排班", lambda: run_title(parameter("city") or "", parameter("district") or ""))
async def roster_district(city: CityCode, district: DistrictCode) -> Ending:
    """Roster one district of a city."""
    found = await solve(city, district)
    return done(f"应排{found.places}人次，空缺{found.unfilled}，用时{found.seconds:.1f}秒。")


@step("查看区县文件")
def look(house: House, city: str) -> tuple[desk.District, ...]:
    """Return the districts of the city."""
    return desk.districts(house, city)


@program("城市排班", lambda: f"{parameter('city')}·城市排班")
async def roster_city(city: CityCode) -> Ending:
    """Roster every district of a city and leave a table of how each came out."""
    listed = await look(city)
    runs = await wait({each.code: await start(each) for each in listed})
    found = {each.code: desk.result(the_house(), each) for each in listed}
    rows = [_row(code, result, runs[code]) for code, result in found.items()]
    await leave_table(f"city-{city}", f"{city}·各区县排班结果", rows)
    missing = sum(result is None for result in found.values())
    empty = sum(result.unfilled for result in found.values() if result)
    if missing:
        return broken(
            f"{len(listed)}个区县里有{missing}个没有排出，原因见本次运行的表格；改好后再运行一次，只补排这些。"
        )
    sentence = f"{len(listed)}个区县都已排出，一共空缺{empty}处。"
    return attention(sentence) if empty else done(sentence)


def _row(district: str, found: desk.Result | None, run: FlowRun) -> Row:
    if found is None:
        why = run.state.message if run.state else None
        return {
            "区县": district,
            "应排人次": "",
            "空缺": "",
            "差距": "",
            "秒": "",
            "状态": f"没有排出：{why or '原因不明'}",
        }
    return {
        "区县": district,
        "应排人次": found.places,
        "空缺": found.unfilled,
        "差距": "未证明" if found.gap is None else f"{100 * found.gap:.2f}%",
        "秒": f"{found.seconds:.1f}",
        "状态": _WORDS[found.status],
    }
