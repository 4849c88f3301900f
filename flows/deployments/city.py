"""Deployments of a whole city: each district its roster."""

from flows import city
from flows.city_runs import POOL
from flows.serving import ENQUEUE, Deployment

_WORKERS_AT_MOST = 64

DEPLOYMENTS = (
    Deployment(
        "roster-city",
        city.roster_city,
        "排一个市",
        "一个市的各个区县各排各的：每个区县一次运行，全部结束后留下一张结果表。"
        "\n\n先在文件夹里给每个区县放一个排班文件。再运行一次只补排没有排出或改过的区县。",
        ("市级排班", "手动"),
        ENQUEUE,  # one city after the other; a second one at once would only take the runner's last place
    ),
    Deployment(
        "roster-district",
        city.roster_district,
        "排一个区县",
        "由“排一个市”启动：排出一个区县的值班表，写在排班文件旁边。",
        ("市级排班",),
        ENQUEUE,
        at_once=_WORKERS_AT_MOST,  # each worker has its own limit
        pool=POOL,
    ),
)
