"""A TCP proxy that misbehaves on command.

usage: fault_proxy.py PORT    passes connections on to 127.0.0.1:PORT, and prints the port that it listens on itself

Lines on standard input say what to do from then on:
  pass          be a good proxy
  cut           reset all connections now
  hole          swallow everything, and say nothing
  delay MS      pass every piece on that much later
  idle SECONDS  reset connections that were silent for so long, as many proxies do
"""

import asyncio
import sys
import time


class Proxy:
    def __init__(self, target):
        self.target = target
        self.hole = False
        self.delay = 0.0
        self.idle = None
        self.writers = set()

    def command(self, word, *arguments):
        if word == "cut":
            for writer in self.writers:
                writer.transport.abort()
            return
        self.hole, self.delay, self.idle = word == "hole", 0.0, None
        if word == "delay":
            self.delay = float(arguments[0]) / 1000
        elif word == "idle":
            self.idle = float(arguments[0])

    async def serve(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        ends = [writer, far_writer]
        self.writers.update(ends)
        activity = [time.monotonic()]
        watch = asyncio.create_task(self.watch(ends, activity))
        try:
            await asyncio.gather(self.pump(reader, far_writer, activity), self.pump(far_reader, writer, activity))
        except (ConnectionError, OSError):
            pass
        finally:
            watch.cancel()
            for end in ends:
                end.transport.abort()
            self.writers.difference_update(ends)

    async def watch(self, ends, activity):
        while True:
            await asyncio.sleep(0.1)
            if self.idle is not None and time.monotonic() - activity[0] > self.idle:
                for end in ends:
                    end.transport.abort()

    async def pump(self, reader, writer, activity):
        while data := await reader.read(65536):
            activity[0] = time.monotonic()
            while self.hole:
                await asyncio.sleep(0.05)
            if self.delay:
                await asyncio.sleep(self.delay)
            writer.write(data)
            await writer.drain()
        writer.write_eof()


async def main():
    proxy = Proxy(int(sys.argv[1]))
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        proxy.command(*line.split())
        print("done", line.strip(), flush=True)


asyncio.run(main())
