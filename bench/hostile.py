"""Send a thousand malicious requests to `undertone serve`, and check that it still serves.

    cargo build --release
    python bench/hostile.py [--requests 1000] [--seed 1]

The requests are damaged and truncated recordings, decompression bombs (FLAC, WAV, MP4, gzip),
damaged heads, wrong lengths, malformed forms, unusual JSON and wrong WebSocket frames. Meanwhile, slow
clients send one byte per second, uploads of 50 MiB stall before their last byte, live connections
flood the server with pings and never read, and small files that decode to minutes of eight channels
fill the queue (these three from 127.0.0.3). An ordinary client at 127.0.0.2 keeps asking. Prints the responses
to each kind of request, the ordinary client's slowest response, and the peak memory. Fails if a
response has a 5xx status other than 501 and 503, if the ordinary client ever gets an error or waits for more
than 10 s, if the memory exceeds 1.5 GiB, or if the server does not classify a recording afterwards
and exit with 0.
"""
import argparse
import base64
import collections
import concurrent.futures
import gzip
import http.client
import json
import os
import pathlib
import random
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "crates" / "undertone-audio" / "tests" / "fixtures"
PORT = 7864
CLIENTS = 8
HOST = f"host: localhost:{PORT}\r\n".encode()
KEY = base64.b64encode(bytes(16))
UPGRADE = (b"GET /api/live HTTP/1.1\r\n" + HOST + b"upgrade: websocket\r\nconnection: upgrade\r\n"
           b"sec-websocket-version: 13\r\nsec-websocket-key: " + KEY + b"\r\n\r\n")


def post(path, body, headers=b""):
    return b"POST %s HTTP/1.1\r\n%s%sconnection: close\r\ncontent-length: %d\r\n\r\n%s" % (
        path, HOST, headers, len(body), body)


def damaged(numbers, content):
    content = bytearray(content)
    for _ in range(numbers.randint(1, 12)):
        content[numbers.randrange(min(len(content), numbers.choice([64, 512, 1 << 30])))] = numbers.randrange(256)
    return bytes(content)


def damaged_recording(numbers, recordings):
    return post(b"/api/predict", damaged(numbers, numbers.choice(recordings)))


def truncated_recording(numbers, recordings):
    content = numbers.choice(recordings)
    return post(b"/api/predict", content[:numbers.randrange(1, len(content))])


def crc(content, width, polynomial):
    value, top = 0, 1 << width - 1
    for byte in content:
        value ^= byte << width - 8
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & (1 << width) - 1
    return value


def flac_bomb(length, frames=20_000, rate=16_000, rate_code=5, channels=1):
    """Return hours of sound. A constant frame of 65 535 samples takes only some 13 bytes."""
    packed = rate << 44 | channels - 1 << 41 | 15 << 36 | length
    content = [b"fLaC\x80\0\0\x22\xff\xff\xff\xff\0\0\0\0\0\0" + packed.to_bytes(8, "big") + bytes(16)]
    for number in range(frames):
        frame = bytes([0xFF, 0xF8, 0x70 | rate_code, channels - 1 << 4 | 8]) + chr(number).encode() + b"\xff\xfe"
        frame += bytes([crc(frame, 8, 0x07)]) + (b"\0" + bytes([number % 7, 1])) * channels
        content.append(frame + crc(frame, 16, 0x8005).to_bytes(2, "big"))
    return b"".join(content)


def wav(data_size, rate=16_000, channels=1, data=bytes(4000)):
    return (b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0" + struct.pack("<HHIIHH", 1, channels, rate, 2 * rate & 0xFFFFFFFF,
            2 * channels & 0xFFFF, 16) + b"data" + struct.pack("<I", data_size) + data)


def atom(kind, content, size=None):
    return struct.pack(">I", len(content) + 8 if size is None else size) + kind + content


def mp4(numbers):
    table = numbers.choice([b"stsz", b"stts", b"stsc", b"stco", b"ctts"])
    lie = struct.pack(">II", 0, 0) + struct.pack(">I", numbers.choice([0xFFFFFFFF, 0x7FFFFFFF, 1 << 24])) + bytes(16)
    stbl = atom(b"stbl", atom(table, lie))
    minf = atom(b"minf", stbl, numbers.choice([None, 0, 1, 0xFFFFFFFF]))
    moov = atom(b"moov", atom(b"trak", atom(b"mdia", minf)))
    return atom(b"ftyp", b"M4A \0\0\0\0") + moov + atom(b"mdat", bytes(100))


