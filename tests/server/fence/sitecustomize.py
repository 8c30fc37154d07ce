"""Imported by every Python that starts with this folder on its path: what would leave the machine is written down and dropped.

Dropped means what a firewall does: the caller waits, and then learns that it failed.
"""

import ipaddress
import os
import socket
import time

WAIT = 3.0
_look_up, _connect = socket.getaddrinfo, socket.socket.connect


def _stays(host):
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _drop(what):
    with open(os.environ["FENCE_LOG"], "a", encoding="utf-8") as log:
        log.write(f"{what}\n")
    time.sleep(WAIT)
    raise OSError(f"the fence dropped {what}")


def getaddrinfo(host, *args, **kwargs):
    return _look_up(host, *args, **kwargs) if _stays(host) else _drop(f"look-up of {host}")


def connect(self, address):
    return _connect(self, address) if not isinstance(address, tuple) or _stays(address[0]) else _drop(f"connection to {address}")


def connect_ex(self, address):
    try:
        connect(self, address)
    except OSError as error:
        return error.errno or 1
    return 0


socket.getaddrinfo, socket.socket.connect, socket.socket.connect_ex = getaddrinfo, connect, connect_ex
