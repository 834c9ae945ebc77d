import { bytesOf, FormatError } from '@seg/checkpoint';
import { expect, test } from 'vitest';

import type { ModelDescription } from '../src/description/model-description.ts';
import { readDescription } from '../src/description/read-description.ts';
import { PRESETS } from '../src/systems/systems.ts';
import { TINY_DESCRIPTIONS } from './tiny-descriptions.ts';

const SYSTEMS = Object.entries(TINY_DESCRIPTIONS);
type Path = readonly (string | number)[];

test.each(Object.entries<ModelDescription>(PRESETS))('%s is read as it is', async (_, description) => {
  expect(await read({ format: 'seg-model-1', ...description })).toEqual(description);
});

test.each(SYSTEMS)('%s: a wrong value in any place is refused by the name of its field', async (_, description) => {
  const whole = plain({ format: 'seg-model-1', ...description });
  for (const path of pathsIn(whole)) {
    for (const wrong of [true, null, -1.5, {}, [], path.at(-1) === 'name' ? 7 : 'x', undefined]) {
      if (isRight(path, wrong)) continue;
      const field = path.filter((step) => typeof step === 'string').at(-1)!;
      const failure = await read(spoiled(whole, path, wrong)).catch((error: unknown) => error);
      expect(failure, `${path.join('.')} = ${JSON.stringify(wrong)}`).toBeInstanceOf(FormatError);
      expect((failure as Error).message).toMatch(/^folder\/config\.json: expected .+, got [^\n]+$/);
      expect((failure as Error).message).toContain(field);
    }
  }
});

test.each([
  ['a format of the future', { format: 'seg-model-2' }, 'expected format seg-model-1, got "seg-model-2"'],
  ['an unknown model', { config: { model: 'toString' } }, 'expected mask2former or maskformer or solo'],
  ['no config', { config: null }, 'expected config with model, got null'],
  ['a field that it does not know', { notes: 'x' }, 'expected known fields, got notes "x"'],
  ['an unknown field of the config', { config: { ...TINY_DESCRIPTIONS.solo.config, dim: 8 } }, 'in config, got dim 8'],
  ['too few categories', { categories: [] }, 'expected 3 categories, got 0'],
  ['no categories', { categories: 7 }, 'expected 3 categories, got 7'],
  ['no preprocessing', { preprocessing: undefined }, 'expected preprocessing with resize, divisor'],
  ['a share above one', { inference: { scoreThreshold: 80 } }, 'as inference.scoreThreshold, got 80'],
  [
    'an overlap that its inference does not read',
    { inference: { nmsThreshold: 0.7 } },
    'nothing but scoreThreshold in inference, got nmsThreshold 0.7',
  ],
])('%s is refused in one line', async (_, change, message) => {
  await expect(read({ format: 'seg-model-1', ...TINY_DESCRIPTIONS.solo, ...change })).rejects.toThrow(message);
});

test.each([
  ['mask2former', { nmsThreshold: 70 }, 'as inference.nmsThreshold, got 70'],
  ['maskformer', { overlapThreshold: -0.1 }, 'as inference.overlapThreshold, got -0.1'],
  ['panoptic_segformer', { semanticRule: 'masks-first' }, 'in inference, got semanticRule "masks-first"'],
  ['max-deeplab', { overlapThreshold: 0.8 }, 'nothing but scoreThreshold in inference, got overlapThreshold 0.8'],
] as const)('%s: thresholds %j are refused', async (name, inference, message) => {
  await expect(read({ format: 'seg-model-1', ...TINY_DESCRIPTIONS[name], inference })).rejects.toThrow(message);
});

test('a model of a billion layers is refused before it is built', async () => {
  const { config, ...rest } = TINY_DESCRIPTIONS.mask2former;
  const found = read({ format: 'seg-model-1', config: { ...config, numDecoderLayers: 1e9 }, ...rest });
  await expect(found).rejects.toThrow('from 0 to 1024 as config.numDecoderLayers, got 1000000000');
});

/** Of a folder that holds nothing but this `config.json`. */
function read(config: object): Promise<ModelDescription> {
  const bytes = new TextEncoder().encode(JSON.stringify(config));
  return readDescription({
    name: 'folder',
    open: async (file) => (file === 'config.json' ? bytesOf(`folder/${file}`, bytes) : null),
  });
}

/** Every place in a value, of lists the first. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path];
  const steps: Path = Array.isArray(value) ? [0] : Object.keys(value);
  const below = steps.flatMap((step) => pathsIn(value[step as keyof typeof value], [...path, step]));
  return path.length === 0 ? below : [path, ...below];
}

/** Place where the value is as good as its replacement, or the place may be empty. */
function isRight(path: Path, value: unknown): boolean {
  const at = path.join('.');
  if (path.length === 1 && at === 'inference') return value === undefined || JSON.stringify(value) === '{}';
  if (value === undefined) return path[0] === 'inference';
  if (value === true) return at.endsWith('isThing');
  return value === -1.5 && /mean\.0$|scaleRanges\.0\.0$/.test(at);
}

function spoiled(whole: object, path: Path, value: unknown): object {
  const copy = plain(whole);
  let place = copy as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) place = place[step] as typeof place;
  place[path.at(-1)!] = value;
  return copy;
}

function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
