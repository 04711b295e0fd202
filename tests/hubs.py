"""A model hub on this machine that speaks Hugging Face's protocol, well or badly."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from servers import Received, Reply

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PIECE = 1 << 16


@dataclass
class Hub:
    """Serves `files` of `repository`; `fault` is what goes wrong, `faults_left` how often."""

    files: dict[str, bytes]
    repository: str = "someone/Small-GGUF"
    licence: str = "apache-2.0"
    gated: Any = False
    fault: str = ""
    faults_left: int = 1
    redirect: bool = False
    card: dict[str, Any] = field(default_factory=dict)
    served: list[tuple[str, int]] = field(default_factory=list)
    on_piece: Callable[[int], None] | None = None

    async def handle(self, request: Received, reply: Reply) -> None:
        path = unquote(urlsplit(request.path).path)
        if path.startswith(f"/api/models/{self.repository}/revision/"):
            await reply.json(self.details())
        elif path.startswith((f"/{self.repository}/resolve/{COMMIT}/", "/store/")):
            name = path.split(f"/{COMMIT}/")[-1].removeprefix("/store/")
            if self.redirect and not path.startswith("/store/"):
                await reply.whole(b"", 302, location=f"/store/{name}")
            elif name in self.files:
                await self._file(name, request, reply)
            else:
                await reply.whole(b"", 404)
        else:
            await reply.json({"error": "Repository not found"}, 404)

    def details(self) -> dict[str, Any]:
        siblings = [
            {
                "rfilename": name,
                "size": len(content),
                "lfs": {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)},
            }
            for name, content in self.files.items()
        ]
        siblings.append({"rfilename": "README.md", "size": 10})
        card = {"license": self.licence} | self.card
        return {"id": self.repository, "sha": COMMIT, "gated": self.gated, "cardData": card, "siblings": siblings}

    def _faulty(self) -> str:
        if not self.fault or self.faults_left <= 0:
            return ""
        self.faults_left -= 1
        return self.fault

    async def _file(self, name: str, request: Received, reply: Reply) -> None:
        content, start = self.files[name], 0
        wanted = request.headers.get("range", "")
        if wanted.startswith("bytes="):
            start = int(wanted.removeprefix("bytes=").split("-")[0])
        fault = self._faulty()
        self.served.append((name, start))
        if fault == "other bytes":
            content = bytes(len(content))
        if fault == "500":
            await reply.whole(b"", 500)
            return
        if fault == "no ranges":
            start = 0
        told = start + 7 if fault == "wrong range" else start
        more = {"content-length": str(len(content) - start)}
        if wanted and fault != "no ranges":
            more["content-range"] = f"bytes {told}-{len(content) - 1}/{len(content)}"
        status = 206 if "content-range" in more else 200
        await reply.begin(status, "application/octet-stream", **more)
        end = start + (len(content) - start) // 2 if fault in ("cut", "stall") else len(content)
        for place in range(start, end, PIECE):
            await reply.raw(content[place : min(place + PIECE, end)])
            if self.on_piece is not None:
                self.on_piece(place)
        if fault == "cut":
            await reply.cut()
        if fault == "stall":
            await asyncio.sleep(60)
