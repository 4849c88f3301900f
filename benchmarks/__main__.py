"""Runs benchmarks, each in a process of its own so that memory figures are its own: `make bench [only="NAME …"]`."""

import subprocess
import sys

ALL = (
    "market_days",
    "people_import",
    "board",
    "outbox",
    "roster",
    "city",
    "ledger",
    "fund_board",
    "approvals",
    "sweeps",
    "dispatch",
    "documents",
)


def main(names: list[str]) -> int:
    """Run the named benchmarks, all of them without names; return the worst exit code."""
    worst = 0
    for name in names or ALL:
        print(f"\n== {name} ==", flush=True)
        worst = max(worst, subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
