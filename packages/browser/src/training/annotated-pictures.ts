import { FormatError } from '@seg/checkpoint/safetensors';
import {
  type CocoInstanceImage,
  type CocoInstances,
  drawInstances,
  type MaskDataset,
  MaskRoom,
  type MaskSample,
  parseCocoInstances,
  refuseErrors,
  resizeBoxMask,
} from '@seg/data';
import type { RgbImage } from '@seg/image';

import type { PictureSize } from '../pictures/picture-source.ts';
import { readPicture } from '../pictures/read-picture.ts';

/** A photograph by its name, which annotations know it by. */
export type NamedPicture = { name: string; picture: Blob };

/**
 * Photographs and a COCO instance file as a data set in memory: pictures are reduced, and masks with them. Pictures that the file
 * does not name are left out.
 *
 * @param annotations Parsed JSON
 * @param maxSide Longest side of a picture in pixels
 * @throws FormatError where a picture of the file is missing, none is left, or picture and annotation differ in shape
 */
export async function annotatedPictures(
  pictures: readonly NamedPicture[],
  annotations: unknown,
  { name, maxSide, signal }: { name: string; maxSide: number; signal?: AbortSignal },
): Promise<MaskDataset> {
  const { categories, images }: CocoInstances = parseCocoInstances(annotations, name, refuseErrors);
  const byName = new Map(pictures.map((one) => [one.name, one.picture]));
  const missing = images.filter(({ file_name }) => !byName.has(baseName(file_name)));
  if (missing.length > 0 || images.length === 0) {
    const found = missing.length > 0 ? `none of ${missing[0].file_name}` : 'an empty list of images';
    throw new FormatError(`${name}: expected a photograph for each of its images, got ${found}`);
  }
  const samples: MaskSample[] = [];
  for (const image of images) {
    const picture = await readPicture(byName.get(baseName(image.file_name))!, { maxSide, signal });
    samples.push(sampleOf(image, picture, name));
  }
  return {
    task: 'instance',
    categories,
    length: samples.length,
    name: (index) => samples[index].name,
    read: async (index) => samples[index],
  };
}

function sampleOf({ file_name, size, instances }: CocoInstanceImage, image: RgbImage, where: string): MaskSample {
  const [height, width] = size ?? [image.height, image.width];
  if (!isOfShape(image, { width, height })) {
    const found = `${image.width}x${image.height} of the picture`;
    throw new FormatError(
      `${where}: ${file_name}: expected a picture of the shape of ${width}x${height}, got ${found}`,
    );
  }
  const segments = drawInstances(instances, [height, width], new MaskRoom(`${where}: ${file_name}`), () => {});
  const resized = segments.map(({ mask, ...rest }) => ({
    ...rest,
    mask: resizeBoxMask(mask, [height, width], [image.height, image.width]),
  }));
  const seen = resized.filter(({ mask }) => mask.data.includes(1));
  return { name: file_name, image, segments: seen, unknown: null };
}

/**
 * True where a picture may be another one reduced or enlarged. Browsers round the shorter side up, down or to the nearest, and
 * annotations may speak of a picture that was reduced itself: each is off by less than one of its own pixels.
 */
function isOfShape(image: PictureSize, { width, height }: PictureSize): boolean {
  const scale = width >= height ? image.width / width : image.height / height;
  const isNear = (side: number, of: number) => Math.abs(side - of * scale) < 1 + scale;
  return isNear(image.width, width) && isNear(image.height, height);
}

/** Names of files as dropped ones have them: without folders. */
export function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
