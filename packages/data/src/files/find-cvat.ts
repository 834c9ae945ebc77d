import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';

import type { FaultSink } from '../data-sets/data-fault.ts';
import type { MaskSegment } from '../data-sets/mask-sample.ts';
import { categoriesOf } from '../formats/category-list.ts';
import { reportOutside } from '../formats/coco-instances.ts';
import { type CvatImage, type CvatShape, parseCvat } from '../formats/cvat.ts';
import { requireInside } from '../formats/safe-path.ts';
import { splitName } from '../formats/split-name.ts';
import { type BoxMask, cropBoxMask, maskBox } from '../masks/box-mask.ts';
import { joinMasks } from '../masks/join-masks.ts';
import { MaskRoom } from '../masks/mask-room.ts';
import { polygonMask } from '../masks/polygon-mask.ts';
import type { AnnotatedMasks, DatasetItem } from './file-dataset.ts';
import { findImages } from './find-images.ts';
import type { FoundDataset, ReaderOptions } from './found-dataset.ts';
import { isFile, readText } from './list-folder.ts';

/** Finds CVAT's export "for images": an `annotations.xml` beside `images/`. Its subsets are splits. */
export async function findCvat(place: string, options: ReaderOptions): Promise<FoundDataset | null> {
  const file = (await isFile(place)) ? place : path.join(place, 'annotations.xml');
  if (!/\.xml$/i.test(file) || !(await isFile(file))) return null;
  const { labels, images } = parseCvat(await readText(file), file, options.report);
  const subsets = [...new Set(images.map(({ subset }) => nameOf(subset)))];
  const splits = subsets.length > 1 ? subsets : [];
  return {
    splits,
    open: async (split) => {
      const categories = categoriesOf(options.categories ?? labels, true, file);
      const classes = new Map(categories.map(({ name }, index) => [name, index]));
      const own = split === null ? images : images.filter(({ subset }) => nameOf(subset) === split);
      const files = await filesOf(own, file, options.images);
      const items = own.map((image, i) => itemOf(image, files[i], file, classes));
      return { format: 'cvat', task: 'instance', categories, items, files: [file] };
    },
  };
}

/** Paths of images. Those of a project lie in folders that are named as its subsets, in their own spelling. */
async function filesOf(images: readonly CvatImage[], file: string, wanted: string | undefined): Promise<string[]> {
  const names = images.map(({ name }, i) => requireInside(name, 'name', `${file}: image ${i + 1}`));
  const places = new Map<string, (name: string) => string>();
  for (const { subset } of images) {
    const key = subset ?? 'default';
    const own = names.filter((_, i) => (images[i].subset ?? 'default') === key);
    if (!places.has(key)) places.set(key, await findImages(file, requireInside(key, 'subset', file), own, wanted));
  }
  return images.map(({ subset }, i) => places.get(subset ?? 'default')!(names[i]));
}

const nameOf = (subset: string | null) => splitName(subset ?? '') ?? subset ?? 'default';

function itemOf(
  { name, size, shapes }: CvatImage,
  image: string,
  file: string,
  classes: ReadonlyMap<string, number>,
): DatasetItem {
  const objects = grouped(shapes);
  const masks = (_: unknown, report: FaultSink): AnnotatedMasks => {
    const room = new MaskRoom(`${file}: ${name}`);
    const segments = objects.flatMap((parts): MaskSegment[] => {
      const [{ label, where }] = parts;
      const category = classes.get(label);
      if (category === undefined) {
        const message = `${where}: expected a label of the file, got ${JSON.stringify(label)}`;
        report({ severity: 'error', kind: 'unknown-reference', message });
        return [];
      }
      const mask = joinMasks(parts.map((part) => maskOf(part, size, room, report)));
      if (maskBox(mask) !== null) return [{ mask, category, isCrowd: false }];
      const message = `${where}: expected a mask with pixels in the image, got none`;
      report({ severity: 'warning', kind: 'empty-mask', message });
      return [];
    });
    return { size, segments, unknown: null };
  };
  return { name, file: image, size, count: objects.length, sources: [], masks };
}

/** Shapes that share a label and a group are one object. */
function grouped(shapes: readonly CvatShape[]): CvatShape[][] {
  const objects = new Map<string, CvatShape[]>();
  for (const [i, shape] of shapes.entries()) {
    const key = shape.group === null ? String(i) : JSON.stringify([shape.label, shape.group]);
    objects.set(key, [...(objects.get(key) ?? []), shape]);
  }
  return [...objects.values()];
}

function maskOf(
  { polygon, mask, where }: CvatShape,
  size: [number, number],
  room: MaskRoom,
  report: FaultSink,
): BoxMask {
  const [height, width] = size;
  if (polygon !== null) {
    reportOutside([polygon], size, where, report);
    return polygonMask([polygon], size, room, where);
  }
  if (mask === null) throw new FormatError(`${where}: expected a polygon or mask, got neither`);
  room.take(mask);
  const data = new Uint8Array(mask.width * mask.height);
  let at = 0;
  for (const [i, run] of mask.runs.entries()) {
    if (i % 2 === 1) data.fill(1, at, at + run);
    at += run;
  }
  return cropBoxMask({ ...mask, data }, { x: 0, y: 0, width, height });
}
