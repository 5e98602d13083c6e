"""The ext4 emergency shutdown without flushing the log: for everything that is not fsynced, a power cut."""
import fcntl
import os
import struct

_EXT4_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32)
_NO_LOG_FLUSH = 2


def cut_power(mount_point):
    handle = os.open(mount_point, os.O_RDONLY)
    try:
        fcntl.ioctl(handle, _EXT4_IOC_SHUTDOWN, struct.pack("I", _NO_LOG_FLUSH))
    finally:
        os.close(handle)
