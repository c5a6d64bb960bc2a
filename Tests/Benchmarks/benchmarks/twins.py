"""A registry with twins of an image: the same files and sizes, but layers that no node has seen."""

import gzip
import hashlib
import http.server
import io
import json
import os
import tarfile
import threading
import urllib.request

_MANIFEST_TYPES = ("application/vnd.oci.image.manifest.v1+json",
                   "application/vnd.docker.distribution.manifest.v2+json")
_PIECE_BYTE_COUNT = 1 << 20


class Twins:
    """Serves twins of an image of another registry, over plain HTTP on the loopback.

    Each layer of a twin begins with a file of random content, compressed by itself: a gzip file may consist of several.
    So the layer is another one to every cache there is, without being compressed anew.
    """

    def __init__(self, image, folder):
        host, _, name = image.partition("/")
        name, _, tag = name.rpartition(":")
        self._source, self._folder = f"http://{host}/v2/{name}", folder
        self._blobs, self._manifests = {}, {}
        # Bytes of layers that were fetched.
        self.served_byte_count = 0
        # Digests of the twins' configurations, by which nodes name images, too.
        self.configurations = []
        request = urllib.request.Request(
            f"{self._source}/manifests/{tag}", headers={"Accept": ", ".join(_MANIFEST_TYPES)})
        with urllib.request.urlopen(request) as response:
            self._manifest = json.load(response)
        with urllib.request.urlopen(f"{self._source}/blobs/{self._manifest['config']['digest']}") as response:
            self._configuration = json.load(response)
        self._layers = [self._fetch(layer["digest"]) for layer in self._manifest["layers"]]
        self.byte_count = sum(os.path.getsize(path) for path in self._layers)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.name = f"localhost:{self._server.server_port}/twins"

    def make(self):
        """A new twin; the name by which it can be pulled."""
        tag = str(len(self._manifests) // 2 + 1)
        layers, digests = zip(*(self._layer(path) for path in self._layers))
        configuration = json.loads(json.dumps(self._configuration))
        configuration["rootfs"]["diff_ids"] = list(digests)
        data = json.dumps(configuration).encode()
        self.configurations.append(_digest(data))
        self._blobs[_digest(data)] = (data, None)
        manifest = json.loads(json.dumps(self._manifest))
        manifest["config"] |= {"digest": _digest(data), "size": len(data)}
        for layer, (digest, size) in zip(manifest["layers"], layers):
            layer |= {"digest": digest, "size": size}
        data = json.dumps(manifest).encode()
        self._manifests[tag] = self._manifests[_digest(data)] = data
        return f"{self.name}:{tag}"

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _fetch(self, digest):
        path = os.path.join(self._folder, digest.replace(":", "-"))
        with urllib.request.urlopen(f"{self._source}/blobs/{digest}") as response, open(path, "wb") as file:
            while piece := response.read(_PIECE_BYTE_COUNT):
                file.write(piece)
        return path

    def _layer(self, path):
        """Digest and size of a twin's layer, and the digest of what is in it."""
        mark = _mark()
        prefix = gzip.compress(mark)
        compressed, plain = hashlib.sha256(prefix), hashlib.sha256(mark)
        with open(path, "rb") as file:
            while piece := file.read(_PIECE_BYTE_COUNT):
                compressed.update(piece)
        with gzip.open(path) as file:
            while piece := file.read(_PIECE_BYTE_COUNT):
                plain.update(piece)
        digest = f"sha256:{compressed.hexdigest()}"
        self._blobs[digest] = (prefix, path)
        return (digest, len(prefix) + os.path.getsize(path)), f"sha256:{plain.hexdigest()}"

    def _handler(self):
        twins = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                kind, _, reference = self.path.partition("/v2/twins/")[2].partition("/")
                path, data = None, b""
                if kind == "manifests":
                    data = twins._manifests.get(reference)
                elif kind == "blobs":
                    data, path = twins._blobs.get(reference, (None, None))
                if data is None:
                    self.send_error(404)
                    return
                size = len(data) + (os.path.getsize(path) if path else 0)
                self.send_response(200)
                self.send_header("Content-Length", str(size))
                if kind == "manifests":
                    self.send_header("Content-Type", twins._manifest.get("mediaType", _MANIFEST_TYPES[0]))
                    self.send_header("Docker-Content-Digest", _digest(data))
                self.end_headers()
                if self.command == "HEAD":
                    return
                self.wfile.write(data)
                if path:
                    with open(path, "rb") as file:
                        self.wfile.flush()
                        self.connection.sendfile(file)
                    twins.served_byte_count += size

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        return Handler


def _mark():
    """A file of random content as the beginning of a tar archive: without the archive's end."""
    buffer, content = io.BytesIO(), os.urandom(64)
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        info = tarfile.TarInfo(".twin")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()[:1024]


def _digest(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
