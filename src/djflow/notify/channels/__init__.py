"""Ways to reach people. Only the assembly may import this package."""

from djflow.notify.channels.local import Channel, FileChannel, MemoryChannel

__all__ = ["Channel", "FileChannel", "MemoryChannel"]
