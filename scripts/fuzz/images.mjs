// JPEGs and PNGs of every kind, some bytes of them changed; see main.mjs.
import { readFileSync } from 'node:fs';
import { crc32 } from '@seg/coco-eval/png';
import { decodeImage, readImageHeader } from '@seg/image';

const files = ['jpegs.json', 'images.json'].flatMap((name) => {
  const url = new URL(`../../packages/image/test/fixtures/${name}`, import.meta.url);
  return Object.values(JSON.parse(readFileSync(url, 'utf8')).cases).map(({ file }) => Buffer.from(file, 'base64'));
});
const known = files.filter((file) => file[0] === 0xff || file[0] === 0x89); // other formats are sharp's

/** A file with up to six bytes changed and now and then its end cut off. */
export function caseOf(random) {
  const below = (n) => Math.floor(random() * n);
  const bytes = new Uint8Array(known[below(known.length)]);
  for (let k = below(6); k >= 0; k--) bytes[below(bytes.length)] = random() < 0.3 ? 0xff : below(256);
  if (bytes[0] === 0x89 && random() < 0.8) mendChecksums(bytes);
  return random() < 0.1 ? bytes.subarray(0, below(bytes.length)) : bytes;
}

export async function read(bytes) {
  const header = await readImageHeader(bytes, 'fuzz');
  const { data, width, height } = await decodeImage(bytes, 'fuzz');
  if (header.width !== width || header.height !== height) throw new RangeError(`${width}x${height} of another header`);
  if (data.length !== 3 * width * height) throw new RangeError(`${data.length} bytes of ${width}x${height}`);
}

/** So that what is behind a PNG's checksums is met as well. */
function mendChecksums(bytes) {
  const view = new DataView(bytes.buffer);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > bytes.length) return;
    view.setUint32(end, crc32(bytes, at + 4, end));
    at = end + 4;
  }
}