BOMBS = {}


def bomb(numbers, recordings):
    kind = numbers.choice(["flac", "flac0", "wav", "loud", "wide", "mp4", "gzip", "zip", "large", "id3"])
    if kind not in BOMBS:
        BOMBS[kind] = {
            "flac": lambda: flac_bomb(20_000 * 65_535),
            "flac0": lambda: flac_bomb(0),
            "wav": lambda: wav(0xFFFFFFF0),
            "loud": lambda: wav(4000, rate=0x7FFFFFFF),
            "wide": lambda: wav(4000, channels=0x7FFF),
            "gzip": lambda: gzip.compress(bytes(200 << 20)),
            "zip": lambda: b"PK\3\4" + bytes(1000),
            "large": lambda: recordings[0] + bytes(60 << 20),
            "id3": lambda: b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(1000),
            "mp4": lambda: b"",
        }[kind]()
    content = mp4(numbers) if kind == "mp4" else BOMBS[kind]
    encoding = b"content-encoding: gzip\r\n" if kind == "gzip" else b""
    return post(b"/api/predict?picture=1&timeline=1", content, encoding)


def damaged_head(numbers, recordings):
    head, end, body = post(b"/api/predict?timeline=1", recordings[0][:500]).partition(b"\r\n\r\n")
    return damaged(numbers, head) + end + body


def wrong_length(numbers, recordings):
    lengths = numbers.choice([
        b"content-length: -1", b"content-length: 99999999999999999999", b"content-length: 5\r\ncontent-length: 6",
        b"content-length: 5\r\ntransfer-encoding: chunked", b"transfer-encoding: gzip", b"content-length: 0x10",
        b"transfer-encoding: chunked\r\ntransfer-encoding: identity", b"transfer-encoding: gzip, chunked", b"content-length: 10", b"content-length: 4000000000",
    ])
    return b"POST /api/predict HTTP/1.1\r\n" + HOST + lengths + b"\r\n\r\n" + recordings[0]


def bad_chunks(numbers, recordings):
    chunk = numbers.choice([b"ffffffffffffffffff\r\n", b"-5\r\nabc", b"5;" + b"x" * 20_000 + b"\r\nhello\r\n", b"zz\r\n",
                            b"7fffffffffffffff\r\nabc", b"3\r\nabcdefg\r\n0\r\n\r\n"])
    return b"POST /api/predict HTTP/1.1\r\n" + HOST + b"transfer-encoding: chunked\r\n\r\n" + chunk


def bad_form(numbers, recordings):
    boundary = numbers.choice([b"XYZ", b"", b"X" * 5000, b"\"", b"=?"])
    name = numbers.choice([b'"file"', b"file", b'"file', b'"' + b"f" * 50_000 + b'"', b'"\xff\xfe"'])
    part = b"--" + boundary + b"\r\ncontent-disposition: form-data; name=" + name + numbers.choice(
        [b'; filename="../../../etc/passwd"', b"; filename*=UTF-8''%2e%2e%2f", b"", b'; filename="\0"'])
    body = (part + b"\r\n\r\n" + recordings[0][:1000] + b"\r\n") * numbers.choice([1, 3, 500])
    body += numbers.choice([b"--" + boundary + b"--\r\n", b"", b"--" + boundary])
    path = numbers.choice([b"/api/predict", b"/api/predict/batch", b"/gradio_api/upload"])
    return post(path, damaged(numbers, body[:400]) + body[400:],
                b"content-type: multipart/form-data; boundary=" + boundary + b"\r\n")


def odd_json(numbers, _):
    content = numbers.choice([
        b"[" * 50_000, b"{" + b'"a":{' * 10_000, b'{"data":' + b"9" * 40_000 + b"}", b'{"data":[null]}', b"null", b"\xff\xfe",
        b'{"data":[{"path":"/etc/passwd"}],"session_hash":"x"}', b'{"data":[{"path":"http://169.254.169.254/"}],"session_hash":"x"}',
        b'{"data":["' + b"a" * 200_000 + b'"]}', b'{"data":[],"fn_index":-1,"session_hash":"y"}', b'{"event_id":[],"session_hash":{}}',
    ])
    path = numbers.choice([b"/gradio_api/queue/join", b"/gradio_api/call/predict", b"/gradio_api/call/v2/predict",
                           b"/gradio_api/run/predict", b"/gradio_api/cancel"])
    return post(path, content, b"content-type: application/json\r\n")


