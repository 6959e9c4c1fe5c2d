"""A passkey device made of software: it signs what it is asked to, and lies where a test wants it to."""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256

USER_PRESENT, USER_VERIFIED, HAS_CREDENTIAL = 0x01, 0x04, 0x40
ORIGIN = "https://console.example"


def text(octets: bytes) -> str:
    """In base64url."""
    return urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def octets(text: str) -> bytes:
    """From base64url."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """One device with one passkey. Its answers are JSON, as a browser's script sends them."""

    origin: str = ORIGIN
    party: str = "console.example"
    verifies: bool = True
    count: int = 0
    handle: bytes | None = None
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    cross_origin: bool = False

    def make(self, options: dict[str, Any], **others: str) -> str:
        """The answer to navigator.credentials.create."""
        asked = options["publicKey"]
        self.handle = octets(asked["user"]["id"])
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        whole = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + public
        data = self._data(HAS_CREDENTIAL) + whole
        client = self._client(others.get("type", "webauthn.create"), asked["challenge"])
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(made)})

    def prove(self, options: dict[str, Any], **others: str) -> str:
        """The answer to navigator.credentials.get."""
        client = self._client(others.get("type", "webauthn.get"), options["publicKey"]["challenge"])
        data = self._data(0)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature)}
        if self.handle is not None:
            response["userHandle"] = text(self.handle)
        return self._answer(response)

    def _client(self, kind: str, challenge: str) -> bytes:
        facts = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin}
        return json.dumps(facts).encode()

    def _data(self, flags: int) -> bytes:
        flags |= USER_PRESENT | (USER_VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.party.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def _answer(self, response: dict[str, str]) -> str:
        known = text(self.credential)
        return json.dumps({"id": known, "rawId": known, "type": "public-key", "response": response})
