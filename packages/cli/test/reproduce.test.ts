import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeRle, formatRle, SemanticQuality } from '@seg/coco-eval';
import { generateScene, SCENE_CATEGORIES, sceneSeed } from '@seg/data';
import { writeSceneSet } from '@seg/data/node';
import { Segmenter } from '@seg/models';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { HubServer } from '../../models/test/hub/hub-server.ts';
import { main } from '../src/main.ts';

const MODEL = path.join(import.meta.dirname, '../../../examples/mask2former/model');
const files = {
  'config.json': readFileSync(path.join(MODEL, 'config.json')),
  'model.safetensors': readFileSync(path.join(MODEL, 'model.safetensors')),
};
/** Number of scenes in the set, and their sides. */
const [COUNT, SIZE] = [3, 64];

let folder = '';
let hub: HubServer;
let printed: string[] = [];
let told: string[] = [];
const at = (...names: string[]): string => path.join(folder, ...names);
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seg-reproduce-'));
  hub = await HubServer.start();
  for (const name of ['swin-tiny-coco-panoptic', 'swin-tiny-coco-instance', 'swin-tiny-ade-semantic']) {
    hub.add(`facebook/mask2former-${name}`, files);
  }
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  vi.stubEnv('HF_HOME', at('hf'));
  [printed, told] = [[], []];
  vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(text));
  vi.spyOn(console, 'error').mockImplementation((text) => void told.push(text));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(async () => {
  hub.close();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
});

/** Scenes where COCO's validation set has its photographs. */
async function writeCoco(): Promise<void> {
  const json = await writeSceneSet(at('scenes'), { split: 'testing', count: COUNT, height: SIZE, width: SIZE });
  await mkdir(at('coco', 'annotations'), { recursive: true });
  await rename(at('scenes', 'images'), at('coco', 'val2017'));
  await rename(at('scenes', 'panoptic.json'), at('coco', 'annotations', 'panoptic_val2017.json'));
  await rename(at('scenes', 'panoptic'), at('coco', 'annotations', 'panoptic_val2017'));
  const things = json.categories.filter(({ isthing }) => isthing === 1);
  const annotations = json.images.flatMap(({ id }, index) => {
    const { panoptic, segments } = sceneAt(index);
    return segments
      .filter(({ isThing }) => isThing)
      .map((segment) => {
        const mask = Uint8Array.from(panoptic, (value) => Number(value === segment.id));
        const { category_id, bbox, area } = segment;
        const segmentation = formatRle(encodeRle(mask, SIZE, SIZE));
        return { id: 100 * id + segment.id, image_id: id, category_id, bbox, area, iscrowd: 0, segmentation };
      });
  });
  const instances = { images: json.images, categories: things, annotations };
  await writeFile(at('coco', 'annotations', 'instances_val2017.json'), JSON.stringify(instances));
}

const sceneAt = (index: number) => generateScene({ seed: sceneSeed('testing', index), height: SIZE, width: SIZE });

const reproduce = (preset: string, ...args: string[]) =>
  main(['reproduce', preset, '--backend', 'wasm', '--out', at('out'), ...args]);

async function reproduction() {
  return JSON.parse(await readFile(at('out', 'reproduction.json'), 'utf8'));
}

test('panoptic: fetched, predicted, evaluated, printed beside the published figure; a run that was cut goes on', async () => {
  await writeCoco();
  const preset = 'mask2former-swin-t-coco-panoptic';
  expect(await reproduce(preset, '--coco', at('coco'), '--limit', '1')).toBe(0);
  expect(printed[0]).toMatch(/: PQ \d+\.\d here, 53\.2 published, on COCO val2017\n/);
  expect(printed[0]).toContain('a part of the set, 1 of 3 images: not the published figure');
  const first = await stat(at('out', 'testing-000000.panoptic.png'));
  expect(await reproduce(preset, '--coco', at('coco'))).toBe(0);
  expect((await stat(at('out', 'testing-000000.panoptic.png'))).mtimeMs).toBe(first.mtimeMs);
  expect(printed[1]).toContain('\nall 3 images\n');
  expect(printed[1]).toMatch(/@seg\/cli \d.*, tfjs 4\.22\.0, Node \d+\.\d+\.\d+, wasm: /);
  expect(hub.sentOf(/safetensors/)).toBe(files['model.safetensors'].length);
  const { measured, images, total, secondsPerImage, model } = await reproduction();
  expect({ images, total, model }).toEqual({
    images: 3,
    total: 3,
    model: 'facebook/mask2former-swin-tiny-coco-panoptic',
  });
  expect(secondsPerImage).toBeGreaterThan(0);
  // the other way to the same number: seg predict with ground truth
  const truth = ['--ground-truth', at('coco', 'annotations', 'panoptic_val2017.json')];
  await main([
    'predict',
    at('coco', 'val2017'),
    '--model',
    MODEL,
    '--backend',
    'wasm',
    '--out',
    at('by-hand'),
    ...truth,
  ]);
  expect(printed.at(-1)).toBe(`PQ ${measured.toFixed(1)} over 3 images`);
  expect(measured).toBeGreaterThan(20); // a trained model on scenes of half the size that it knows
});

