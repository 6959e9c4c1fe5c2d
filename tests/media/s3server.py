"""As much of S3 as the archive uses, in memory, with its checksums checked, on a free port of loopback."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class Bucket:
    """What the server holds; a test reads it.

    It sets `failure` to make every request fail with that status, and `is_missing` to have no bucket. With
    `keeps_versions` what is deleted or written over stays in `versions`, by its key, the oldest first; None is a mark
    that hides the ones before it. `may_list_versions`: whether the account may look at them.
    """

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.uploads: dict[str, tuple[dict[str, str], dict[int, bytes]]] = {}
        self.keeps_versions = False
        self.may_list_versions = True
        self.versions: dict[str, list[tuple[str, bytes | None]]] = {}
        self.failure: int | None = None
        self.is_missing = False
        self.corrupt = False
        self.parts_seen = 0
        self.unchecked_bodies = 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one segment an answer: in two the client's delayed acknowledgement costs 40 ms
    bucket: Bucket

    def handle_expect_100(self) -> bool:
        proceeds = super().handle_expect_100()
        self.wfile.flush()
        return proceeds

    def do_PUT(self) -> None:
        body = self._body()
        if not self._proceeds():
            return
        if "uploadId" in self._query:
            self.bucket.parts_seen += 1
            self.bucket.uploads[self._query["uploadId"]][1][int(self._query["partNumber"])] = body
        else:
            self._keep(body, self._metadata())
        self._answer(200, headers={"ETag": '"etag"'})

    def do_POST(self) -> None:
        self._body()
        if not self._proceeds():
            return
        if "uploads" in self._query:
            upload = f"upload-{len(self.bucket.uploads)}"
            self.bucket.uploads[upload] = (self._metadata(), {})
            self._answer(200, _xml("InitiateMultipartUploadResult", UploadId=upload))
        else:
            metadata, parts = self.bucket.uploads.pop(self._query["uploadId"])
            self._keep(b"".join(parts[number] for number in sorted(parts)), metadata)
            self._answer(200, _xml("CompleteMultipartUploadResult", Key=self._key, ETag='"etag"'))

    def do_HEAD(self) -> None:
        if self._proceeds(existing=True):
            content, metadata = self.bucket.objects[self._key]
            versions = self.bucket.versions.get(self._key)
            version = {"x-amz-version-id": versions[-1][0]} if versions else {}
            self._answer(200, headers=metadata | version, length=len(content))

    def do_GET(self) -> None:
        if "versions" in self._query and self._proceeds():
            self._answer(*((200, self._version_listing()) if self.bucket.may_list_versions else (403, _DENIED)))
        elif self._key == "" and self._proceeds():
            self._answer(200, self._listing())
        elif self._key and self._proceeds(existing=True):
            start, end = self.headers["Range"].removeprefix("bytes=").split("-")
            self._answer(206, self.bucket.objects[self._key][0][int(start) : int(end) + 1])

    def do_DELETE(self) -> None:
        if self._proceeds():
            if version := self._query.get("versionId"):
                self._forget(version)
            else:
                self.bucket.objects.pop(self._key, None)
                self._add_version(None)
            self.bucket.uploads.pop(self._query.get("uploadId", ""), None)
            self._answer(204)

    @property
    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/recordings").lstrip("/")

    @property
    def _query(self) -> dict[str, str]:
        asked = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        return {name: values[0] for name, values in asked.items()}

    def _proceeds(self, existing: bool = False) -> bool:
        if self.bucket.is_missing:
            self._answer(404, _xml("Error", Code="NoSuchBucket", Message="The specified bucket does not exist"))
            return False
        status = self.bucket.failure or (404 if existing and self._key not in self.bucket.objects else None)
        if status:
            is_hidden = status == 404 and self.bucket.versions.get(self._key)
            mark = {"x-amz-delete-marker": "true"} if is_hidden else {}
            self._answer(status, _xml("Error", Code="NoSuchKey" if status == 404 else "InternalError"), mark)
        return status is None

    def _body(self) -> bytes:
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            return self._chunked_body()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._check(body, self.headers.get("x-amz-checksum-sha256"))
        return body

    def _chunked_body(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        trailers = iter(self.rfile.readline, b"\r\n")
        sums = dict(line.decode().strip().split(":", 1) for line in trailers)
        self._check(body, sums.get("x-amz-checksum-sha256"))
        return body

    def _check(self, body: bytes, stated: str | None) -> None:
        carries_audio = self.command == "PUT"
        if carries_audio and stated != base64.b64encode(hashlib.sha256(body).digest()).decode():
            self.bucket.unchecked_bodies += 1

    def _metadata(self) -> dict[str, str]:
        return {name: value for name, value in self.headers.items() if name.lower().startswith("x-amz-meta-")}

    def _keep(self, content: bytes, metadata: dict[str, str]) -> None:
        self.bucket.objects[self._key] = (content[:-1] if self.bucket.corrupt else content, metadata)
        self._add_version(content)

    def _add_version(self, content: bytes | None) -> None:
        if self.bucket.keeps_versions:
            its = self.bucket.versions.setdefault(self._key, [])
            its.append((f"v{sum(map(len, self.bucket.versions.values()))}", content))

    def _forget(self, version: str) -> None:
        left = [one for one in self.bucket.versions[self._key] if one[0] != version]
        self.bucket.versions[self._key] = left
        self.bucket.objects.pop(self._key, None)
        if left and left[-1][1] is not None:
            self.bucket.objects[self._key] = (left[-1][1], {})
        if not left:
            del self.bucket.versions[self._key]

    def _version_listing(self) -> bytes:
        rows = ""
        for key, versions in sorted(self.bucket.versions.items()):
            if not key.startswith(self._query.get("prefix", "")):
                continue
            for number, (version, content) in reversed(list(enumerate(versions))):
                kind = "DeleteMarker" if content is None else "Version"
                latest = f"<IsLatest>{str(number == len(versions) - 1).lower()}</IsLatest>"
                at = f"<LastModified>2026-01-01T00:00:{number:02}Z</LastModified>"
                said = f"<Key>{escape(key)}</Key><VersionId>{version}</VersionId>"
                rows += f"<{kind}>{said}{latest}{at}</{kind}>"
        return f"<ListVersionsResult><IsTruncated>false</IsTruncated>{rows}</ListVersionsResult>".encode()

    def _listing(self) -> bytes:
        keys = sorted(key for key in self.bucket.objects if key.startswith(self._query.get("prefix", "")))
        after = [key for key in keys if key > self._query.get("continuation-token", "")]
        page, more = after[:2], len(after) > 2
        contents = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in page)
        token = f"<NextContinuationToken>{page[-1]}</NextContinuationToken>" if more else ""
        text = f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{contents}"
        return f"<ListBucketResult>{text}</ListBucketResult>".encode()

    def _answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None, length: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _xml(name: str, **values: str) -> bytes:
    inner = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in values.items())
    return f"<{name}>{inner}</{name}>".encode()


_DENIED = _xml("Error", Code="AccessDenied", Message="Access Denied")


@contextmanager
def serving() -> Iterator[tuple[Bucket, str]]:
    """A bucket named `recordings` and the server's URL."""
    bucket = Bucket()
    handler = type("Handler", (_Handler,), {"bucket": bucket})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield bucket, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
