// Small checkpoints of every format, some bytes of them changed; see main.mjs. All of their tensors are read.
import { readdirSync, readFileSync } from 'node:fs';
import { bytesOf, openCheckpoint } from '@seg/checkpoint';

const folder = new URL('../../packages/checkpoint/test/fixtures/checkpoints/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => /\.(pth|pkl|bin|pt|safetensors)$/.test(name))
  .map((name) => readFileSync(new URL(name, folder)));

/** A file with up to six bytes changed, more often near its beginning, and now and then its end cut off. */
export function caseOf(random) {
  const bytes = new Uint8Array(files[Math.floor(random() * files.length)]);
  for (let k = Math.floor(random() * 6); k >= 0; k--) {
    const at = Math.floor((random() < 0.5 ? random() ** 3 : random()) * bytes.length);
    bytes[at] = random() < 0.3 ? 0xff : Math.floor(random() * 256);
  }
  return random() < 0.1 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
}

export function read(bytes) {
  const checkpoint = openCheckpoint(bytesOf('fuzz', bytes));
  for (const key of checkpoint.keys()) checkpoint.read(key);
}

/** A file with several faults lists them, one a line. */
export const isRefusal = ({ name, message }) => name === 'FormatError' && /expected [\s\S]*got /.test(message);
