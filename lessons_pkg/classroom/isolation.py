"""Shut a process in, as far as the system offers it, and then run a student's notebook in it.

It is started by its path and imports nothing heavy before the doors are shut: only a process with one thread can be
given a user namespace. What worked is told to the parent, and stands in the table:

- memory: a limit for each process. Linux.
- processes: it sees none but its own, and when it ends, all that it has started ends with it. Linux.
- network: there is none. Linux.
- files: all are read-only, but for an empty folder of its own, which is gone when it ends. Linux 5.12 or newer.

Where a system refuses, as inside many containers, the process runs all the same, with the limits that are left. The
limit of time is the parent's, and works everywhere.
"""

import ctypes
import json
import os
import sys
from pathlib import Path

NEW_USER, NEW_PROCESSES, NEW_NETWORK, NEW_IPC, NEW_MOUNTS = 0x10000000, 0x20000000, 0x40000000, 0x08000000, 0x00020000
RECURSIVE, PRIVATE = 0x4000, 0x40000  # for mount
MOUNT_SETATTR, HERE, ALL_BELOW = 442, -100, 0x8000  # a system call that has no function, and its arguments
DIE_WITH_PARENT, KEEP_CAPABILITIES, NO_NEW_PRIVILEGES, SIGKILL = 1, 8, 38, 9
NOBODY, READ_ANYTHING = 65534, 1 << 2
MEGABYTE, FOLDER_SIZE, MORE_PROCESSES = 2**20, 256, 64


def libc(name: str, *arguments) -> int:
    """Call a function of the C library.

    Raises:
        OSError: if the system refuses.
    """
    result = getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return result


def control(option: int, value: int) -> None:
    """Set a property of this process."""
    libc("prctl", option, *map(ctypes.c_ulong, (value, 0, 0, 0)))


def shut_in(folder: str, hidden: list[str]) -> list[str]:
    """Leave the network, the other processes and the files behind; return which of them worked.

    Afterwards the process is another one, which the one that was started waits for.

    Args:
        folder: the one folder that may be written to.
        hidden: folders that are to look empty.
    """
    if sys.platform != "linux":
        return []
    control(DIE_WITH_PARENT, SIGKILL)
    active = []
    if os.geteuid() == 0 or worked(enter_user_namespace):
        flags = {"processes": NEW_PROCESSES | NEW_IPC, "network": NEW_NETWORK, "files": NEW_MOUNTS}
        active = [name for name, flag in flags.items() if worked(libc, "unshare", flag)]
    if "files" in active and not worked(mount, "none", "/", "none", RECURSIVE | PRIVATE):
        active.remove("files")  # without this step the next ones would be seen outside
    if "processes" in active:
        continue_as_child()  # the first in its namespace: when it ends, the system ends all the others
        if "files" not in active or not worked(mount, "proc", "/proc", "proc"):
            active.remove("processes")  # they end with it, and it can still see others
        continue_as_child()  # so that the student's code is not the first, which no signal can reach
    if "files" in active and not worked(close_files, folder, hidden):
        active.remove("files")
    worked(give_up_privileges, folder)
    return active


def worked(step, *arguments) -> bool:
    """Take a step; return whether the system let it."""
    try:
        step(*arguments)
    except OSError:
        return False
    return True


def enter_user_namespace() -> None:
    """Become, for this process alone, somebody who may make the other namespaces."""
    user, group = os.getuid(), os.getgid()
    libc("unshare", NEW_USER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", name).write_text(text)


def continue_as_child() -> None:
    """Go on as a child; the parent waits for it and ends as it did, and the child ends if the parent does."""
    child = os.fork()
    if child:
        while True:
            ended, status = os.wait()
            if ended == child:
                os._exit(abs(os.waitstatus_to_exitcode(status)))
    control(DIE_WITH_PARENT, SIGKILL)


def mount(what: str, where: str, kind: str, flags: int = 0, options: str = "") -> None:
    """Mount a file system."""
    libc("mount", what.encode(), where.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())


def close_files(folder: str, hidden: list[str]) -> None:
    """Let this process see all files read-only, some folders empty, and one, in memory, that it can write to."""
    read_only = (ctypes.c_uint64 * 4)(1)
    size = ctypes.c_size_t(ctypes.sizeof(read_only))
    libc("syscall", ctypes.c_long(MOUNT_SETATTR), HERE, b"/", ctypes.c_uint(ALL_BELOW), read_only, size)
    for where in sorted(hidden, key=len, reverse=True):  # a folder before the one that it stands in
        worked(mount, "tmpfs", where, "tmpfs", 0, "size=4k,mode=555")
    writable = f"size={FOLDER_SIZE}m,nr_inodes=10000,mode=1777"
    worked(mount, "tmpfs", "/dev/shm", "tmpfs", 0, writable)
    mount("tmpfs", folder, "tmpfs", 0, writable)


def give_up_privileges(folder: str) -> None:
    """Keep none of the rights that making namespaces has given; root becomes nobody, who may read.

    The course may stand in a folder that is closed to others. So root stays, without its powers, where a container
    has no right to read that nobody could keep.
    """
    permitted = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapPrm"))
    kept = int(permitted.split()[1], 16) & READ_ANYTHING if os.geteuid() == 0 else 0
    if kept:
        control(KEEP_CAPABILITIES, 1)
        os.chown(folder, NOBODY, NOBODY)
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    control(NO_NEW_PRIVILEGES, 1)
    libc("capset", (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(kept, kept))


def limit(seconds: float, memory: int) -> list[str]:
    """Limit what this process and those it starts may take; return which of "memory" worked.

    Args:
        seconds: of one processor; a backstop, for the parent keeps the time.
        memory: in MB, beyond what is taken now, with Python and torch.
    """
    try:
        import resource
    except ImportError:  # Windows
        return []
    most = {resource.RLIMIT_CORE: 0, resource.RLIMIT_CPU: int(seconds) + 1}
    most[resource.RLIMIT_FSIZE] = FOLDER_SIZE * MEGABYTE
    if sys.platform == "linux":
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        running = int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])
        most |= {resource.RLIMIT_AS: taken + memory * MEGABYTE, resource.RLIMIT_NPROC: running + MORE_PROCESSES}
    for what, value in most.items():
        _, highest = resource.getrlimit(what)
        value = value if highest == resource.RLIM_INFINITY else min(value, highest)
        resource.setrlimit(what, (value, value))
    return ["memory"] if resource.RLIMIT_AS in most else []


def main() -> None:
    """Read the job, shut the doors, and run it."""
    job = json.load(sys.stdin)
    channel = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    active = shut_in(job["folder"], job["hidden"])
    os.chdir(job["folder"])
    from lessons_pkg.classroom import child

    active += limit(job["seconds"], job["memory"])
    child.run(job, channel, active)


if __name__ == "__main__":
    main()
