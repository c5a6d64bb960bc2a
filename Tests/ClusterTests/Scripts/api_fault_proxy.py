"""A proxy before a Kubernetes API that understands HTTP, and misbehaves on command.

usage: api_fault_proxy.py PORT    passes requests on to 127.0.0.1:PORT, and prints the port that it listens on itself

Lines on standard input say what to do from then on; each is answered with a line that ends with the number of requests
refused so far:
  pass            be a good proxy
  lag SECONDS     let everything that watches tell come that much later, and nothing else
  refuse SHARE    answer this share of the requests (from 0 to 1) with 429 and Retry-After, or with 503
  uncreating      answer each request for a pod to be created with 503
  forget COUNT    answer so many execs as a node does that has just started and has not heard of its pods yet
"""

import asyncio
import contextlib
import json
import random
import sys
import time

# A request's head: longer than any of labgate's.
HEAD_BYTE_COUNT = 1 << 20
PIECE_BYTE_COUNT = 1 << 16


class Proxy:
    def __init__(self, target):
        self.target = target
        self.lag = 0.0
        self.share = 0.0
        self.uncreating = False
        self.forgotten = 0
        self.refused = 0
        # The same each time: a run can be repeated as far as the order of requests is the same.
        self.random = random.Random(1)

    def command(self, word, *arguments):
        self.lag = float(arguments[0]) if word == "lag" else 0.0
        self.share = float(arguments[0]) if word == "refuse" else 0.0
        self.uncreating = word == "uncreating"
        self.forgotten = int(arguments[0]) if word == "forget" else 0

    def refusal(self, head):
        """An answer in the API server's place; nothing if the request is to be passed on."""
        line = head.split(b"\r\n")[0]
        if self.uncreating and line.startswith(b"POST ") and line.split()[1].split(b"?")[0].endswith(b"/pods"):
            self.refused += 1
            return self.answer(503, "Service Unavailable", b"")
        if self.forgotten and b"/exec?" in line:
            self.forgotten -= 1
            self.refused += 1
            # The kubelet's own, which an API server passes on.
            body = b"pod does not exist"
            return (b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\n"
                    + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        if self.random.random() >= self.share:
            return None
        self.refused += 1
        return self.answer(*self.random.choice([
            (429, "Too Many Requests", b"Retry-After: 1\r\n"), (503, "Service Unavailable", b"")]))

    @staticmethod
    def answer(code, reason, header):
        body = json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code,
                           "reason": reason.replace(" ", ""), "message": "the proxy wants it so"}).encode()
        return (f"HTTP/1.1 {code} {reason}\r\nContent-Type: application/json\r\n".encode() + header
                + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)

    async def serve(self, near_reader, near_writer):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target, limit=HEAD_BYTE_COUNT)
        answers = Answers(self, far_reader, near_writer)
        tasks = [asyncio.create_task(work) for work in (
            self.requests(near_reader, near_writer, far_writer, answers), answers.read(), answers.write())]
        try:
            # The answers' end is the connection's; a client that has asked everything may still wait for some.
            await asyncio.wait([tasks[0], tasks[2]], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for writer in (near_writer, far_writer):
                writer.transport.abort()

    async def requests(self, near_reader, near_writer, far_writer, answers):
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await near_reader.readuntil(b"\r\n\r\n")
                body = await near_reader.readexactly(self.length(head))
                # labgate does not ask again on a connection before it has the answer: there is none on its way.
                if refusal := self.refusal(head):
                    near_writer.write(refusal)
                    continue
                answers.begin(is_watch=b"watch=true" in head.split(b"\r\n")[0])
                far_writer.write(head + body)
                if b"\r\nupgrade:" in head.lower():
                    await self.pump(near_reader, far_writer)
                    return

    @staticmethod
    def length(head):
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                return int(value)
        return 0

    @staticmethod
    async def pump(reader, writer):
        while data := await reader.read(PIECE_BYTE_COUNT):
            writer.write(data)
            await writer.drain()


class Answers:
    """What comes back on a connection, each piece in its time."""

    def __init__(self, proxy, reader, writer):
        self.proxy, self.reader, self.writer = proxy, reader, writer
        self.is_watch = self.is_first = False
        self.pieces = asyncio.Queue()

    def begin(self, is_watch):
        self.is_watch, self.is_first = is_watch, True

    async def read(self):
        with contextlib.suppress(ConnectionError):
            while data := await self.reader.read(PIECE_BYTE_COUNT):
                # The head comes at once: the API server has taken the watch on.
                lag = self.proxy.lag if self.is_watch and not self.is_first else 0.0
                self.is_first = False
                self.pieces.put_nowait((time.monotonic() + lag, data))
        self.pieces.put_nowait((0.0, b""))

    async def write(self):
        with contextlib.suppress(ConnectionError):
            while True:
                due, data = await self.pieces.get()
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                if not data:
                    return
                self.writer.write(data)
                await self.writer.drain()


async def main():
    proxy = Proxy(int(sys.argv[1]))
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=HEAD_BYTE_COUNT)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        proxy.command(*line.split())
        print("done", line.strip(), proxy.refused, flush=True)


asyncio.run(main())
