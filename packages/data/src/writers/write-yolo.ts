import path from 'node:path';
import { expectOptions } from '@seg/checkpoint/expect-options';
import { makeFolder, writeFileAtomic } from '@seg/checkpoint/node';
import { FormatError } from '@seg/checkpoint/safetensors';
import type { ImageSize } from '@seg/image';
import { stringify } from 'yaml';
import type { MaskSegment } from '../data-sets/mask-sample.ts';
import { isInOrder, matchCategories } from '../data-sets/match-categories.ts';
import { joinedOutline, maskOutlines } from '../masks/mask-outlines.ts';
import { eachImage, spareParts } from './each-image.ts';
import type { WriteOptions, WrittenPart } from './written-dataset.ts';
import { WRITING } from './written-dataset.ts';

/** Digits of a fraction: to a hundredth of a pixel of an image of 10,000. */
const DIGITS = 6;

/**
 * Writes parts of data sets as YOLO has them: `images/SPLIT/`, `labels/SPLIT/` with one polygon an object, and `data.yaml` when
 * all is there. Objects of several parts or with holes become one polygon, its parts joined by bridges without width; crowds
 * are left out, since the format has none.
 *
 * @throws FormatError before anything is written, where a file would take the place of one that is read, or the parts have other
 * categories
 */
export async function writeYolo(
  folder: string,
  parts: readonly WrittenPart[],
  options: WriteOptions = {},
): Promise<void> {
  expectOptions('writeYolo', options, WRITING);
  const [{ dataset: first }] = parts;
  for (const { dataset, split } of parts) {
    if (isInOrder(matchCategories(dataset.categories, first.categories, dataset.path))) continue;
    throw new FormatError(`writeYolo: expected parts with their categories in one order, got another in ${split}`);
  }
  await spareParts(folder, parts, ({ split }, names) => [
    'data.yaml',
    ...names.map((name) => path.join('labels', split, textOf(name))),
  ]);
  for (const part of parts) {
    const labels = path.join(folder, 'labels', part.split);
    await makeFolder(labels);
    for await (const { fileName, size, segments } of eachImage(folder, part, options)) {
      const lines = segments.filter(({ isCrowd }) => !isCrowd).map((segment) => lineOf(segment, size));
      const text = lines.length === 0 ? '' : `${lines.join('\n')}\n`;
      await writeFileAtomic(path.join(labels, textOf(fileName)), text);
    }
  }
  const splits = Object.fromEntries(parts.map(({ split }) => [split, `images/${split}`]));
  const names = new Map(first.categories.map(({ name }, k) => [k, name]));
  await writeFileAtomic(path.join(folder, 'data.yaml'), stringify({ ...splits, names }));
}

const textOf = (fileName: string) => `${path.parse(fileName).name}.txt`;

function lineOf({ mask, category }: MaskSegment, [height, width]: ImageSize): string {
  const corners = joinedOutline(maskOutlines(mask));
  return [category, ...corners.map((value, k) => shortNumber(value / (k % 2 === 0 ? width : height)))].join(' ');
}

function shortNumber(value: number): string {
  return String(Number(value.toFixed(DIGITS)));
}
