import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ParamStore, type Size } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, expect, test } from 'vitest';

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
];

const rows: string[] = [];
const rowOf = (name: string, [height, width]: Size, counts: GpuCounts): string => {
  const giga = (bytes: number) => (bytes / 1e9).toFixed(2);
  const { dispatches, submits, passes, writes, pipelines } = counts;
  const bytes = [giga(counts.bytesRead), giga(counts.bytesWritten), (counts.largest / 2 ** 20).toFixed(0)];
  return `| ${[name, `${height} × ${width}`, dispatches, submits, passes, writes, pipelines, ...bytes].join(' | ')} |`;
};

onEveryBackend(
  'what a forward pass asks of WebGPU; nothing is computed',
  () => {
    test.each(MODELS)('%s', (name, size) => {
      const model = buildModel(new ParamStore('zeros'), PRESETS[name].config);
      const forward = () =>
        tf.tidy(() => void model.forward(tf.zeros<tf.Rank.R4>([1, ...size, 3]))) as unknown as undefined;
      forgetPipelines();
      const { pipelines } = countOnGpu(forward); // the first also folds norms into filters
      const row = rowOf(name, size, { ...countOnGpu(forward), pipelines });
      rows.push(row);
      model.dispose();
      if (process.env.SEG_WRITE_COUNTS === undefined) expect(readFileSync(PAGE, 'utf8')).toContain(row);
    });

    afterAll(() => {
      if (process.env.SEG_WRITE_COUNTS === undefined) return;
      const text = readFileSync(PAGE, 'utf8');
      writeFileSync(
        PAGE,
        text.replace(/(\| model .*\n\| --- .*\n)(\|.*\n)*/, (_, line: string) => `${line}${rows.join('\n')}\n`),
      );
    });
  },
  { only: ['webgpu'] },
);
