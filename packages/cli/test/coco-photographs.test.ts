import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeImage } from '@seg/image';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { main } from '../src/main.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const shipped = path.join(here, '../../../examples/mask2former/model');
// Two photographs of COCO val2017 with their panoptic truth, beside the repository.
const sample = path.join(here, '../../../../shared/data/coco-panoptic-sample');
const isThere = existsSync(sample);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seg-coco-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(from: string, name: string): Promise<{ width: number; height: number }> {
  return decodeImage(readFileSync(path.join(from, name)), name);
}

/** Text that a command prints. */
async function printed(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
  const progress = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect(await main(args)).toBe(0);
  } finally {
    log.mockRestore();
    progress.mockRestore();
  }
  return lines.join('\n');
}

describe.skipIf(!isThere)(`photographs of COCO${isThere ? '' : ' (skipped: ../shared is not there)'}`, () => {
  test('seg predict writes overlays and panoptic files of the photographs’ size, which read back', async () => {
    const images = path.join(sample, 'input_images');
    await printed('predict', images, '--model', shipped, '--backend', 'wasm', '--out', folder);
    const { annotations } = JSON.parse(await readFile(path.join(folder, 'panoptic.json'), 'utf8'));
    expect(annotations).toHaveLength(2);
    for (const { file_name: file } of annotations) {
      const name = path.parse(file).name.replace(/\.panoptic$/, '');
      const photograph = await read(images, `${name}.jpg`);
      const overlay = await read(folder, `${name}.overlay.png`);
      expect([overlay.width, overlay.height]).toEqual([photograph.width, photograph.height]);
    }
  });

  test('their truth has PQ 100 with itself', async () => {
    const truth = path.join(sample, 'panoptic_examples.json');
    expect(await printed('evaluate', 'panoptic', '--gt', truth, '--dt', truth)).toMatch(/All\s*\|\s*100\.0/);
  });
});
