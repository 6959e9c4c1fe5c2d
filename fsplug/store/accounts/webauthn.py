"""The two ceremonies of a passkey (W3C Web Authentication, level 3, section 7): making one, and proving to have it.

Nothing here knows the store. `fido2` is imported when it is needed: that takes it a quarter of a second.
"""

import ipaddress
import json
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm

from fsplug.errors import Refused

if TYPE_CHECKING:
    from fido2.server import Fido2Server

# Authenticators have no longer ids (WebAuthn, 4), and what browsers answer is a tenth of this.
LONGEST_CREDENTIAL_BYTES, LONGEST_ANSWER = 1023, 16_384
# ES256, EdDSA and RS256 (RFC 9053, 8812): what authenticators have.
_ALGORITHMS = (-7, -8, -257)
# What reading an answer that somebody made up may raise.
_MALFORMED = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
    NotImplementedError,
    struct.error,
    UnsupportedAlgorithm,
)


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The console as passkeys know it: `origin` is its address, without a path, and `id` that address's host."""

    origin: str

    @property
    def id(self) -> str:
        """The host that a passkey is for."""
        return urlsplit(self.origin).hostname or ""

    @property
    def is_possible(self) -> bool:
        """Whether browsers make passkeys for this address: it needs TLS, and a name."""
        parts = urlsplit(self.origin)
        if _is_address(self.id) or not self.id:
            return False
        return parts.scheme == "https" or self.id == "localhost"

    @classmethod
    def at(cls, url: str) -> "RelyingParty":
        """The console at this address."""
        parts = urlsplit(url)
        default = {"https": 443, "http": 80}.get(parts.scheme)
        port = "" if parts.port in (None, default) else f":{parts.port}"
        host = parts.hostname or ""
        return cls(f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}")


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey: its id and data, in base64url, and its count of signatures."""

    credential: str
    public_key: str
    sign_count: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A passkey that was proved: its count of signatures, and the handle of the user it was made for, if it told."""

    sign_count: int
    user_handle: bytes | None


def new_challenge() -> bytes:
    """What the passkey signs, once."""
    import secrets

    return secrets.token_bytes(32)


def creation_options(
    party: RelyingParty, challenge: bytes, handle: bytes, name: str, display_name: str, known: Sequence[str]
) -> dict[str, Any]:
    """What navigator.credentials.create takes, in JSON; `known` are the credentials the user has already."""
    from fido2.webauthn import PublicKeyCredentialUserEntity, ResidentKeyRequirement, UserVerificationRequirement

    user = PublicKeyCredentialUserEntity(id=handle, name=name, display_name=display_name)
    resident, verification = ResidentKeyRequirement.PREFERRED, UserVerificationRequirement.PREFERRED
    options, _ = _server(party).register_begin(user, _descriptors(known), resident, verification, challenge=challenge)
    return dict(options)


def request_options(
    party: RelyingParty, challenge: bytes, known: Sequence[str] | None, verification: str
) -> dict[str, Any]:
    """What navigator.credentials.get takes, in JSON. Without `known`, the user chooses among what the browser has."""
    descriptors = None if known is None else _descriptors(known)
    options, _ = _server(party).authenticate_begin(descriptors, verification, challenge)  # type: ignore[arg-type]
    return dict(options)


def made(party: RelyingParty, challenge: bytes, answer: str) -> Made:
    """The passkey that the browser has made; Refused("passkey-refused") unless all of its answer is right."""
    from fido2.utils import websafe_encode

    with _read():
        data = _server(party).register_complete(_state(challenge, is_verified=False), _parsed(answer))
        credential = data.credential_data
        if credential is None or credential.public_key.ALGORITHM not in _ALGORITHMS:
            raise ValueError("its key is of an unknown kind")
        if not 0 < len(credential.credential_id) <= LONGEST_CREDENTIAL_BYTES:
            raise ValueError("its id is too long")
        return Made(websafe_encode(credential.credential_id), websafe_encode(bytes(credential)), data.counter)


def credential_of(answer: str) -> str:
    """The id of the passkey that an answer says it is from; Refused("passkey-refused") if it says none."""
    with _read():
        return str(_parsed(answer)["rawId"])


def shown(party: RelyingParty, challenge: bytes, public_key: str, answer: str, *, is_verified: bool) -> Shown:
    """What an answer proves; Refused("passkey-refused") unless all of it is right.

    `is_verified`: the authenticator must have asked for a PIN, a finger or a face.
    """
    from fido2.utils import websafe_decode
    from fido2.webauthn import AttestedCredentialData, AuthenticationResponse

    with _read():
        response = AuthenticationResponse.from_dict(_parsed(answer))
        credential = AttestedCredentialData(websafe_decode(public_key))
        _server(party).authenticate_complete(_state(challenge, is_verified), [credential], response)
        return Shown(response.response.authenticator_data.counter, response.response.user_handle)


def _server(party: RelyingParty) -> "Fido2Server":
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialParameters, PublicKeyCredentialRpEntity, PublicKeyCredentialType

    def is_ours(origin: str) -> bool:
        return origin == party.origin

    entity = PublicKeyCredentialRpEntity(id=party.id, name="fsplug")
    server = Fido2Server(entity, attestation="none", verify_origin=is_ours)  # type: ignore[arg-type]
    kind = PublicKeyCredentialType.PUBLIC_KEY
    server.allowed_algorithms = [PublicKeyCredentialParameters(type=kind, alg=one) for one in _ALGORITHMS]
    return server


def _state(challenge: bytes, is_verified: bool) -> dict[str, object]:
    from fido2.utils import websafe_encode
    from fido2.webauthn import UserVerificationRequirement as Verification

    wanted = Verification.REQUIRED if is_verified else Verification.PREFERRED
    return {"challenge": websafe_encode(challenge), "user_verification": wanted}


def _descriptors(known: Sequence[str]) -> list[Any]:
    from fido2.utils import websafe_decode
    from fido2.webauthn import PublicKeyCredentialDescriptor, PublicKeyCredentialType

    kind = PublicKeyCredentialType.PUBLIC_KEY
    return [PublicKeyCredentialDescriptor(type=kind, id=websafe_decode(one)) for one in known]


def _parsed(answer: str) -> dict[str, Any]:
    from fido2.utils import websafe_decode
    from fido2.webauthn import CollectedClientData

    if len(answer) > LONGEST_ANSWER:
        raise ValueError("it is too long")
    found = json.loads(answer)
    client = CollectedClientData(websafe_decode(found["response"]["clientDataJSON"]))
    if client.cross_origin:
        raise ValueError("it was made within another site's page")
    return dict(found)


@contextmanager
def _read() -> Iterator[None]:
    try:
        yield
    except _MALFORMED as error:
        raise Refused("passkey-refused", f"that passkey is not accepted: {error}") from error


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
