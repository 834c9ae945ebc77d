import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readAs, utf8Text } from '@seg/checkpoint';
import {
  type CocoGroundTruth,
  type CocoResult,
  collectDetections,
  detectionReport,
  readLabelPng,
  SemanticQuality,
} from '@seg/coco-eval';
import { parseCocoPanoptic } from '@seg/data';
import { decodePanopticPng } from '@seg/image';
import { readBytes } from '@seg/image/node';
import type { ZooEntry } from '@seg/models/zoo';
import * as v from 'valibot';

import { collectPanoptic, inflate } from '../evaluate/panoptic-files.ts';
import { readJson } from '../read-json.ts';
import type { PublishedSet } from './published-set.ts';

/** Predictions of a validation set, or of the first images of it. */
export type Predicted = {
  /** Folder of the results of `seg predict`. */
  folder: string;
  images: readonly string[];
  set: PublishedSet;
};

/** The published metric of what was predicted, in percent. */
export async function measure({ metric }: Pick<ZooEntry, 'metric'>, predicted: Predicted): Promise<number> {
  if (metric === 'PQ') return panopticQuality(predicted);
  return metric === 'AP' ? averagePrecision(predicted) : meanIou(predicted);
}

async function panopticQuality({ folder, images, set }: Predicted): Promise<number> {
  const truth = cocoFile(set);
  const gt = await chosenTruth(truth, folder, images);
  const dt = path.join(folder, 'panoptic.json');
  const gtFolder = truth.replace(/\.json$/, '');
  const quality = await collectPanoptic({ gt, dt, gtFolder, dtFolder: folder, iouType: 'mask', onProgress: () => {} });
  return 100 * quality.result({ cores: 1 }).all.pq;
}

async function averagePrecision({ folder, images, set }: Predicted): Promise<number> {
  const gt = await chosenTruth(cocoFile(set), folder, images);
  const groundTruth = readAs(gt, v.looseObject({}), await readJson(gt)) as CocoGroundTruth;
  const file = path.join(folder, 'instances.json');
  const results = readAs(file, v.array(v.unknown()), await readJson(file)) as CocoResult[];
  const ids = new Set(groundTruth.images?.map(({ id }) => id)); // a longer run may have been there before
  const chosen = results.filter(({ image_id }) => ids.has(image_id));
  const evaluator = collectDetections(groundTruth, chosen, { iouType: 'segm', allowEmpty: true });
  return 100 * detectionReport(evaluator.result()).summary.AP;
}

const listsSchema = v.looseObject({
  images: v.array(v.looseObject({ id: v.number(), file_name: v.string() })),
  annotations: v.optional(v.array(v.looseObject({ image_id: v.number() }))),
});

/** The ground truth of the images that were predicted: the file itself where they are all. */
async function chosenTruth(file: string, folder: string, images: readonly string[]): Promise<string> {
  const { images: all, annotations = [], ...rest } = readAs(file, listsSchema, await readJson(file));
  const names = new Set(images.map((image) => path.basename(image)));
  const chosen = all.filter(({ file_name }) => names.has(file_name));
  if (chosen.length === all.length) return file;
  const ids = new Set(chosen.map(({ id }) => id));
  const part = path.join(folder, 'ground-truth.json');
  const kept = annotations.filter(({ image_id }) => ids.has(image_id));
  await writeFile(part, JSON.stringify({ ...rest, images: chosen, annotations: kept }));
  return part;
}

function cocoFile({ truth }: PublishedSet): string {
  if (truth.kind === 'coco') return truth.file;
  throw new TypeError(`reproduce: expected a file of COCO, got labels in ${truth.folder}`);
}

/** Labels are places in the model's list of classes, which is the data set's. */
async function meanIou({ folder, images, set }: Predicted): Promise<number> {
  if (set.truth.kind !== 'labels') throw new TypeError('reproduce: expected a folder of labels, got a file of COCO');
  const file = path.join(folder, 'panoptic.json');
  const { categories, annotations } = parseCocoPanoptic(utf8Text(file, await readBytes(file), 'JSON'), file);
  const labelOf = new Map(categories.map(({ id }, label) => [id, label]));
  const byName = new Map(annotations.map((annotation) => [annotation.file_name, annotation]));
  const quality = new SemanticQuality({ classes: categories.length, ignoreLabel: 255 });
  for (const image of images) {
    const { name } = path.parse(image);
    const { segments_info, file_name } = byName.get(`${name}.panoptic.png`)!;
    const classes = new Map(segments_info.map(({ id, category_id }) => [id, labelOf.get(category_id)!]));
    const png = path.join(folder, file_name);
    const { ids } = await decodePanopticPng(await readBytes(png), png);
    const truth = readLabelPng(await readFile(path.join(set.truth.folder, `${name}.png`)), inflate);
    quality.add({ groundTruth: truth.labels, prediction: ids.map((id) => classes.get(id)!) });
  }
  return quality.result().meanIou;
}