def odd_path(numbers, _):
    path = numbers.choice([b"/../../etc/passwd", b"/assets/..%2f..%2fCargo.toml", b"/samples/%00", b"/" + b"a" * 30_000,
                           b"/gradio_api/file=/etc/passwd", b"/gradio_api/queue/data", b"/gradio_api/call/predict/" + b"x" * 9000,
                           b"/api/predict?" + b"a=b&" * 5000, b"*", b"http://example.org/", b"/%ff%fe", b"//", b"/config?" + b"%" * 100])
    method = numbers.choice([b"GET", b"HEAD", b"PUT", b"DELETE", b"TRACE", b"CONNECT", b"OPTIONS", b"X" * 500])
    return method + b" " + path + b" HTTP/1.1\r\n" + HOST + b"connection: close\r\n\r\n"


def frame(opcode, content, fin=True, masked=True, length=None):
    size = len(content) if length is None else length
    first = (0x80 if fin else 0) | opcode
    mask = 0x80 if masked else 0
    head = struct.pack("!BB", first, mask | size) if size < 126 else (
        struct.pack("!BBH", first, mask | 126, size) if size < 1 << 16 else struct.pack("!BBQ", first, mask | 127, size))
    return head + (bytes(4) if masked else b"") + content


def wrong_frames(numbers, _):
    hello = frame(1, b'{"sample_rate":16000}')
    return UPGRADE + numbers.choice([
        numbers.randbytes(500), hello + frame(2, b"abc"), hello + frame(2, bytes(100), masked=False),
        hello + frame(2, bytes(100), length=1 << 62), hello + frame(3, b"x"), hello + frame(9, bytes(200)),
        hello + frame(2, bytes(2000), fin=False) + frame(0, bytes(2000), fin=False) * 2000, frame(1, b"\xff\xfe"),
        frame(1, b'{"sample_rate":-1}'), frame(1, b'{"sample_rate":1e99}'), hello + frame(2, bytes(1 << 21)),
        hello + hello, frame(8, b"\x00"), hello + frame(2, bytes(32_000)) * 50, b"\x81",
    ])


def answered(request, patience=3, source="127.0.0.1"):
    """Return the status, or "waits" if the server waits for more data, or "closed"."""
    try:
        with socket.create_connection(("127.0.0.1", PORT), patience, (source, 0)) as connection:
            try:
                connection.sendall(request)
            except OSError:
                pass
            answer = b""
            while len(answer) < 12 and (part := connection.recv(4096)):
                answer += part
    except TimeoutError:
        return "waits"
    except OSError:
        pass
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else "closed"


def drip(stop, begun):
    """Send a request one byte per second, starting in the head if `begun` is odd, else the body."""
    request = post(b"/api/predict", bytes(5000))
    head = request.index(b"\r\n\r\n")
    try:
        with socket.create_connection(("127.0.0.1", PORT), timeout=5) as connection:
            start = head - 20 if begun % 2 else head + 100
            connection.sendall(request[:start])
            for byte in request[start:]:
                if stop.wait(1):
                    return
                connection.sendall(bytes([byte]))
    except OSError:
        pass


def stall(stop, _):
    """Send all but the last byte of a large recording, again and again."""
    content = bytes((50 << 20) - 1)
    while not stop.wait(1):
        try:
            with socket.create_connection(("127.0.0.1", PORT), 2, ("127.0.0.3", 0)) as connection:
                connection.sendall(post(b"/api/predict", content)[:-1])
                while not stop.wait(0.1):
                    if not connection.recv(4096):
                        break
        except TimeoutError:
            stop.wait(30)
        except OSError:
            pass


def flood(stop, _):
    """Send pings and never read."""
    pings = (b"\x89\xfd" + bytes(4 + 125)) * 1000
    while not stop.wait(1):
        try:
            with socket.create_connection(("127.0.0.1", PORT), 5, ("127.0.0.3", 0)) as connection:
                connection.sendall(UPGRADE)
                while not stop.is_set():
                    connection.sendall(pings)
        except OSError:
            pass


