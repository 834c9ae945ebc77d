import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { FormatError, readAs } from '@seg/checkpoint';
import { systemReason } from '@seg/checkpoint/node';
import {
  type Inflate,
  type PanopticCategory,
  PanopticQuality,
  readLabelPng,
  readPanopticPng,
  type SegmentInfo,
  SemanticQuality,
} from '@seg/coco-eval';
import type { RgbImage } from '@seg/image';
import * as v from 'valibot';

import { readJson } from '../read-json.ts';
import { naming, namingLater } from './naming.ts';
import type { Shard } from './shard.ts';

/** One buffer of the right size, which also stops a file that would inflate to more. */
export const inflate: Inflate = (data, length) =>
  inflateSync(data, { chunkSize: Math.max(64, length + 1), maxOutputLength: length + 1 });

type PixelSize = Pick<RgbImage, 'width' | 'height'>;
type PanopticJson = v.InferOutput<typeof panopticSchema>;
type Annotation = PanopticJson['annotations'][number];

const idSchema = v.pipe(v.number(), v.integer());

/** Ids are R + 256 G + 256² B of a PNG of 8 bits. */
const HIGHEST_ID = 2 ** 24 - 1;

/** Fields that panopticapi reads. The evaluator looks at what is in segments and categories one by one. */
const panopticSchema = v.object({
  annotations: v.array(
    v.object({
      image_id: v.union([v.number(), v.string()]),
      file_name: v.pipe(v.string(), v.check(staysInFolder, 'a file name within its folder')),
      segments_info: v.array(
        v.looseObject({
          id: v.pipe(idSchema, v.minValue(0), v.maxValue(HIGHEST_ID)),
          category_id: idSchema,
          area: v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))),
        }),
      ),
    }),
  ),
  categories: v.optional(
    v.array(
      v.looseObject({
        id: idSchema,
        name: v.optional(v.string()),
        isthing: v.optional(v.union([v.literal(0), v.literal(1), v.boolean()])),
      }),
    ),
  ),
});

/** The name comes from somebody else's file. */
function staysInFolder(name: string): boolean {
  return !/^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\0/.test(name);
}

/** Two COCO panoptic sets, each a JSON with a folder of PNGs. */
export type PanopticInputs = {
  gt: string;
  dt: string;
  gtFolder?: string;
  dtFolder?: string;
  iouType: 'mask' | 'boundary';
  shard?: Shard;
  onProgress(done: number, total: number): void;
};

/** Panoptic quality of two JSON files with their folders of PNGs. @throws Error that names the image */
export async function collectPanoptic(inputs: PanopticInputs): Promise<PanopticQuality> {
  const truth = await readPanopticJson(inputs.gt);
  const predicted = new Map((await readPanopticJson(inputs.dt)).annotations.map((entry) => [entry.image_id, entry]));
  if (!truth.categories) throw new Error(`${inputs.gt}: expected categories, got none`);
  const categories = truth.categories as PanopticCategory[]; // which checks them one by one
  const quality = naming(inputs.gt, () => new PanopticQuality({ categories, iouType: inputs.iouType }));
  const folders = [inputs.gtFolder ?? withoutJson(inputs.gt), inputs.dtFolder ?? withoutJson(inputs.dt)];
  const { k, n } = inputs.shard ?? { k: 1, n: 1 };
  for (let index = k - 1; index < truth.annotations.length; index += n) {
    const annotation = truth.annotations[index];
    const other = predicted.get(annotation.image_id);
    if (!other) throw new Error(`${inputs.dt}: expected an annotation of image ${annotation.image_id}, got none`);
    const where = `${inputs.gt}, ${inputs.dt}: image ${annotation.image_id}`;
    const maps = await namingLater(where, readMaps([annotation, other], folders));
    naming(where, () => addPanoptic(quality, index, [annotation, other], maps));
    inputs.onProgress(index + 1, truth.annotations.length);
  }
  return quality;
}

type PanopticPng = ReturnType<typeof readPanopticPng>;

async function readMaps(annotations: readonly Annotation[], folders: string[]): Promise<PanopticPng[]> {
  const files = annotations.map(({ file_name }, k) => path.join(folders[k], file_name));
  return Promise.all(files.map((file) => readPng(file, readPanopticPng)));
}

function addPanoptic(
  quality: PanopticQuality,
  index: number,
  [truth, predicted]: [Annotation, Annotation],
  [a, b]: PanopticPng[],
): void {
  requireSameSize(a, b);
  const { width, height } = a;
  quality.add({
    groundTruth: { ids: a, segments: truth.segments_info as SegmentInfo[] },
    prediction: { ids: b, segments: predicted.segments_info as SegmentInfo[] },
    index,
    width,
    height,
  });
}

async function readPanopticJson(file: string): Promise<PanopticJson> {
  const json = readAs(file, panopticSchema, await readJson(file));
  requireOnce(`${file}: annotations`, 'image_id', json.annotations);
  requireOnce(`${file}: categories`, 'id', json.categories ?? []);
  for (const [i, one] of json.annotations.entries()) {
    requireOnce(`${file}: annotations[${i}].segments_info`, 'id', one.segments_info);
  }
  return json;
}

/** panopticapi takes the last of several, whichever that is. */
function requireOnce<K extends string>(where: string, field: K, entries: readonly Record<K, number | string>[]): void {
  const seen = new Set<number | string>();
  for (const { [field]: value } of entries) {
    if (seen.has(value)) throw new FormatError(`${where}: expected every ${field} once, got ${value} twice`);
    seen.add(value);
  }
}

function withoutJson(file: string): string {
  return file.replace(/\.json$/i, '');
}

function requireSameSize(a: PixelSize, b: PixelSize): void {
  if (a.width !== b.width || a.height !== b.height) {
    throw new Error(`expected a prediction of ${a.width} x ${a.height}, got ${b.width} x ${b.height}`);
  }
}

async function readPng<T>(file: string, decode: (bytes: Uint8Array, inflate: Inflate) => T): Promise<T> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new Error(`evaluate: expected to read ${file}, got ${systemReason(error)}`, { cause: error });
  }
  return naming(file, () => decode(bytes, inflate));
}

/** Two folders of label maps with the same file names. */
export type SemanticInputs = {
  gt: string;
  dt: string;
  files: readonly string[];
  classes: number;
  ignoreLabel: number;
  boundary: boolean;
  shard?: Shard;
  onProgress(done: number, total: number): void;
};

/** Mean IoU of two folders of label maps with the same names. @throws Error that names the file */
export async function collectSemantic(inputs: SemanticInputs): Promise<SemanticQuality> {
  const { files, classes, ignoreLabel, boundary } = inputs;
  const quality = new SemanticQuality({ classes, ignoreLabel, boundary });
  const { k, n } = inputs.shard ?? { k: 1, n: 1 };
  for (let index = k - 1; index < files.length; index += n) {
    const [a, b] = await Promise.all(
      [inputs.gt, inputs.dt].map((folder) => readPng(path.join(folder, files[index]), readLabelPng)),
    );
    naming(files[index], () => {
      requireSameSize(a, b);
      quality.add({ groundTruth: a.labels, prediction: b.labels, width: a.width, height: a.height });
    });
    inputs.onProgress(index + 1, files.length);
  }
  return quality;
}
