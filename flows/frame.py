"""What every flow is made of: the house, a step that is one service call, a program that ends in a Chinese sentence.

A step runs in a worker thread, so that the engine's heartbeat goes on while the solver works. Nothing is persisted:
a suspended run starts again from the top, reads the row's state and finds what is already done.
"""

import asyncio
import functools
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from prefect import Flow, State, Task, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import FlowRun, TaskRun
from prefect.states import Completed, Failed

from djflow.assembly import House, open_house
from djflow.core.errors import DjflowError
from flows import failures

P = ParamSpec("P")
R = TypeVar("R")
Ending = State[None]
Body = Callable[P, Coroutine[Any, Any, Ending]]

COORDINATOR = "prefect:coordinator"
SCHEDULE = "schedule"

_RETRY_SECONDS = [1.0, 5.0, 20.0]
_leaving = threading.Event()


class RunStoppedError(DjflowError):
    """The run was cancelled or djflow is stopping; nothing was stored."""

    code = "run_stopped"


@functools.cache
def the_house() -> House:
    """Return the house of this process; a flow run is one process."""
    return open_house()


def stop() -> bool:
    """Return False while the run goes on; the solver asks often.

    Raises: RunStoppedError when the run is being cancelled, so that no half-searched roster is stored.
    """
    if _leaving.is_set():
        raise RunStoppedError("这次运行被取消，没有保存任何结果；需要时请重新运行。")
    return False


def step(title: str) -> Callable[[Callable[Concatenate[House, P], R]], Callable[P, Coroutine[Any, Any, R]]]:
    """Make a task of one service call `act(house, …)`; a retryable refusal is tried again after 1, 5 and 20 s."""

    def wrap(act: Callable[Concatenate[House, P], R]) -> Callable[P, Coroutine[Any, Any, R]]:
        async def call(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return await asyncio.to_thread(act, the_house(), *args, **kwargs)
            except asyncio.CancelledError:
                _leaving.set()
                raise

        return task(
            name=title,
            description=act.__doc__,
            cache_policy=NO_CACHE,
            persist_result=False,
            retries=len(_RETRY_SECONDS),
            retry_delay_seconds=_RETRY_SECONDS,
            retry_condition_fn=_is_retryable,
        )(call)

    return wrap


async def _is_retryable(_task: Task[..., object], _run: TaskRun, state: State[object]) -> bool:
    error = await state.aresult(raise_on_failure=False)
    return isinstance(error, DjflowError) and error.retryable


def program(title: str, run_name: Callable[[], str]) -> Callable[[Body[P]], Flow[P, Coroutine[Any, Any, Ending]]]:
    """Make a flow whose refusals end in their own Chinese sentence instead of a traceback."""

    def wrap(body: Body[P]) -> Flow[P, Coroutine[Any, Any, Ending]]:
        @functools.wraps(body)
        async def run(*args: P.args, **kwargs: P.kwargs) -> Ending:
            try:
                return await body(*args, **kwargs)
            except DjflowError as error:
                return Failed(message=error.message)

        made = flow(name=title, flow_run_name=run_name, persist_result=False, on_failure=[_tell], on_crashed=[_tell])
        return made(run)

    return wrap


async def _tell(flow: object, flow_run: FlowRun, state: object) -> None:
    """Tell the office that a run failed; when even that fails, the sweep finds the run."""
    _ = flow, state
    await asyncio.to_thread(failures.tell, the_house(), flow_run)


def done(message: str) -> Ending:
    """Return the end of a run that found nothing wrong."""
    return Completed(message=message)


def attention(message: str) -> Ending:
    """Return the end of a run that worked but found something a person must look after."""
    return Completed(name="需要处理", message=message)


def broken(message: str) -> Ending:
    """Return the end of a run that found damage; shown in red."""
    return Failed(message=message)
