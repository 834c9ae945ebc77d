import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint';
import { systemReason } from '@seg/checkpoint/node';
import type { RgbImage } from '@seg/image';
import { readImage } from '@seg/image/node';

/** A photograph that has been read once, so it can be read again. */
export type InputImage = {
  file: string;
  /** Its file name without folder and extension: the beginning of its results' names. */
  name: string;
  size: Pick<RgbImage, 'width' | 'height'>;
};

/**
 * Finds and decodes all images before any work is done on one. A folder stands for the pictures in it, hidden files apart.
 *
 * @throws FormatError naming the first file that is no image, or two that would have the same results
 */
export async function checkInputImages(paths: readonly string[]): Promise<InputImage[]> {
  const files = (await Promise.all(paths.map(expandFolder))).flat();
  const inputs: InputImage[] = [];
  const owners = new Map<string, string>();
  for (const file of files) {
    const { name } = path.parse(file);
    const owner = owners.get(name);
    if (owner !== undefined) {
      throw new FormatError(`predict: expected images with different names, got ${owner} and ${file}`);
    }
    owners.set(name, file);
    const { width, height } = await readImage(file);
    inputs.push({ file, name, size: { width, height } });
  }
  return inputs;
}

async function expandFolder(file: string): Promise<string[]> {
  const isFolder = await stat(file).then(
    (entry) => entry.isDirectory(),
    (error: unknown) => {
      throw new FormatError(`predict: expected an image ${file}, got ${systemReason(error)}`);
    },
  );
  if (!isFolder) return [file];
  const names = (await readdir(file)).filter((name) => /^[^.].*\.(jpe?g|png)$/i.test(name)).sort();
  if (names.length === 0) throw new FormatError(`predict: expected JPEG or PNG images in ${file}, got none`);
  return names.map((name) => path.join(file, name));
}
