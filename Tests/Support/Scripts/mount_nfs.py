#!/usr/bin/python3
"""mount.nfs for a kernel without an NFS client: what mount(8) runs for `mount -t nfs SERVER:PATH FOLDER -o OPTIONS`.

Speaks NFSv4 through libnfs and shows the export by FUSE, read-only. It takes the arguments of the program that it stands
in for (mount.nfs(8)), fails with its words and status, and returns, like that, when the export is mounted.
"""

import argparse
import ctypes
import errno
import os
import socket
import stat
import sys

import fusepy as fuse

FAILED = 32  # mount(8): mount failure

STAT_FIELDS = (
    "dev ino mode nlink uid gid rdev size blksize blocks "
    "atime mtime ctime atime_nsec mtime_nsec ctime_nsec used").split()


class Stat(ctypes.Structure):
    """struct nfs_stat_64"""
    _fields_ = [(name, ctypes.c_uint64) for name in STAT_FIELDS]


class Entry(ctypes.Structure):
    """The beginning of struct nfsdirent."""
    _fields_ = [("next", ctypes.c_void_p), ("name", ctypes.c_char_p), ("inode", ctypes.c_uint64)]


libnfs = ctypes.CDLL("libnfs.so.13")
libnfs.nfs_init_context.restype = ctypes.c_void_p
libnfs.nfs_get_error.restype = ctypes.c_char_p
libnfs.nfs_readdir.restype = ctypes.POINTER(Entry)
libnfs.nfs_pread.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_char_p]


class Export(fuse.Operations):
    def __init__(self, server, path):
        self.context = ctypes.c_void_p(libnfs.nfs_init_context())
        libnfs.nfs_set_version(self.context, 4)
        # As a soft mount: what has it mounted can still be ended when the server is gone.
        libnfs.nfs_set_autoreconnect(self.context, 3)
        self.call("nfs_mount", server.encode(), path.encode())

    def call(self, function, *arguments):
        """Calls a function of libnfs's that returns 0 or more, or an error number below it."""
        result = getattr(libnfs, function)(self.context, *arguments)
        if result < 0:
            raise OSError(-result, (libnfs.nfs_get_error(self.context) or b"").decode())
        return result

    def getattr(self, path, handle=None):
        found = Stat()
        self.call("nfs_lstat64", path.encode(), ctypes.byref(found))
        return {"st_" + name: getattr(found, name) for name in "mode nlink uid gid size atime mtime ctime".split()}

    def access(self, path, mode):
        if mode & os.W_OK:
            raise OSError(errno.EROFS, path)

    def readdir(self, path, handle):
        folder = ctypes.c_void_p()
        self.call("nfs_opendir", path.encode(), ctypes.byref(folder))
        while entry := libnfs.nfs_readdir(self.context, folder):
            yield entry.contents.name.decode()
        libnfs.nfs_closedir(self.context, folder)

    def readlink(self, path):
        target = ctypes.create_string_buffer(os.pathconf("/", "PC_PATH_MAX"))
        self.call("nfs_readlink", path.encode(), target, len(target))
        # This libnfs reads on where the server's answer has no padding (its issue 338).
        return target.value[:self.getattr(path)["st_size"]].decode()

    def open(self, path, flags):
        handle = ctypes.c_void_p()
        self.call("nfs_open", path.encode(), os.O_RDONLY, ctypes.byref(handle))
        return handle.value

    def read(self, path, size, offset, handle):
        buffer = ctypes.create_string_buffer(size)
        count = self.call("nfs_pread", handle, offset, size, buffer)
        return buffer.raw[:count]

    def release(self, path, handle):
        return self.call("nfs_close", ctypes.c_void_p(handle))


def main():
    parser = argparse.ArgumentParser(prog="mount.nfs")
    parser.add_argument("source")
    parser.add_argument("folder")
    parser.add_argument("-o", dest="options", default="")
    # To pass over options that it does not know, and to write nothing to mtab.
    for flag in "-s", "-n", "-v":
        parser.add_argument(flag, action="store_true")
    arguments = parser.parse_args()
    server, _, path = arguments.source.rpartition(":")
    server = server.strip("[]")
    options = arguments.options.split(",")
    try:
        if not server:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        socket.getaddrinfo(server, None)
    except socket.gaierror as error:
        sys.exit(fail(f"Failed to resolve server {server}: {error.strerror}"))
    if "ro" not in options:
        sys.exit(fail("this one can mount an export read-only alone"))
    try:
        export = Export(server, path)
        if not stat.S_ISDIR(export.getattr("/")["st_mode"]):
            raise OSError(errno.ENOTDIR, path)
    except OSError as error:
        reason = os.strerror(error.errno)
        sys.exit(fail(f"mounting {arguments.source} failed, reason given by server: {reason} ({error.strerror})"))
    fuse.FUSE(
        export, arguments.folder, fsname=arguments.source, subtype="nfs", ro=True, allow_other=True,
        default_permissions=True, nothreads=True)


def fail(reason):
    print(f"mount.nfs: {reason}", file=sys.stderr)
    return FAILED


main()
