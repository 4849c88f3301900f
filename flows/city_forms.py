"""Typed forms of a city's rosters: codes of folders and files, nothing else."""

from typing import Annotated

from pydantic import Field

CityCode = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9-]{1,40}$",
        json_schema_extra={
            "title": "市的文件夹",
            "description": ".djflow/city 下的文件夹名，里面每个区县一个排班文件。",
        },
    ),
]
DistrictCode = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9-]{1,40}$",
        json_schema_extra={"title": "区县代码", "description": "排班文件的名字，不带 .json。"},
    ),
]
