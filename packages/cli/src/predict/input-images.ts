import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint';
import { systemReason } from '@seg/checkpoint/node';
import { naturalOrder, readImage } from '@seg/image/node';

/** A photograph that is there and begins like one. */
export type InputImage = {
  file: string;
  /** Its file name without folder and extension: the beginning of its results' names. */
  name: string;
};

/** First bytes of JPEG (ISO 10918-1, B.2: SOI and a marker) and PNG (ISO 15948, 5.2). */
const SIGNATURES = [Uint8Array.of(0xff, 0xd8, 0xff), Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)];

/**
 * Finds all images before any work is done on one. A folder stands for the pictures in it, hidden files apart.
 *
 * @param isVideo Orders the pictures of a folder as people count frames: 2 before 10
 * @throws FormatError naming the first that is not there, or two that would have the same results
 */
export async function findInputImages(paths: readonly string[], isVideo = false): Promise<InputImage[]> {
  const files = (await Promise.all(paths.map((file) => expandFolder(file, isVideo)))).flat();
  return nameImages(files);
}

/**
 * Images under the names that their results get.
 *
 * @throws FormatError naming two that would have the same results
 */
export function nameImages(files: readonly string[]): InputImage[] {
  const owners = new Map<string, string>();
  for (const file of files) {
    const { name } = path.parse(file);
    const owner = owners.get(name);
    if (owner !== undefined) {
      throw new FormatError(`predict: expected images with different names, got ${owner} and ${file}`);
    }
    owners.set(name, file);
  }
  return [...owners].map(([name, file]) => ({ file, name }));
}

/**
 * Looks at the first bytes of every image: decoding a hundred thousand photographs would take hours before the first result.
 *
 * @throws FormatError naming the first file that is no image
 */
export async function requireImages(inputs: readonly InputImage[]): Promise<void> {
  for (const { file } of inputs) {
    if (!(await beginsLikeImage(file))) await readImage(file); // which says what it is instead
  }
}

async function beginsLikeImage(file: string): Promise<boolean> {
  const handle = await open(file).catch((error: unknown) => {
    throw new FormatError(`predict: expected an image ${file}, got ${systemReason(error)}`);
  });
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(8), 0, 8, 0);
    return SIGNATURES.some((bytes) => bytes.length <= bytesRead && bytes.every((byte, i) => buffer[i] === byte));
  } finally {
    await handle.close();
  }
}

/** Beginning of a URL (RFC 3986, section 3.1) with a host; one letter alone is a drive of Windows. */
const URL_START = /^[a-z][a-z0-9+.-]+:\/\//i;

async function expandFolder(file: string, isVideo: boolean): Promise<string[]> {
  if (URL_START.test(file)) throw new FormatError(`predict: expected a file or folder of images, got the URL ${file}`);
  const isFolder = await stat(file).then(
    (entry) => entry.isDirectory(),
    (error: unknown) => {
      throw new FormatError(`predict: expected an image ${file}, got ${systemReason(error)}`);
    },
  );
  if (!isFolder) return [file];
  const names = (await readdir(file)).filter((name) => /^[^.].*\.(jpe?g|png)$/is.test(name)).sort();
  if (names.length === 0) throw new FormatError(`predict: expected JPEG or PNG images in ${file}, got none`);
  return (isVideo ? naturalOrder(names) : names).map((name) => path.join(file, name));
}
