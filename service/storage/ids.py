"""Row ids: UUID version 7 (RFC 9562), made here so that bulk inserts need no answer from the database.

They rise with time, which keeps indexes compact, and say nothing about a person.
"""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = (milliseconds & (2**48 - 1)) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
