"""Keys that the simulator knows; they open nothing else."""

from typing import Final

KEY_ID: Final = "SIMULATORKEYID"
SECRET: Final = "simulator-secret"  # noqa: S105 - opens the simulator only
CORP: Final = "wwsimulator"
APP: Final = "1400000000"
ENTERPRISE: Final = "模拟单位"
CALLBACK_TOKEN: Final = "simulatortoken"  # noqa: S105 - the same
CALLBACK_AES: Final = "c2ltdWxhdG9yLXNpbXVsYXRvci1zaW11bGF0b3ItMDE"
