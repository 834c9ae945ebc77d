import { readFileSync } from 'node:fs';
import { useBackend } from '@seg/core';
import { beforeAll, expect, test } from 'vitest';

import { parseGolden } from '../src/index.ts';

type Json = Record<string, unknown>;

beforeAll(() => useBackend('wasm'));

function read(name: string): Json {
  return JSON.parse(readFileSync(new URL(`./goldens/${name}.json`, import.meta.url), 'utf8')) as Json;
}

/** A copy with one field replaced; `path` as `config.sigma` or `queries.0.1`. */
function altered(golden: Json, path: string, value: unknown): Json {
  const copy = structuredClone(golden);
  const keys = path.split('.');
  const last = keys.pop()!;
  const inside = keys.reduce<Json>((at, key) => at[key] as Json, copy);
  inside[last] = value;
  return copy;
}

/** Names of the comparisons that fail. */
async function faults(golden: Json): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, ok } of parseGolden('altered.json', JSON.stringify(golden)).check())
    if (!ok) names.push(name);
  return names;
}

const SOLO_TARGETS = (read('loss_solo_tiny').targets as string[])[0];
const MASK_TARGETS = (read('loss_mask2former_tiny').targets as string[])[0];

test.each([
  // a box moved by a pixel, a larger disc, another class, one object less
  ['loss_solo_tiny', 'targets.0', SOLO_TARGETS.replace('R(11,13', 'R(12,13')],
  ['loss_solov2_tiny', 'targets.0', SOLO_TARGETS.replace('901', '1301')],
  ['loss_decoupled_tiny', 'targets.0', SOLO_TARGETS.replace('5: R', '4: R')],
  ['loss_solo_tiny', 'config.sigma', 0.4],
  ['loss_solo_tiny', 'config.mask_loss_weight', 2],
  ['loss_solo_tiny', 'salt', 1],
  ['loss_mask2former_tiny', 'targets.0', MASK_TARGETS.replace('x<40', 'x<30')],
  ['loss_mask2former_tiny', 'weights.loss_dice', 4],
  ['loss_mask2former_tiny', 'config.no_object_weight', 0.2],
  ['loss_maskformer_tiny', 'targets.0', MASK_TARGETS.split(';').slice(1).join(';').replace(' label', 'image 0: label')],
  ['loss_maskformer_tiny', 'weights.loss_mask', 10],
  ['max_deeplab-losses', 'weights.temperature', 0.2],
  ['max_deeplab-losses', 'stuff_class_ids', [5, 4, 6]],
  ['max_deeplab-losses', 'salt', 3],
  ['panoptic_segformer-losses', 'things.0.label', 4],
  ['panoptic_segformer-losses', 'stuff.0.mask_rects_y0y1x0x1', [[0, 20, 0, 64]]],
  ['panoptic_segformer-merge', 'setup.quality_threshold', 0.9],
  ['panoptic_segformer-merge', 'setup.overlap_threshold_things', 0],
  ['postprocess_mask_classification', 'salt', 5],
  ['postprocess_mask_classification', 'things', [0, 1, 2, 3]],
  ['postprocess_mask_classification', 'thresholds.objectMask', 0.99],
  ['postprocess_mask_classification', 'queries.0.2', 14],
])('%s fails when %s is altered', async (name, path, value) => {
  expect(await faults(altered(read(name), path, value))).not.toEqual([]);
});

test.each([
  ['not JSON', '{', /^f\.json: expected JSON, got "\{"$/],
  ['another format', '{"format":"golden-9"}', /^f\.json: expected a format of golden-1, .*, got "golden-9"$/],
  ['no format', '{}', /^f\.json: expected a value as format, got nothing$/],
  [
    'another model',
    '{"format":"golden-1","model":"unet"}',
    /^f\.json: expected a model of mask2former, .*, got "unet"$/,
  ],
])('a file that is %s is refused', (_, text, message) => {
  expect(() => parseGolden('f.json', text)).toThrow(message);
});

test.each([
  ['loss_solo_tiny', 'inputs.0.shape', [2, 32, 1e9, 48], /inputs\[0\]\.shape\[2\], got 1000000000$/],
  ['loss_solo_tiny', 'config.focal.gamma', 3, /expected 2 as config\.focal\.gamma, got 3$/],
  ['loss_solo_tiny', 'predictions.0.values', [], /as predictions\[0\]\.values, got \[\]$/],
  ['loss_mask2former_tiny', 'predictions.0.noise', 'much', /as predictions\[0\]\.noise, got "much"$/],
  ['panoptic_segformer-merge', 'panoptic.rle', [[1, -5]], /as panoptic\.rle\[0\]\[1\], got -5$/],
])('%s with a wrong %s is refused by name', (name, path, value, message) => {
  const text = JSON.stringify(altered(read(name), path, value));
  expect(() => parseGolden('f.json', text)).toThrow(message);
});

test.each([
  ['loss_solo_tiny', 'targets.0', 'image 0: 1: E(1,2,3)', /targets\[0\]: expected .*, got "E"$/],
  ['loss_solo_tiny', 'targets.0', 'image 0: 9: R(1,2,3,4)', /expected labels 1 to 5 in targets, got 9$/],
  ['loss_solo_tiny', 'targets', [SOLO_TARGETS], /expected targets of 2 images, got 1$/],
  ['postprocess_mask_classification', 'panoptic', { best: { map: [[0, 1]] } }, /expected runs named .*, got "best"$/],
  ['panoptic_segformer-merge', 'setup.original_shape', [32, 48], /expected a panoptic map of 32,48, got 64,96$/],
  ['loss_mask2former_tiny', 'config.train_num_points', 100, /expected 100 points of the name points\/0\/match\/0, got/],
])('%s with a %s that does not fit is refused by name', async (name, path, value, message) => {
  await expect(faults(altered(read(name), path, value))).rejects.toThrow(message);
});
