import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ParamSource } from '@seg/checkpoint';
import { ParamStore, useBackend } from '@seg/core';
import {
  buildModel,
  convertWeights,
  isRecomputed,
  isUnused,
  type KeyStyle,
  keyNamings,
  type ModelConfig,
  PRESETS,
  type PresetName,
} from '@seg/models';
import { beforeAll, expect, test } from 'vitest';

/** Complete lists of published keys with their shapes, and what they are of. */
type Shapes = Map<string, readonly number[]>;
type KeyTable = { file: string; preset: PresetName; style: KeyStyle; shapes: Shapes };

const GOLDENS = path.join(import.meta.dirname, 'goldens');
const VALUE = '/.ATTRIBUTES/VARIABLE_VALUE';

/** The parameters of a golden file, and beside them what it leaves out: counters of batch norms and the criterion. */
function goldenTable(file: string, preset: PresetName, style: KeyStyle): KeyTable {
  const text = readFileSync(path.join(GOLDENS, file), 'utf8');
  const { parameters } = JSON.parse(text) as { parameters: [key: string, shape: number[]][] };
  const shapes: Shapes = new Map(parameters.map(([key, shape]) => [key, shape]));
  for (const key of [...shapes.keys()].filter((key) => key.endsWith('.running_mean'))) {
    shapes.set(key.replace(/running_mean$/, 'num_batches_tracked'), []);
  }
  if (file.startsWith('mask')) shapes.set('criterion.empty_weight', [134]);
  return { file, preset, style, shapes };
}

/** A table of key and sides joined by x, one variable a line; `#` begins a comment. */
function readTable(file: string): [string, number[]][] {
  const text = gunzipSync(readFileSync(path.join(GOLDENS, file))).toString();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => line.split('\t')).map(([key, sides]) => [key, sidesOf(sides)]);
}

function sidesOf(text: string): number[] {
  return text === '' || text === 'scalar' ? [] : text.split('x').map(Number);
}

/** As deeplab2 saves it, with counters and the beginning of the optimizer's state. */
function tensorflowTable(file: string, preset: PresetName): KeyTable {
  const shapes: Shapes = new Map(readTable(file).map(([key, shape]) => [key + VALUE, shape]));
  for (const [key, shape] of [...shapes].slice(0, 3)) {
    shapes.set(key.replace(VALUE, `/.OPTIMIZER_SLOT/optimizer/m${VALUE}`), shape);
  }
  for (const key of ['optimizer/iter', 'optimizer/beta_1', 'global_step', 'save_counter']) shapes.set(key + VALUE, []);
  return { file, preset, style: 'original', shapes };
}

const TABLES: readonly KeyTable[] = [
  goldenTable('mask2former_r50.json', 'mask2former-r50-coco-panoptic', 'own'),
  goldenTable('mask2former_r50_original_keys.json', 'mask2former-r50-coco-panoptic', 'original'),
  goldenTable('mask2former_swin_t.json', 'mask2former-swin-t-coco-panoptic', 'own'),
  goldenTable('maskformer_r50.json', 'maskformer-r50-ade20k', 'own'),
  goldenTable('maskformer_swin_t.json', 'maskformer-swin-t-coco', 'own'),
  goldenTable('solo_r50_fpn.json', 'solo-r50-coco', 'original'),
  goldenTable('decoupled_solo_r50_fpn.json', 'decoupled-solo-r50-coco', 'original'),
  goldenTable('solov2_r50_fpn.json', 'solov2-r50-coco', 'original'),
  goldenTable('panoptic_segformer_r50.json', 'panoptic-segformer-r50-coco', 'original'),
  tensorflowTable('max_deeplab_s-variables.tsv.gz', 'max-deeplab-s-coco'),
  tensorflowTable('max_deeplab_l-variables.tsv.gz', 'max-deeplab-l-coco'),
];

/** Tensors whose values tell key and place, made when they are read. */
function marked(shapes: ReadonlyMap<string, readonly number[]>): ParamSource {
  const numbers = new Map([...shapes.keys()].map((key, i) => [key, i]));
  return {
    keys: () => shapes.keys(),
    shape: (key) => shapes.get(key) ?? null,
    read: (key) => {
      const shape = shapes.get(key);
      if (shape === undefined) return null;
      const bits = new Uint32Array(shape.reduce((product, side) => product * side, 1)).fill(numbers.get(key)! << 8);
      if (bits.length > 0) bits[bits.length - 1] += 1;
      for (let i = 0; i < bits.length; i += 97) bits[i] += i % 251;
      return { shape, values: new Float32Array(bits.buffer) };
    },
  };
}

