"""`python -m djflow.notify.simulator`: runs the simulator until it is told to stop."""

import argparse
import asyncio
import signal
import sys

from djflow.core.errors import InputError
from djflow.notify.simulator.faults import Faults, parse_faults
from djflow.notify.simulator.server import Simulator


def main(arguments: list[str] | None = None) -> int:
    """Run the simulator; exit code 2 when a fault is not understood."""
    parser = argparse.ArgumentParser(prog="python -m djflow.notify.simulator", description="模拟短信和即时消息平台")
    parser.add_argument("--port", type=int, default=4290, help="端口，0 表示任选")
    parser.add_argument("--faults", default="", help="故障比例，如 html=0.05,reset_after=0.02")
    parser.add_argument("--seed", type=int, default=0, help="随机种子")
    parser.add_argument("--latency", type=float, default=20.0, help="每次答复的毫秒数")
    parser.add_argument("--time-scale", type=float, default=1.0, help="平台的时间比钟快几倍")
    chosen = parser.parse_args(arguments)
    try:
        faults = parse_faults(chosen.faults)
    except InputError as error:
        sys.stderr.write(error.message + "\n")
        return 2
    asyncio.run(_run(chosen, faults))
    return 0


async def _run(chosen: argparse.Namespace, faults: Faults) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for word in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(word, stop.set)
    simulator = Simulator(
        faults=faults, seed=chosen.seed, latency_ms=chosen.latency, time_scale=chosen.time_scale, port=chosen.port
    )
    async with simulator:
        sys.stdout.write(f"模拟平台在 {simulator.url}，按 Ctrl-C 结束\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    sys.exit(main())
