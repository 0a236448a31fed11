"""The computer's processes: which there are, when each started, and the end of exactly one.

| offered | Linux | macOS | Windows |
|---|---|---|---|
| all of them, and since when | /proc | `proc_pidinfo` | a snapshot, and handles |
| whose they are (`is_marked`) | environment | environment (KERN_PROCARGS2) | the run's job object |
| an end for exactly one | pidfd | number, looked at just before | handle |
| a wish to end, to start anew | signals | signals | named events |
| news of an end (`watch_end`) | pidfd | kqueue | None: looked at now and then |
"""

import sys

from llmgw_desktop.platform.marks import MARKER, EndHandle, ProcessMark, Seen

if sys.platform == "win32":
    from llmgw_desktop.platform.processes_windows import (
        all_processes,
        ask_anew,
        ask_to_end,
        boot_id,
        command_line,
        hear_anew,
        hear_end,
        hear_no_more,
        is_marked,
        is_there,
        kill,
        kill_child,
        reap,
        session_of,
        started_ticks,
        user_name,
        watch_end,
    )
else:
    from llmgw_desktop.platform.processes_posix import (
        ask_anew,
        hear_anew,
        hear_end,
        hear_no_more,
        is_there,
        kill_child,
        reap,
        session_of,
        user_name,
    )

    if sys.platform == "linux":
        from llmgw_desktop.platform.processes_linux import (
            all_processes,
            ask_to_end,
            boot_id,
            command_line,
            is_marked,
            kill,
            started_ticks,
            watch_end,
        )
    elif sys.platform == "darwin":
        from llmgw_desktop.platform.processes_macos import (
            all_processes,
            ask_to_end,
            boot_id,
            command_line,
            is_marked,
            kill,
            started_ticks,
            watch_end,
        )
    else:
        from llmgw_desktop.platform.processes_posix import (
            all_processes,
            ask_to_end,
            boot_id,
            command_line,
            is_marked,
            kill,
            started_ticks,
            watch_end,
        )

__all__ = [
    "MARKER",
    "EndHandle",
    "ProcessMark",
    "Seen",
    "all_processes",
    "ask_anew",
    "ask_to_end",
    "boot_id",
    "command_line",
    "hear_anew",
    "hear_end",
    "hear_no_more",
    "is_marked",
    "is_there",
    "kill",
    "kill_child",
    "reap",
    "session_of",
    "started_ticks",
    "user_name",
    "watch_end",
]
