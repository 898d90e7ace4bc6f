"""The HTTP APIs of the node's own agents, and through them of their servers."""

import json
import os
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

from .system import DIRECT, direct


class ApiError(Exception):
    """An agent has refused, or does not answer."""


class Silent(ApiError):
    """An agent does not answer at all."""


class Denied(ApiError):
    """An agent wants a token, or one that may do more."""


#: Where tokens for these programs are, where ACLs are on: secrets of the node, each read anew for every request. Consul's needs agent:read, node:read
#: and operator:write, and on all nodes key:read and key:write below cos/CLUSTER/secrets; Nomad's servers need a management token, as leadership is
#: handed over by none else.
TOKENS = Path("/etc/cos")
#: Of Nomad's auth method that takes `Agent.login`: components/nomad-acl.
AUTH_METHOD = "cos"


@dataclass(frozen=True)
class Agent:
    """How a product's agent is asked."""

    name: str
    variable: str
    address: str
    header: str
    token: str
    #: Certificates of the authorities that its own certificate is by. Where the file is, its API on the node is by TLS; read anew for every request.
    authorities: Path | None = None
    #: File with what a token is got for, in place of one; below TOKENS.
    login: str | None = None

    def url(self) -> str:
        """URL of its API on the node."""
        return f"{'https' if self._has_tls() else 'http'}://{self.address}"

    def opener(self) -> urllib.request.OpenerDirector:
        """What asks it."""
        return direct(ssl.create_default_context(cafile=str(self.authorities))) if self._has_tls() else DIRECT

    def _has_tls(self) -> bool:
        return self.authorities is not None and self.authorities.exists()


#: On nodes its API is in clear, and on the loopback address alone; servers have another by TLS for those outside.
CONSUL = Agent("Consul", "CONSUL_HTTP_ADDR", "127.0.0.1:8500", "X-Consul-Token", "consul-token")
NOMAD = Agent("Nomad", "NOMAD_ADDR", "127.0.0.1:4646", "X-Nomad-Token", "nomad-token", Path("/etc/nomad.d/tls/ca.pem"), "nomad-login")


class Api:
    """An agent's. What fails raises ApiError."""

    def __init__(self, agent: Agent, token: str = "") -> None:
        """Asks with this token, or with what is below TOKENS."""
        self._agent = agent
        self._given = os.environ.get(agent.variable)
        self._token = token
        #: Of the last login.
        self._got = ""

    def answers(self) -> bool:
        """Whether the agent says anything, be it a refusal. Without a token, about which it might have to ask its servers."""
        try:
            self._send("GET", "agent/self", None, (), "", seconds=10)
        except Silent:
            return False
        except ApiError:
            pass
        return True

    def is_known(self) -> bool:
        """Whether servers know the token that it asks with. They are asked by what no agent remembers the answer to."""
        try:
            self.call("GET", "acl/token/self")
        except Denied:
            return False
        return True

    def call(self, method: str, path: str, body: Any = None, *, accept: tuple[int, ...] = ()) -> Any:
        """The JSON that is answered; nothing where the answer is empty. `accept` are codes of errors whose JSON counts."""
        return self._ask(method, path, body, accept, seconds=10)[0]

    def watch(self, path: str, index: int, *, seconds: int) -> tuple[Any, int]:
        """What is at a path of Consul once its index is not that any more, or after that time; None where there is nothing. And its index."""
        value, headers = self._ask("GET", f"{path}?index={index}&wait={seconds}s", None, (404,), seconds=seconds + 30)
        return value, int(headers.get("X-Consul-Index", 0))

    def _ask(self, method: str, path: str, body: Any, accept: tuple[int, ...], *, seconds: float) -> tuple[Any, Message]:
        held = bool(self._got)
        try:
            return self._send(method, path, body, accept, self._current(), seconds=seconds)
        except Denied:
            # It may have ended.
            self._got = ""
            if not held:
                raise
        return self._send(method, path, body, accept, self._current(), seconds=seconds)

    def _current(self) -> str:
        """The token; none where there is none to be had."""
        if self._token:
            return self._token
        token = TOKENS / self._agent.token
        if token.exists():
            return token.read_text().strip()
        login = TOKENS / self._agent.login if self._agent.login else None
        if not self._got and login is not None and login.exists():
            proof = {"AuthMethodName": AUTH_METHOD, "LoginToken": login.read_text().strip()}
            self._got = self._send("POST", "acl/login", proof, (), "", seconds=10)[0]["SecretID"]
        return self._got

    def _send(self, method: str, path: str, body: Any, accept: tuple[int, ...], token: str, *, seconds: float) -> tuple[Any, Message]:
        data = None if body is None else json.dumps(body).encode()
        headers = {self._agent.header: token} if token else {}
        request = urllib.request.Request(f"{(self._given or self._agent.url()).rstrip('/')}/v1/{path}", method=method, data=data, headers=headers)
        try:
            with self._agent.opener().open(request, timeout=seconds) as response:
                return _parsed(response.read()), response.headers
        except urllib.error.HTTPError as error:
            said = error.read()
            if error.code in accept:
                return _parsed(said), error.headers
            kind = Denied if error.code == 403 else ApiError
            raise kind(f"{self._agent.name} answers {error.code}: {said.decode(errors='replace').strip()}") from None
        except OSError as error:
            raise Silent(f"{self._agent.name} does not answer ({getattr(error, 'reason', error)})") from None
        except ValueError as error:
            raise ApiError(f"{self._agent.name} answers no JSON: {error}") from None


def _parsed(text: bytes) -> Any:
    return json.loads(text) if text.strip() else None
