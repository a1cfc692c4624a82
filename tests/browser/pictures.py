"""Small pictures: a screenshot in at most 256 colours, which nobody sees and which makes it a third as large."""

from __future__ import annotations

import base64
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The colours that occur most often are kept; of the others one that is near an accepted one is drawn as that.
REDUCE = """async coded => {
  const answer = await fetch('data:image/png;base64,' + coded);
  const image = await createImageBitmap(await answer.blob());
  const canvas = new OffscreenCanvas(image.width, image.height);
  const drawing = canvas.getContext('2d');
  drawing.drawImage(image, 0, 0);
  const bytes = drawing.getImageData(0, 0, image.width, image.height).data;
  const pixels = new Uint32Array(bytes.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
  const colours = [...counts].sort((one, other) => other[1] - one[1] || one[0] - other[0]).map(([pixel]) => pixel);
  const parts = pixel => [pixel & 255, pixel >> 8 & 255, pixel >> 16 & 255];
  const apart = (one, other) => Math.max(...parts(one).map((part, place) => Math.abs(part - parts(other)[place])));
  let accepted = [];
  for (const near of [0, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48]) {
    accepted = colours.slice(0, 96);
    for (const colour of colours.slice(96)) {
      if (accepted.every(kept => apart(kept, colour) > near)) accepted.push(colour);
      if (accepted.length > 256) break;
    }
    if (accepted.length <= 256) break;
  }
  const places = new Map(colours.map(colour => {
    const distances = accepted.map(kept => apart(kept, colour));
    return [colour, distances.indexOf(Math.min(...distances))];
  }));
  const indices = Uint8Array.from(pixels, pixel => places.get(pixel));
  let text = '';
  for (let at = 0; at < indices.length; at += 8192) text += String.fromCharCode(...indices.subarray(at, at + 8192));
  return [image.width, image.height, accepted.flatMap(parts), btoa(text)];
}"""


def reduced(page, png: bytes) -> bytes:
    """Return a picture with fewer colours; ``page`` is any page without a content policy."""
    width, height, palette, coded = page.evaluate(REDUCE, base64.b64encode(png).decode())
    indices = base64.b64decode(coded)
    rows = b"".join(b"\0" + indices[row * width : (row + 1) * width] for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", bytes(palette)), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
