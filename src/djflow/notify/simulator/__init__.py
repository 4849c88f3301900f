"""The providers as they publish themselves, on this machine, with faults to order: rehearsals and tests send here.

Written from the providers' documents, apart from the channels, so that a mistake is not made twice.
"""

from djflow.notify.simulator.faults import Faults, parse_faults
from djflow.notify.simulator.rewriting import simulated
from djflow.notify.simulator.server import Simulator
from djflow.notify.simulator.world import Taken, digest

__all__ = ["Faults", "Simulator", "Taken", "digest", "parse_faults", "simulated"]
