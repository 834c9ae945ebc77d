import path from 'node:path';
import { expectOptions, expectValue, numberIn, oneOf } from '@seg/checkpoint/expect-options';
import { makeFolder, systemReason, writeFileAtomic } from '@seg/checkpoint/node';
import { encodePanopticPng, encodePng } from '@seg/image';
import { toCocoCategories } from '../data-sets/coco-categories.ts';
import type { CocoPanopticJson } from '../data-sets/coco-panoptic-json.ts';
import { SCENE_CATEGORIES } from '../scenes/categories.ts';
import { generateScene } from '../scenes/generate-scene.ts';
import { SCENE_SPLITS, type SceneSplit, sceneSeed } from '../scenes/splits.ts';

/** Options of `writeSceneSet`: the scenes, their number and size. */
export type SceneSetOptions = {
  split: SceneSplit;
  count: number;
  /** Index of the first scene in the split, 0 unless told. */
  start?: number;
  height?: number;
  width?: number;
};

const A_COUNT = numberIn({ least: 0, isWhole: true });
const OPTIONS = {
  split: oneOf(...Object.keys(SCENE_SPLITS)),
  count: A_COUNT,
  start: A_COUNT,
  height: A_COUNT,
  width: A_COUNT,
};

/**
 * Writes generated scenes as a COCO panoptic data set: `images/`, `panoptic/*.png` and, when those are all there,
 * `panoptic.json`.
 *
 * @returns What `panoptic.json` holds
 * @throws Error of one line where the folder cannot be written
 */
export async function writeSceneSet(folder: string, options: SceneSetOptions): Promise<CocoPanopticJson> {
  expectOptions('writeSceneSet', options ?? null, OPTIONS);
  expectValue('writeSceneSet', 'split', options.split, OPTIONS.split);
  expectValue('writeSceneSet', 'count', options.count, OPTIONS.count);
  const { split, count, start = 0, height = 128, width = 128 } = options;
  await makeFolders(folder);
  const json: CocoPanopticJson = { images: [], annotations: [], categories: toCocoCategories(SCENE_CATEGORIES) };
  for (let index = start; index < start + count; index++) {
    const { image, panoptic, segments } = generateScene({ seed: sceneSeed(split, index), height, width });
    const name = `${split}-${String(index).padStart(6, '0')}`;
    const picture = `${name}.png`;
    await writeFileAtomic(path.join(folder, 'images', picture), encodePng(image));
    const ids = encodePanopticPng({ ids: panoptic, width, height });
    await writeFileAtomic(path.join(folder, 'panoptic', picture), ids);
    const segments_info = segments.map(({ isThing: _, ...segment }) => ({ ...segment, iscrowd: 0 as const }));
    json.images.push({ id: index + 1, file_name: picture, width, height });
    json.annotations.push({ image_id: index + 1, file_name: picture, segments_info });
  }
  await writeFileAtomic(path.join(folder, 'panoptic.json'), formatJson(json));
  return json;
}

/** Indented by two, lists of numbers on one line: as formatters want it. */
function formatJson(json: CocoPanopticJson): string {
  const indented = JSON.stringify(json, null, 2);
  return `${indented.replace(/\[\s+([\d\s,]+?)\s+\]/g, (_, numbers: string) => `[${numbers.replace(/\s+/g, ' ')}]`)}\n`;
}

async function makeFolders(folder: string): Promise<void> {
  try {
    for (const name of ['images', 'panoptic']) await makeFolder(path.join(folder, name));
  } catch (error) {
    throw new Error(`writeSceneSet: expected to create ${folder}, got ${systemReason(error)}`, { cause: error });
  }
}