def decode(stop, _):
    """Send 30 KB that decode to 290 s of eight channels at 192 kHz."""
    content = flac_bomb(850 * 65_535, frames=850, rate=192_000, rate_code=3, channels=8)
    while not stop.is_set():
        answered(post(b"/api/predict", content), 60, "127.0.0.3")


def ordinary(stop, latencies, refusals):
    content = (ROOT / "samples" / "neutral.flac").read_bytes()
    while not stop.wait(0.02):
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30, source_address=("127.0.0.2", 0))
        try:
            connection.request("POST", "/api/predict", content)
            answer = connection.getresponse()
            label = json.loads(answer.read()).get("label")
            if answer.status != 200 or label is None:
                refusals.append(answer.status)
        except OSError as error:
            refusals.append(repr(error))
        latencies.append(time.perf_counter() - began)
        connection.close()


KINDS = [(damaged_recording, 30), (truncated_recording, 10), (bomb, 8), (damaged_head, 12), (wrong_length, 6),
         (bad_chunks, 5), (bad_form, 10), (odd_json, 7), (odd_path, 6), (wrong_frames, 6)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--drips", type=int, default=64, help="number of slow clients at the same time")
    parser.add_argument("--stalls", type=int, default=8, help="number of uploads that stall at the same time")
    parser.add_argument("--floods", type=int, default=2, help="number of live connections that send pings and never read")
    parser.add_argument("--bombs", type=int, default=8, help="number of files that decode to much, at the same time")
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--binary", type=pathlib.Path, default=target / "release" / "undertone")
    arguments = parser.parse_args()
    numbers = random.Random(arguments.seed)
    recordings = [path.read_bytes() for path in sorted([*FIXTURES.glob("*.*"), *(ROOT / "samples").glob("*.flac")])
                  if path.suffix != ".sh"]
    log = tempfile.TemporaryFile()
    process = subprocess.Popen([arguments.binary, "serve", "--port", str(PORT)], stdout=subprocess.PIPE, stderr=log)
    process.stdout.readline()
    before = answered(post(b"/api/predict", recordings[-1]))

    stop, latencies, refusals = threading.Event(), [], []
    threads = [threading.Thread(target=ordinary, args=(stop, latencies, refusals), daemon=True)]
    threads += [threading.Thread(target=drip, args=(stop, number), daemon=True) for number in range(arguments.drips)]
    for attack, count in [(stall, arguments.stalls), (flood, arguments.floods), (decode, arguments.bombs)]:
        threads += [threading.Thread(target=attack, args=(stop, number), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    outcomes = collections.defaultdict(collections.Counter)
    began = time.perf_counter()
    drawn = numbers.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS], k=arguments.requests)

    def ask(number):
        request = drawn[number](random.Random(arguments.seed * 1_000_000 + number), recordings)
        return drawn[number].__name__, answered(request, 30 if drawn[number] is bomb else 3)

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        for name, status in pool.map(ask, range(arguments.requests)):
            outcomes[name][status] += 1
    took = time.perf_counter() - began
    stop.set()
    for thread in threads:
        thread.join()

    after = answered(post(b"/api/predict", recordings[-1]))
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    peak = int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024
    alive = process.poll() is None
    process.terminate()
    stopped = process.wait()
    log.seek(0)
    panics = sum(b"panicked at" in line for line in log)
    for name, counter in outcomes.items():
        print(f"{name:20} {sum(counter.values()):5}  {dict(sorted(counter.items(), key=str))}")
    failures = sum(count for counter in outcomes.values() for status, count in counter.items()
                   if isinstance(status, int) and status >= 500 and status not in (501, 503))
    latencies.sort()
    print(f"{arguments.requests} malicious requests in {took:.0f} s, meanwhile {arguments.drips} slow clients, "
          f"{arguments.stalls} stalled uploads, {arguments.floods} floods of pings, {arguments.bombs} bombs: "
          f"{failures} unexpected 5xx responses, {panics} panics, peak memory {peak:.0f} MiB")
    print(f"an ordinary client meanwhile: {len(latencies)} responses, {len(refusals)} errors {refusals[:3]}, "
          f"median {latencies[len(latencies) // 2] * 1e3:.0f} ms, slowest {latencies[-1] * 1e3:.0f} ms")
    if failures or refusals or latencies[-1] > 10 or peak > 1536 or not alive or (before, after, stopped) != (200, 200, 0):
        sys.exit(f"failed: before {before}, after {after}, exit code {stopped}")


if __name__ == "__main__":
    main()
