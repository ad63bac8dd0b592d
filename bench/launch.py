"""Run a command, for `contest.Process`: `python -I -S launch.py FD COMMAND…`

Writes to the file descriptor FD: seconds from start to end, peak memory in KiB, exit status. Linux
counts the memory of the program that starts another one as that one's own, up to `exec`. So a
small program must do it, and this one loads almost nothing.
"""

import os
import sys
import time

began = time.perf_counter()
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
seconds = time.perf_counter() - began
code = os.waitstatus_to_exitcode(status)
os.write(int(sys.argv[1]), f"{seconds} {usage.ru_maxrss} {code}".encode())
