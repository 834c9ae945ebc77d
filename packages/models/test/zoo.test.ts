import { readFileSync } from 'node:fs';
import path from 'node:path';
import { useBackend } from '@seg/core';
import { beforeAll, expect, test } from 'vitest';

import { readHubId } from '../src/hub/hub-id.ts';
import { PRESETS, SYSTEMS } from '../src/systems/systems.ts';
import { ZOO, zooPage } from '../src/zoo.ts';

beforeAll(async () => void (await useBackend('cpu')));

const FOLDERS = ['mask2former', 'maskformer', 'solo', 'max-deeplab', 'panoptic-segformer'];
const source = (folder: string, file: string) =>
  readFileSync(path.join(import.meta.dirname, '../src/systems', folder, file), 'utf8');

/** The comment above each published model's config: where its figures are cited. */
function citations(): Map<string, string> {
  const cited = FOLDERS.flatMap((folder) => {
    const comments = new Map(
      [...source(folder, 'presets.ts').matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*'([\w-]+)': /g)].map(
        ([, text, key]) => [key, text],
      ),
    );
    const names = source(folder, 'published.ts').matchAll(/'([\w-]+)': \w+\(\w+\['([\w-]+)'\]/g);
    return [...names].map(([, name, key]): [string, string] => [name, comments.get(key)!]);
  });
  return new Map(cited);
}

test('every preset is in the zoo once, and nothing else', () => {
  expect(ZOO.map(({ preset }) => preset).sort()).toEqual(Object.keys(PRESETS).sort());
});

test.each(ZOO.map((entry) => [entry.preset, entry] as const))(
  '%s has the figure that is cited with its config',
  (preset, entry) => {
    const text = citations().get(preset)!;
    const numbers = text.match(/\d+\.\d\b/g)!;
    expect(numbers).toContain(entry.value.toFixed(1));
    expect(text).toContain(entry.metric);
    const system = SYSTEMS.find(({ presets }) => preset in presets)!;
    expect(preset.startsWith('mask2former')).toBe(entry.system === 'Mask2Former');
    expect(system.huggingFace === undefined).toBe(!['Mask2Former', 'MaskFormer'].includes(entry.system));
  },
);

test('names on the hub are names of hubs, of systems that have a format there, each once', () => {
  const hubs = ZOO.flatMap(({ hub, system }) => (hub ? [[hub, system]] : []));
  for (const [hub, system] of hubs) {
    expect(readHubId(hub)?.repo).toBe(hub);
    expect(hub.startsWith(`facebook/${system.toLowerCase()}-`)).toBe(true);
  }
  expect(new Set(hubs.map(([hub]) => hub)).size).toBe(hubs.length);
});

test('docs/model-zoo.md is written from the list: node scripts/write-model-zoo.mjs', () => {
  const page = path.join(import.meta.dirname, '../../../docs/model-zoo.md');
  expect(readFileSync(page, 'utf8')).toBe(zooPage());
});
