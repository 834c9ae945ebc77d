import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { init, ParamStore } from '@seg/core';
import { generateScene } from '@seg/data';
import { decodeImage, encodePng } from '@seg/image';
import { buildModel, storedParams } from '@seg/models';
import { saveModel } from '@seg/models/node';
import { onEveryBackend } from '@seg/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { TINY_DESCRIPTIONS } from '../../models/test/tiny-descriptions.ts';
import { main } from '../src/main.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seg-'));
  init.seedInitializers(5);
  for (const [i, [height, width]] of [
    [40, 56],
    [56, 40],
  ].entries()) {
    await writeFile(path.join(folder, `photo${i}.png`), encodePng(generateScene({ seed: i, height, width }).image));
  }
});
afterEach(() => rm(folder, { recursive: true }));

onEveryBackend('seg predict with random weights', (backend) => {
  test.each(Object.keys(TINY_DESCRIPTIONS))('%s: two photographs become files of its first task', async (system) => {
    const isInstance = system.includes('solo');
    await writeRandomModel(system);
    const out = path.join(folder, 'out');
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const progress = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const photos = [0, 1].map((i) => path.join(folder, `photo${i}.png`));
    const code = await main([
      'predict',
      ...photos,
      '--model',
      path.join(folder, 'model'),
      '--out',
      out,
      '--backend',
      backend,
    ]);
    const text = log.mock.calls.flat().join('\n');
    log.mockRestore();
    progress.mockRestore();
    expect(code).toBe(0);
    expect(text).toContain('photo1.png  40x56');
    expect(existsSync(path.join(out, 'instances.json'))).toBe(isInstance);
    const { images, categories } = JSON.parse(await readFile(path.join(out, 'panoptic.json'), 'utf8'));
    expect(images.map(({ width, height }: { width: number; height: number }) => [height, width])).toEqual([
      [40, 56],
      [56, 40],
    ]);
    expect(categories.length).toBe(TINY_DESCRIPTIONS[system].categories.length);
    for (const name of (await readdir(out)).filter((one) => one.endsWith('.png'))) {
      const bytes = await readFile(path.join(out, name));
      const { width, height } = await decodeImage(bytes, name);
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(40);
    }
  });
});

async function writeRandomModel(system: string): Promise<void> {
  const description = TINY_DESCRIPTIONS[system];
  const { params } = buildModel(new ParamStore(), description.config);
  await saveModel(path.join(folder, 'model'), description, storedParams(params), { precision: 'float16' });
  params.dispose();
}