/** Keys and stored shapes of a model. */
function declared(config: ModelConfig): Map<string, readonly number[]> {
  const params = new ParamStore('zeros');
  buildModel(params, config);
  const shapes = params.keys().map((key) => {
    const { shape } = params.get(key);
    return [key, params.storedLayout(key)?.toStored(shape) ?? shape] as const;
  });
  params.dispose();
  return new Map(shapes);
}

function expectSame(actual: ParamSource, expected: ParamSource, keys: readonly string[]): void {
  expect([...actual.keys()].sort()).toEqual([...keys].sort());
  for (const key of keys) {
    expect(actual.shape!(key), key).toEqual(expected.shape!(key));
    const [a, b] = [actual.read(key)!.values, expected.read(key)!.values];
    const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);
    expect(Buffer.compare(bytes(a), bytes(b)), key).toBe(0);
  }
}

beforeAll(async () => {
  await useBackend('cpu');
});

test.each(TABLES)('$file: every key used once, none left, and back to the same bytes', ({ preset, style, shapes }) => {
  const { config } = PRESETS[preset];
  const published = marked(shapes);
  const ours = convertWeights(config, published, 'own');
  const used = [...ours.keys()].filter((key) => !isUnused(config, key));
  expect(used.sort()).toEqual([...declared(config).keys()].sort());
  const kept = [...shapes.keys()].filter((key) => !isRecomputed(key) && (style === 'own' || !isOptimizer(key)));
  expectSame(convertWeights(config, ours, style), published, kept);
});

test("Panoptic SegFormer's head: every key of the authors' is the model's or known as unused", () => {
  const { config } = PRESETS['panoptic-segformer-r50-coco'];
  const table = new Map<string, readonly number[]>(readTable('panoptic_segformer_head-state-dict.tsv.gz'));
  const head = new Map([...declared(config)].filter(([key]) => key.startsWith('bbox_head.')));
  const used = new Map([...table].filter(([key]) => !isUnused(config, key)));
  expect(new Map([...used].sort())).toEqual(new Map([...head].sort()));
  expect([...table.keys()].filter((key) => isUnused(config, key)).length).toBe(32); // reg_branches2, cls_thing_branches
});

/** A preset for every set of keys and shapes, classes and queries apart. */
const LAYOUTS = new Map(
  (Object.keys(PRESETS) as PresetName[]).map((preset) => {
    const { config } = PRESETS[preset];
    return [JSON.stringify({ ...config, numClasses: 0, numQueries: 0 }), preset] as const;
  }),
);

test.each([...LAYOUTS.values()])('%s: to every published naming and back, no key lost', (preset) => {
  const { config } = PRESETS[preset];
  const ours = marked(declared(config));
  for (const { name } of keyNamings(config)) {
    const published = convertWeights(config, ours, name);
    const back = convertWeights(config, published, 'own');
    expect([...back.keys()].sort(), name).toEqual([...ours.keys()].sort());
    for (const key of ours.keys()) expect(back.shape!(key), `${name}: ${key}`).toEqual(ours.shape!(key));
    const sample = [...ours.keys()].filter((_, i) => i % 50 === 0);
    for (const key of sample) expect(back.read(key)!.values.at(-1), key).toBe(ours.read(key)!.values.at(-1));
  }
});

test('a published naming has none of our names, where the names differ', () => {
  const { config } = PRESETS['solov2-r50-coco'];
  const ours = marked(declared(config));
  const mmdetection = [...convertWeights(config, ours, 'mmdetection').keys()];
  expect(mmdetection.filter((key) => key.startsWith('bbox_head.') || key.startsWith('mask_feat_head.'))).toEqual([]);
  expect(mmdetection).toContain('mask_head.mask_feature_head.conv_pred.conv.weight'); // mmdetection 3, solov2 head
  expect(() => convertWeights(PRESETS['max-deeplab-s-coco'].config, marked(new Map()), 'mmdetection')).toThrow();
});

function isOptimizer(key: string): boolean {
  return /\.OPTIMIZER_SLOT|^optimizer|^global_step|^save_counter/.test(key);
}
