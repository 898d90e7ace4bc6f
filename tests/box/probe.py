"""Finds out who can connect to whom.

probe.py listen [PROTOCOL PORT]...             answers on ports of all its addresses; prints `ready` once it does
probe.py connect SECONDS < lines of JSON       tries [ADDRESS, PROTOCOL, PORT] a line, all at once; prints those that answer
"""

import asyncio
import json
import sys


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)


class Answer(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answered = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self.answered.done():
            self.answered.set_result(True)

    def error_received(self, exc: Exception) -> None:
        if not self.answered.done():
            self.answered.set_exception(exc)


async def listen(ports: list[str]) -> None:
    for protocol, port in zip(ports[::2], ports[1::2]):
        if protocol == "tcp":
            await asyncio.start_server(lambda _, writer: writer.close(), "0.0.0.0", int(port))
        else:
            await asyncio.get_running_loop().create_datagram_endpoint(Echo, local_addr=("0.0.0.0", int(port)))
    print("ready", flush=True)
    await asyncio.Event().wait()


async def answers(address: str, protocol: str, port: int) -> None:
    if protocol == "tcp":
        _, writer = await asyncio.open_connection(address, port)
        writer.close()
        return
    transport, answer = await asyncio.get_running_loop().create_datagram_endpoint(Answer, remote_addr=(address, port))
    try:
        while not answer.answered.done():
            transport.sendto(b"?")
            await asyncio.wait([answer.answered], timeout=0.5)
        answer.answered.result()
    finally:
        transport.close()


async def connect(seconds: float) -> None:
    async def attempt(target: list) -> None:
        try:
            await asyncio.wait_for(answers(*target), seconds)
        except (OSError, asyncio.TimeoutError):
            return
        print(json.dumps(target), flush=True)

    await asyncio.gather(*(attempt(json.loads(line)) for line in sys.stdin))


asyncio.run(listen(sys.argv[2:]) if sys.argv[1] == "listen" else connect(float(sys.argv[2])))
