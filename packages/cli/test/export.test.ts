import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateScene } from '@seg/data';
import { encodePng } from '@seg/image';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { main } from '../src/main.ts';

const MODEL = path.join(import.meta.dirname, '../../../examples/mask2former/model');

let folder = '';
let printed: string[] = [];
let told: string[] = [];
const at = (name: string): string => path.join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seg-export-'));
  [printed, told] = [[], []];
  vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(text));
  vi.spyOn(console, 'error').mockImplementation((text) => void told.push(text));
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
});

test("a model becomes a file with Hugging Face's names, its classes and the paths of its modules", async () => {
  expect(await main(['export', MODEL, at('m.onnx'), '--size', '64x96', '--batch', 'free'])).toBe(0);
  expect(printed[0]).toContain('pixel_values [batch, 3, 64, 96]');
  expect(printed[0]).toContain('class_queries_logits [batch, 24, 13]');
  expect(printed[0]).toContain('masks_queries_logits [batch, 24, 16, 24]');
  const text = readFileSync(at('m.onnx')).toString('latin1');
  for (const part of ['id2label', '"crescent"', 'model.pixel_level_module.encoder.encoder.stages.0.layers.0/Conv']) {
    expect(text).toContain(part);
  }
});

test('weights in half precision halve the file', async () => {
  await main(['export', MODEL, at('whole.onnx'), '--size', '64x64']);
  await main(['export', MODEL, at('half.onnx'), '--size', '64x64', '--dtype', 'f16']);
  const [whole, half] = ['whole.onnx', 'half.onnx'].map((name) => readFileSync(at(name)).length);
  expect(half).toBeLessThan(0.55 * whole);
});

test.each([
  ['a size that is none', [MODEL, '--size', '64'], 2, null],
  ['a batch that is none', [MODEL, '--batch', '0'], 2, null],
  ['a folder that is none', ['nowhere'], 1, /nowhere: expected a folder with a model/],
])('%s is refused, and leaves no file', async (_, [model, ...options], code, message) => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await main(['export', model, at('m.onnx'), ...options])).toBe(code);
  if (message) expect(told.join('\n')).toMatch(message);
  expect(existsSync(at('m.onnx'))).toBe(false);
});

test('a file that is there is kept, unless it may be replaced', async () => {
  await writeFile(at('m.onnx'), 'mine');
  expect(await main(['export', MODEL, at('m.onnx'), '--size', '64x64'])).toBe(1);
  expect(told[0]).toMatch(/expected no .*m\.onnx \(--force to replace it\), got a file/);
  expect(readFileSync(at('m.onnx'), 'utf8')).toBe('mine');
  expect(await main(['export', MODEL, at('m.onnx'), '--size', '64x64', '--force'])).toBe(0);
});

test('a file of the model is never replaced', async () => {
  await cp(MODEL, at('model'), { recursive: true });
  const before = readFileSync(at('model/config.json'));
  expect(await main(['export', at('model'), at('model/config.json'), '--size', '64x64', '--force'])).toBe(1);
  expect(told.join('\n')).toContain('export: expected outputs apart from inputs');
  expect(readFileSync(at('model/config.json'))).toEqual(before);
});

test('seg predict --runtime onnx writes the same panoptic.json and the same maps', async () => {
  await writeFile(at('scene.png'), encodePng(generateScene({ seed: 3, height: 128, width: 128 }).image));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  for (const runtime of ['tfjs', 'onnx']) {
    const options = ['--model', MODEL, '--backend', 'wasm', '--runtime', runtime, '--out', at(runtime)];
    expect(await main(['predict', at('scene.png'), ...options])).toBe(0);
  }
  for (const name of ['panoptic.json', 'scene.panoptic.png', 'scene.overlay.png']) {
    expect(readFileSync(path.join(at('onnx'), name)).equals(readFileSync(path.join(at('tfjs'), name))), name).toBe(
      true,
    );
  }
});

test('free sizes are named; a network that has none is refused in one line', async () => {
  expect(await main(['export', MODEL, at('m.onnx'), '--size', 'free'])).toBe(0);
  expect(printed[0]).toContain('pixel_values [1, 3, height, width]');
  expect(printed[0]).toContain('masks_queries_logits [1, 24, height/4, width/4]');
});

test('a SavedModel is a folder with its graph and notes; options that it lacks are refused by name', async () => {
  const saved = ['export', MODEL, at('tf'), '--format', 'saved-model'];
  for (const [option, ...more] of [['--size', 'free'], ['--batch', 'free'], ['--dtype', 'f16'], ['--apart']]) {
    expect(await main([...saved, option, ...more])).toBe(1);
    expect(told.at(-1)).toContain(`export: expected no ${[option, ...more].join(' ')} with --format saved-model`);
  }
  expect(existsSync(at('tf'))).toBe(false);
  expect(await main([...saved, '--size', '64x96'])).toBe(0);
  expect(printed[0]).toContain('pixel_values [1, 64, 96, 3]');
  expect(printed[0]).toContain('masks_queries_logits [1, 16, 24, 24]');
  expect(readFileSync(at('tf/saved_model.pb')).toString('latin1')).toContain('serving_default');
  expect(readFileSync(at('tf/assets.extra/seg.json'), 'utf8')).toContain('crescent');
  expect(await main([...saved, '--size', '64x96'])).toBe(1);
  expect(told.at(-1)).toContain('expected a new folder');
});
