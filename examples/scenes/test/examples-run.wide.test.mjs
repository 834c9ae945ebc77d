import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const examples = path.join(import.meta.dirname, '../..');
let folder;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-examples-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['mask2former', /^PQ \d/m],
  ['maskformer', /^PQ \d/m],
  ['max-deeplab', /^PQ \d/m],
  ['panoptic-segformer', /^PQ \d/m],
  ['solo', /Average Precision/],
])('the example of %s trains one step, keeps its state and evaluates one scene', async (name, answer) => {
  const out = path.join(folder, name);
  const env = { ...process.env, OUT: out, STEPS: '1', COUNT: '1', BACKEND: 'wasm' };
  const child = spawn(process.execPath, [path.join(examples, name, 'train.mjs')], { env, cwd: folder });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      text += part;
    });
  }
  const [code] = await once(child, 'close');
  expect(code, text).toBe(0);
  expect(text).toMatch(answer);
  expect(existsSync(path.join(out, 'training.safetensors'))).toBe(true);
});
