"""Ways to reach people. Only the assembly may import this package.

`factory.build` makes a channel from its configuration; importing `plugins` teaches Apprise our URLs.
"""

from djflow.notify.channels.local import Channel, FileChannel, MemoryChannel

__all__ = ["Channel", "FileChannel", "MemoryChannel"]
