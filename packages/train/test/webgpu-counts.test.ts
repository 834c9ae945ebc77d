import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { init, ParamStore } from '@seg/core';
import { buildModel } from '@seg/models';
import { onEveryBackend, watchGpu } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, expect, test } from 'vitest';

import { objectiveOf } from '../src/objectives/objective-of.ts';
import { AdamW } from '../src/optimizers/adamw.ts';
import { type SmallModelName, smallModel } from '../src/recipes/small-models.ts';
import { trainStep } from '../src/train-step.ts';

const PAGE = path.join(import.meta.dirname, '../../../docs/webgpu-counts.md');
/** Pixels of an image's side: a step computes what it asks for, since it reads values on the way. */
const SIDE = 64;

const rows: string[] = [];

/** Requests of the second step of a small model: one image with three objects, AdamW, clipping. */
async function rowOf(name: SmallModelName): Promise<string> {
  init.seedInitializers(3);
  const params = new ParamStore();
  const { network } = buildModel(params, smallModel(name, SIDE).config);
  const category = { name: 'a thing', isThing: true } as const;
  const objective = objectiveOf(network, params, { categories: [{ ...category, id: 1 }], seed: 1 });
  const optimizer = new AdamW(params.trainable(), { clipNorm: 0.01 });
  const pixels = tf.randomNormal<tf.Rank.R4>([1, SIDE, SIDE, 3], 0, 1, 'float32', 1);
  const stripes = Float32Array.from({ length: 3 * SIDE ** 2 }, (_, i) => Number((i >> 5) % 3 === Math.floor(i / 4096)));
  const masks = tf.tensor3d(stripes, [3, SIDE, SIDE]);
  const batch = { pixels, targets: [{ classes: Int32Array.of(0, 0, 0), masks }] };
  await trainStep(params, optimizer, objective, batch, { step: 0, learningRate: 1e-4 });
  const { counts, stop } = watchGpu({ drops: false });
  await trainStep(params, optimizer, objective, batch, { step: 1, learningRate: 1e-4 });
  stop();
  const { dispatches, submits, passes, writes } = counts;
  const count = params.trainable().size;
  tf.dispose([pixels, masks]);
  optimizer.dispose();
  params.dispose();
  return `| ${[`small ${name}`, `${SIDE} × ${SIDE}`, count, dispatches, submits, passes, writes].join(' | ')} |`;
}

onEveryBackend(
  'what a training step asks of WebGPU',
  () => {
    test.each(['mask2former'] as const)('%s', async (name) => {
      const row = await rowOf(name);
      rows.push(row);
      if (process.env.SEG_WRITE_COUNTS === undefined) expect(readFileSync(PAGE, 'utf8')).toContain(row);
    });

    afterAll(() => {
      if (process.env.SEG_WRITE_COUNTS === undefined) return;
      const text = readFileSync(PAGE, 'utf8');
      const table = /(\| step of a .*\n\| --- .*\n)(\|.*\n)*/;
      writeFileSync(
        PAGE,
        text.replace(table, (_, head: string) => `${head}${rows.join('\n')}\n`),
      );
    });
  },
  { only: ['webgpu'] },
);
