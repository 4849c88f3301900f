"""Ways to reach people. Only the assembly may import this package.

`factory.build` makes a channel from its configuration; it is not imported here because Apprise takes its time.
"""

from djflow.notify.channels.local import Channel, FileChannel, MemoryChannel

__all__ = ["Channel", "FileChannel", "MemoryChannel"]
