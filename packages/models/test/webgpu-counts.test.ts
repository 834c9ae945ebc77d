import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ParamStore, type Size, useBackend } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, expect, test } from 'vitest';

import type { Mask2Former } from '../src/systems/mask2former/mask2former.ts';
import { buildModel, PRESETS, type PresetName } from '../src/systems/systems.ts';
import { countOnGpu, forgetPipelines, type GpuCounts } from './webgpu-counts.ts';

const PAGE = path.join(import.meta.dirname, '../../../docs/webgpu-counts.md');

/** Published models, at the size of a photograph of 640 × 480 as they see it. */
const MODELS: [PresetName, Size][] = [
  ['mask2former-r50-coco-panoptic', [800, 1088]],
  ['mask2former-swin-t-coco-panoptic', [800, 1088]],
  ['maskformer-r50-coco', [800, 1088]],
  ['solov2-r50-coco', [800, 1088]],
  ['panoptic-segformer-r50-coco', [800, 1088]],
  ['max-deeplab-s-coco-641', [641, 641]],
  ['panoptic-segformer-r50-coco', [800, 1344]],
];

/** The largest image of recipes: a shortest side of 800, a longest of 1333 at most, padded to a multiple of 32. */
const LARGEST: Size = [800, 1344];

/** Rows of each table, by the title of its first column. */
const rows = { model: [] as string[], part: [] as string[] };

const giga = (bytes: number): string => (bytes / 1e9).toFixed(2);

function addRow(table: keyof typeof rows, cells: (string | number)[]): void {
  const row = `| ${cells.join(' | ')} |`;
  rows[table].push(row);
  if (process.env.SEG_WRITE_COUNTS === undefined) expect(readFileSync(PAGE, 'utf8')).toContain(row);
}

function addModel(name: string, [height, width]: Size, counts: GpuCounts): void {
  const { dispatches, submits, passes, writes, pipelines } = counts;
  const bytes = [giga(counts.bytesRead), giga(counts.bytesWritten), (counts.largest / 2 ** 20).toFixed(0)];
  addRow('model', [name, `${height} × ${width}`, dispatches, submits, passes, writes, pipelines, ...bytes]);
}

/** Counts the second pass, and the pipelines of the first, which also folds norms into filters. */
function countPass(run: () => tf.TensorContainer): GpuCounts {
  const alone = () => tf.tidy(() => void run()) as unknown as undefined;
  forgetPipelines();
  const { pipelines } = countOnGpu(alone);
  return { ...countOnGpu(alone), pipelines };
}

onEveryBackend(
  'what a forward pass asks of WebGPU; nothing is computed',
  () => {
    test.each(MODELS)('%s', (name, size) => {
      const model = buildModel(new ParamStore('zeros'), PRESETS[name].config);
      const pixels = tf.zeros<tf.Rank.R4>([1, ...size, 3]);
      addModel(
        name,
        size,
        countPass(() => model.forward(pixels) as never),
      );
      model.dispose();
    });

    test('Mask2Former with ResNet-50 at the largest size of its recipe, and its parts', async () => {
      const name = 'mask2former-r50-coco-panoptic';
      const model = buildModel(new ParamStore('zeros'), PRESETS[name].config);
      const { backbone, pixelDecoder, decoder } = model.network as Mask2Former;
      const pixels = tf.zeros<tf.Rank.R4>([1, ...LARGEST, 3]);
      const forward = () => model.forward(pixels) as never;
      addModel(name, LARGEST, countPass(forward));
      const addPart = <T extends tf.TensorContainer>(part: string, run: () => T): T => {
        let result: T | undefined;
        const counts = countOnGpu(() => void (result = run()));
        addRow('part', [part, counts.dispatches, giga(counts.bytesRead), giga(counts.bytesWritten)]);
        return result!;
      };
      const maps = addPart('backbone', () => backbone.forward(pixels));
      const features = addPart('pixel decoder', () => pixelDecoder.forwardUnprojected(maps));
      addPart('query decoder and masks', () => decoder.forwardLast(features, pixelDecoder.maskProjection) as never);
      await useBackend('webgpu', { halfStorage: true });
      model.params.touch(); // filters are folded anew, and stored as halves
      addModel(`${name}, halves`, LARGEST, countPass(forward));
      await useBackend('webgpu', { halfStorage: false });
      model.dispose();
    });

    afterAll(() => {
      if (process.env.SEG_WRITE_COUNTS === undefined) return;
      const text = Object.entries(rows).reduce(
        (page, [head, lines]) => {
          const table = new RegExp(`(\\| ${head} .*\\n\\| --- .*\\n)(\\|.*\\n)*`);
          return page.replace(table, (_, top: string) => `${top}${lines.join('\n')}\n`);
        },
        readFileSync(PAGE, 'utf8'),
      );
      writeFileSync(PAGE, text);
    });
  },
  { only: ['webgpu'] },
);
