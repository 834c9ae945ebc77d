import { type ByteSource, expectBytes } from './byte-source.ts';
import { FormatError } from './errors.ts';
import type { ParamSource } from './param-source.ts';
import { openNumpyPickle } from './pickle/open-numpy-pickle.ts';
import { isSortedTable } from './tensorflow/sorted-table.ts';
import { isTorchLegacy, openTorchLegacy } from './torch/open-torch-legacy.ts';
import { openTorchZip } from './torch/open-torch-zip.ts';

/** Beginnings of files that are met in place of a checkpoint. */
const OTHERS: readonly (readonly [beginning: string, name: string])[] = [
  ['version https://git-lfs', 'a Git LFS pointer: the file itself was not downloaded'],
  ['\x89HDF', 'an HDF5 file'],
  ['<', 'a page of HTML or XML'],
  ['\x1f\x8b', 'a gzip archive'],
];

/**
 * Opens a checkpoint of one file that is not safetensors: `torch.save` of any age, or a pickle of numpy arrays. Apart from
 * `openCheckpoint`, so that pages load these readers when they meet such a file.
 *
 * @throws FormatError naming the file, with all that is wrong
 */
export function openOtherCheckpoint(source: ByteSource): ParamSource {
  expectBytes('openOtherCheckpoint', source);
  const head = source.read(0, Math.min(source.size, 32));
  if (head.length === 0) throw new FormatError(`${source.name}: expected a checkpoint, got an empty file`);
  if (startsWith(head, 'PK')) return openTorchZip(source);
  if (isTorchLegacy(head)) return openTorchLegacy(source);
  if (isSortedTable(source)) {
    throw new FormatError(
      `${source.name}: expected a checkpoint of one file, got the index of a TensorFlow checkpoint`,
    );
  }
  const other = OTHERS.find(([beginning]) => startsWith(head, beginning));
  if (other !== undefined) throw new FormatError(`${source.name}: expected a checkpoint, got ${other[1]}`);
  if (head[0] === 0x80 || startsWith(head, '(') || startsWith(head, '}') || startsWith(head, 'c')) {
    return openNumpyPickle(source);
  }
  const bytes = [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new FormatError(`${source.name}: expected safetensors, a file of PyTorch or a pickle, got bytes ${bytes}`);
}

function startsWith(head: Uint8Array, text: string): boolean {
  return [...text].every((character, i) => head[i] === character.charCodeAt(0));
}