test('instance: average precision of masks, also of a part after the whole', async () => {
  await writeCoco();
  const preset = 'mask2former-swin-t-coco-instance';
  expect(await reproduce(preset, '--coco', at('coco'))).toBe(0);
  expect(printed[0]).toMatch(/: AP \d+\.\d here, 45\.0 published/);
  const whole = await reproduction();
  const truth = ['--gt', at('coco', 'annotations', 'instances_val2017.json'), '--dt', at('out', 'instances.json')];
  await main(['evaluate', 'instances', ...truth, '--json', at('report.json')]);
  const { summary } = JSON.parse(await readFile(at('report.json'), 'utf8'));
  expect(whole.measured).toBeCloseTo(100 * summary.AP, 9);
  expect(await reproduce(preset, '--coco', at('coco'), '--limit', '2')).toBe(0);
  expect(await reproduction()).toMatchObject({ images: 2, total: 3, secondsPerImage: null });
});

test('semantic: mean IoU with labels in PNGs', async () => {
  for (const name of ['images/validation', 'annotations_detectron2/validation'])
    await mkdir(at('ade', name), { recursive: true });
  const quality = new SemanticQuality({ classes: SCENE_CATEGORIES.length, ignoreLabel: 255 });
  const labelOf = new Map(SCENE_CATEGORIES.map(({ id }, label) => [id, label]));
  const segmenter = await Segmenter.load(MODEL);
  for (let index = 0; index < 2; index++) {
    const { image, panoptic, segments } = sceneAt(index);
    const byId = new Map(segments.map(({ id, category_id }) => [id, labelOf.get(category_id)!]));
    const labels = Uint8Array.from(panoptic, (id) => byId.get(id) ?? 255);
    const raw = (data: Uint8Array, channels: 1 | 3) => sharp(data, { raw: { width: SIZE, height: SIZE, channels } });
    // a photograph without loss, under the name that the set has
    await raw(new Uint8Array(image.data), 3)
      .png()
      .toFile(at('ade', 'images/validation', `ADE_${index}.png`));
    await rename(
      at('ade', 'images/validation', `ADE_${index}.png`),
      at('ade', 'images/validation', `ADE_${index}.jpg`),
    );
    await raw(labels, 1)
      .toColourspace('b-w')
      .png()
      .toFile(at('ade', 'annotations_detectron2/validation', `ADE_${index}.png`));
    const map = await segmenter.segment(image, { task: 'semantic' });
    const classes = new Map(map.segments.map(({ id, category }) => [id, category]));
    quality.add({ groundTruth: labels, prediction: map.ids.map((id) => classes.get(id)!) });
  }
  segmenter.dispose();
  expect(await reproduce('mask2former-swin-t-ade20k-semantic', '--ade20k', at('ade'))).toBe(0);
  const { measured } = await reproduction();
  expect(measured).toBeCloseTo(quality.result().meanIou, 9);
});

test.each([
  ['an unknown preset', ['nothing', '--coco', 'x'], 1, /expected a published model that seg models lists, got nothing/],
  ['no folder', ['mask2former-swin-t-coco-panoptic'], 2, /expected --coco DIR with mask2former-swin-t-coco-panoptic/],
  ['the other folder', ['mask2former-swin-t-coco-panoptic', '--ade20k', 'x'], 2, /expected --coco DIR/],
  ['another data set', ['mask2former-r50-cityscapes-panoptic', '--coco', 'x'], 1, /got one of Cityscapes val panoptic/],
  ['a folder without the set', ['mask2former-swin-t-coco-panoptic', '--coco', 'nowhere'], 1, /panoptic_val2017\.json/],
])('%s is refused before anything is fetched', async (_, args, code, message) => {
  expect(await main(['reproduce', ...args, '--out', at('out')])).toBe(code);
  expect(told.join('\n')).toMatch(message);
  expect(hub.seen).toEqual([]);
});

test('a set that lacks images is refused with their number', async () => {
  await writeCoco();
  await rm(at('coco', 'val2017', 'testing-000001.png'));
  expect(await reproduce('mask2former-swin-t-coco-panoptic', '--coco', at('coco'))).toBe(1);
  expect(told.join('\n')).toMatch(/expected all images in .*val2017, got none of testing-000001\.png \(1 of 3/);
});
