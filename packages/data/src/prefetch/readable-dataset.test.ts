import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

import { dataFolder, labelPng, photograph } from '../../test/data-folder.ts';
import { openDataset } from '../files/open-dataset.ts';
import { prefetch } from './prefetch.ts';

/** Label maps of three images, of which the second has damaged pixels. */
function damaged(): string {
  const names = ['a', 'b', 'c'];
  const files = names.flatMap((name) => [
    [`images/${name}.png`, photograph(4, 4)],
    [`labels/${name}.png`, labelPng(4, new Array(16).fill(0))],
  ]);
  const folder = dataFolder({ ...Object.fromEntries(files), 'classes.txt': 'ground' });
  const whole = photograph(4, 4);
  writeFileSync(path.join(folder, 'images/b.png'), whole.subarray(0, whole.length - 30));
  return folder;
}

async function namesOf(folder: string, threads: number, start: number, skipFaults: boolean) {
  const told: string[] = [];
  const dataset = await openDataset(folder, { skipFaults });
  const batches = prefetch(dataset, { batchSize: 2, seed: 1, start, threads, onSkip: (fault) => told.push(fault) });
  const names: string[] = [];
  for (let step = start; step < 6; step++) {
    const { value } = await batches.next();
    names.push(...value.samples.map(({ name }) => name));
  }
  await batches.return(undefined as never);
  return { names, told };
}

test('an image with damaged pixels is passed over and told of once, the same in threads and from any step on', async () => {
  const folder = damaged();
  await expect(namesOf(folder, 0, 0, false)).rejects.toThrow('b.png');
  const here = await namesOf(folder, 0, 0, true);
  expect(new Set(here.names)).toEqual(new Set(['a.png', 'c.png']));
  expect(here.told).toEqual([expect.stringContaining('b.png')]);
  expect(await namesOf(folder, 2, 0, true)).toEqual(here);
  expect((await namesOf(folder, 0, 2, true)).names).toEqual(here.names.slice(4));
});

test('a set of which nothing can be read is refused', async () => {
  const folder = dataFolder({
    'images/a.png': photograph(4, 4).subarray(0, 50),
    'labels/a.png': labelPng(4, new Array(16).fill(0)),
    'classes.txt': 'ground',
  });
  await expect(namesOf(folder, 0, 0, true)).rejects.toThrow('expected one of 1 images that can be read, got none');
});
