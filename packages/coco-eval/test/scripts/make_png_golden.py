"""Makes test/goldens/png-pillow.json.gz: PNGs of every color type, depth and interlace with what Pillow reads in them.

    python make_png_golden.py OUT.json.gz

Needs numpy and pillow (made with numpy 2.4.6, Pillow 12.3.0). Pillow writes the first files itself; the rest, which it
reads but does not write, are written here, interlaced ones too, each row with another filter.
"""

import base64
import gzip
import io
import json
import struct
import sys
import zlib

import numpy as np
from PIL import Image

rng = np.random.default_rng(5)
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def rows_of(samples, depth):
    for row in samples.reshape(samples.shape[0], -1):
        if depth == 16:
            yield row.astype(">u2").tobytes()
        elif depth == 8:
            yield row.astype("u1").tobytes()
        else:
            bits = ((row[:, None] >> np.arange(depth - 1, -1, -1)) & 1).astype("u1").ravel()
            yield np.packbits(bits).tobytes()


def filtered(samples, depth, channels):
    step, above, out, k = max(1, channels * depth // 8), None, b"", 0
    for row in rows_of(samples, depth):
        above = above or bytes(len(row))
        kind, k = k % 5, k + 1
        out += bytes([kind])
        for i, x in enumerate(row):
            a, b, c = (row[i - step] if i >= step else 0), above[i], (above[i - step] if i >= step else 0)
            out += bytes([(x - (0, a, b, (a + b) // 2, paeth(a, b, c))[kind]) & 255])
        above = row
    return out


def png(samples, depth, color, interlaced, extra=b""):
    height, width = samples.shape[:2]
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    parts = [samples[y::dy, x::dx] for x, y, dx, dy in passes]
    data = zlib.compress(b"".join(filtered(part, depth, CHANNELS[color]) for part in parts if part.size))
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    body = chunk(b"IHDR", head) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def case(name, file):
    image = Image.open(io.BytesIO(file))
    array = np.asarray(image)
    values = array.astype("<u2" if array.dtype.itemsize > 1 else "u1")
    packed = {"file": file, "pillow": values.tobytes()}
    return {"name": name, "mode": image.mode, "shape": list(array.shape), "bytes": values.dtype.itemsize,
            **{key: base64.b64encode(value).decode() for key, value in packed.items()}}


def saved(image, **options):
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def by_pillow():
    for mode, channels in [("L", 1), ("LA", 2), ("RGB", 3), ("RGBA", 4)]:
        array = rng.integers(0, 256, (5, 7, channels), dtype=np.uint8)
        yield f"Pillow {mode}", saved(Image.fromarray(array[:, :, 0] if channels == 1 else array, mode))
    yield "Pillow 1", saved(Image.fromarray(rng.integers(0, 2, (5, 9)).astype(bool)))
    yield "Pillow I;16", saved(Image.fromarray(rng.integers(0, 65536, (5, 7), dtype=np.uint16)))
    for colors in (2, 4, 16, 200):
        image = Image.fromarray(rng.integers(0, colors, (5, 9), dtype=np.uint8), "P")
        image.putpalette(rng.integers(0, 256, 3 * colors, dtype=np.uint8).tobytes())
        yield f"Pillow P of {colors} colors", saved(image)
        yield f"Pillow P of {colors} colors, one transparent", saved(image, transparency=1)
    gray = Image.fromarray(rng.integers(0, 256, (5, 7), dtype=np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "Pillow L, one transparent, turned", saved(gray, transparency=7, exif=exif)


def by_hand():
    for color, depths in {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}.items():
        for depth in depths:
            for interlaced in (False, True):
                for height, width in ((1, 1), (3, 2), (11, 13)):
                    samples = rng.integers(0, 2**depth, (height, width, CHANNELS[color]))
                    palette = chunk(b"PLTE", rng.integers(0, 256, 3 * 2**depth, dtype=np.uint8).tobytes())
                    name = f"color {color}, {depth} bits, {height} x {width}{', interlaced' if interlaced else ''}"
                    yield name, png(samples, depth, color, interlaced, palette if color == 3 else b"")


cases = [case(*each) for each in [*by_pillow(), *by_hand()]]
with gzip.GzipFile(sys.argv[1], "wb", mtime=0) as out:
    out.write(json.dumps({"cases": cases}).encode())
print(len(cases))
