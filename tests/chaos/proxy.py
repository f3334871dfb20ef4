"""A port that stands for another one, and whose connections can be cut."""

import asyncio

from deploy.local.ports import HOST


class Proxy:
    """Listens on `port` for what is on `behind`. Where nothing listens behind it, it closes at once."""

    def __init__(self, port: int, behind: int) -> None:
        self.port, self.behind = port, behind
        self._open: set[_End] = set()

    async def start(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Front(self), HOST, self.port)

    def cut(self) -> int:
        """Resets every connection that there is; how many."""
        ends = list(self._open)
        for end in ends:
            end.abort()
        return len(ends) // 2

    def stop(self) -> None:
        self._server.close()
        self.cut()


class _End(asyncio.Protocol):
    """One side of a connection: hands what it reads to the other, and waits when that cannot take more."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._transport: asyncio.Transport | None = None
        self._other: _End | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._proxy._open.add(self)

    def data_received(self, data: bytes) -> None:
        if self._other and self._other._transport:
            self._other._transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._proxy._open.discard(self)
        if self._other and self._other._transport:
            self._other._transport.close()

    def pause_writing(self) -> None:
        if self._other and self._other._transport:
            self._other._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._other and self._other._transport:
            self._other._transport.resume_reading()

    def abort(self) -> None:
        if self._transport:
            self._transport.abort()


class _Front(_End):
    """The client's side; reads nothing until the other side is there."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert self._transport
        self._transport.pause_reading()
        self._dialling = asyncio.ensure_future(self._dial())

    async def _dial(self) -> None:
        try:
            back = _End(self._proxy)
            back._other = self
            await asyncio.get_running_loop().create_connection(lambda: back, HOST, self._proxy.behind)
        except OSError:
            self.abort()
        else:
            self._other = back
            if self._transport and not self._transport.is_closing():
                self._transport.resume_reading()
            else:
                back.abort()
