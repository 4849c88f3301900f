"""Artifacts of a run: written once per run and draft, although a suspended run starts again from the top."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from prefect import get_client
from prefect.artifacts import Artifact, ImageArtifact, MarkdownArtifact, TableArtifact
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterKey

from djflow.roster.views import DifferenceLine
from flows.this_run import run_id

Row = Mapping[str, str | int]


async def leave_text(key: str, title: str, text: str) -> None:
    """Leave a page of Markdown."""
    await _leave(key, MarkdownArtifact(key=key, description=title, markdown=text))


async def leave_table(key: str, title: str, rows: Sequence[Row]) -> None:
    """Leave a table; an empty one is left out."""
    if rows:
        await _leave(key, TableArtifact(key=key, description=title, table=[dict(row) for row in rows]))


async def leave_files(key: str, title: str, links: Mapping[str, str]) -> None:
    """Leave every picture on its own and one page with the addresses of everything else."""
    pictures = {label: address for label, address in links.items() if _is_picture(address)}
    for number, (label, address) in enumerate(pictures.items(), start=1):
        name = f"{key}-picture-{number}"
        await _leave(name, ImageArtifact(key=name, description=f"{title}·{label}", image_url=address))
    page = "\n".join(f"- [{label}]({address})" for label, address in links.items())
    await leave_text(f"{key}-files", f"{title}·下载", f"## 下载\n\n{page}")


def _is_picture(address: str) -> bool:
    return PurePosixPath(unquote(urlsplit(address).path)).suffix in {".png", ".svg"}


async def _leave(key: str, artifact: Artifact) -> None:
    async with get_client() as client:
        present = await client.read_artifacts(
            artifact_filter=ArtifactFilter(
                key=ArtifactFilterKey(any_=[key]), flow_run_id=ArtifactFilterFlowRunId(any_=[run_id()])
            )
        )
        if all(known.description != artifact.description for known in present):
            await artifact.acreate(client)


def difference_rows(lines: Sequence[DifferenceLine]) -> tuple[Row, ...]:
    """Return one row per place that differs between two versions, people by code."""
    return tuple(
        {
            "日期": line.on.isoformat(),
            "场镇": line.market_name,
            "岗位": line.post,
            "原": line.before_code or "（空缺）",
            "现": line.after_code or "（空缺）",
            "原因": line.why,
        }
        for line in lines
    )
