# SPDX-License-Identifier: GPL-2.0-or-later
"""IP in IP (RFC 2003) made by hand: the kernel need not have it.

tunnel.py unpack <device>               what comes packed comes out of the device, which is of a tunnel's kind
tunnel.py ask <host> <address> <port>   a datagram to the address, packed up for the host, or plain if that is "-"; prints
                                        the answer
tunnel.py send <host> <address> <port>  the same, without waiting for any
"""
import fcntl
import os
import socket
import struct
import sys

IPIP, UDP = 4, 17
TUNSETIFF, TUNSETLINK, IFF_TUN_NO_PI = 0x400454ca, 0x400454cd, 0x1001
ARPHRD_TUNNEL = 768


def unpack(device):
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN_NO_PI))
    fcntl.ioctl(tun, TUNSETLINK, ARPHRD_TUNNEL)
    packed = socket.socket(socket.AF_INET, socket.SOCK_RAW, IPIP)
    print("unpacking", flush=True)
    while True:
        packet = packed.recv(65535)
        os.write(tun, packet[(packet[0] & 15) * 4:])


def checksum(header):
    total = sum(struct.unpack("!%dH" % (len(header) // 2), header))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return 0xffff ^ total


def ask(host, address, port, wait):
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    route = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    route.connect((address, port))
    own = route.getsockname()[0]
    listener.bind((own, 0))
    listener.settimeout(2)
    text = b"who?\n"
    datagram = struct.pack("!HHHH", listener.getsockname()[1], port, 8 + len(text), 0) + text
    head = [0x45, 0, 20 + len(datagram), 1, 0, 64, UDP, 0, socket.inet_aton(own), socket.inet_aton(address)]
    head[7] = checksum(struct.pack("!BBHHHBBH4s4s", *head))
    packed = socket.socket(socket.AF_INET, socket.SOCK_RAW, IPIP)
    for _ in range(10):
        if host == "-":
            listener.sendto(text, (address, port))
        else:
            packed.sendto(struct.pack("!BBHHHBBH4s4s", *head) + datagram, (host, 0))
        if not wait:
            return
        try:
            answer, source = listener.recvfrom(2048)
            break
        except socket.timeout:
            continue
    else:
        sys.exit("no answer")
    if source != (address, port):
        sys.exit("answer from %s:%u" % source)
    print(answer.decode().strip())


if sys.argv[1] == "unpack":
    unpack(sys.argv[2])
else:
    ask(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[1] == "ask")
