import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const examples = path.resolve(import.meta.dirname, '../..');
const model = path.join(examples, 'mask2former/model');
const images = path.join(examples, 'samples/images');
const seg = path.join(examples, '../packages/cli/bin/seg.mjs');
const program = (name) => path.join(import.meta.dirname, '..', name);
let folder;
let server;
let url;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-onnx-server-'));
  execFileSync(process.execPath, [program('export.mjs'), model, folder]);
  server = spawn(process.execPath, [program('server.mjs'), folder, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(server.stdout, 'data');
  url = String(line).trim().split(' ').at(-1);
});
afterAll(() => {
  server.kill();
  rmSync(folder, { recursive: true });
});

test('the server finds the segments of seg predict: the same panoptic.json, and the same maps byte for byte', async () => {
  const out = path.join(folder, 'out');
  const files = readdirSync(images).sort();
  execFileSync(process.execPath, [seg, 'predict', '--model', model, '--backend', 'wasm', '--out', out, images]);
  const expected = JSON.parse(readFileSync(path.join(out, 'panoptic.json'), 'utf8'));
  expect(expected.annotations.length).toBe(files.length);
  for (const [i, file] of files.entries()) {
    const body = readFileSync(path.join(images, file));
    const { segments_info, width, height, png } = await (await fetch(url, { method: 'POST', body })).json();
    const { image_id, file_name } = expected.annotations[i];
    expect({ image_id, file_name, segments_info }).toEqual(expected.annotations[i]);
    expect({ id: image_id, file_name: file, width, height }).toEqual(expected.images[i]);
    expect(Buffer.from(png, 'base64')).toEqual(readFileSync(path.join(out, file_name)));
  }
});

test('what is no image is one line', async () => {
  const answer = await fetch(url, { method: 'POST', body: 'no image' });
  expect(answer.status).toBe(400);
  expect((await answer.json()).error).toBe('decodeImage: expected body to be a JPEG or PNG image, got text');
  expect((await fetch(url)).status).toBe(405);
});
