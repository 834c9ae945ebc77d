import { init, ParamStore, seededRandom, Tape } from '@seg/core';
import { MAX_DEEPLAB_LOSS } from '@seg/losses';
import { MAX_DEEPLAB_PRESETS, MaxDeepLab, type MaxDeepLabConfig } from '@seg/models';
import { onEveryBackend } from '@seg/testing';
import { AdamW, maxDeepLabObjective, type TrainingBatch, trainStep } from '@seg/train';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

const SIZE = 65;
const GRID = { things: new Set([0, 1]), stride: 4, smallThings: { area: 4096, weight: 3 } };

/** Class of every pixel's segment: two things on two kinds of stuff, and a void column on the right. */
const SEGMENTS = [
  { category: 2, color: [-1, -1, 1], covers: (_: number, y: number) => y < 32 },
  { category: 3, color: [0, 1, 1], covers: () => true },
  { category: 0, color: [1, -1, -1], covers: (x: number, y: number) => x >= 4 && x < 28 && y >= 8 && y < 44 },
  { category: 1, color: [-1, 1, 0], covers: (x: number, y: number) => x >= 36 && x < 58 && y >= 20 && y < 56 },
];

/** Index of the topmost segment, −1 in void. */
function segmentAt(x: number, y: number): number {
  return x >= 62 ? -1 : SEGMENTS.findLastIndex(({ covers }) => covers(x, y));
}

function scene(): TrainingBatch {
  const random = seededRandom(3);
  const owners = Array.from({ length: SIZE * SIZE }, (_, i) => segmentAt(i % SIZE, Math.floor(i / SIZE)));
  const colors = owners.flatMap((owner) => SEGMENTS[owner]?.color ?? [random(), random(), random()]);
  const masks = SEGMENTS.flatMap((_, k) => owners.map((owner) => (owner === k ? 1 : 0)));
  return {
    pixels: tf.tensor4d(colors, [1, SIZE, SIZE, 3]),
    targets: [
      {
        classes: Int32Array.from(SEGMENTS, ({ category }) => category),
        masks: tf.tensor3d(masks, [SEGMENTS.length, SIZE, SIZE]),
      },
    ],
  };
}

function dispose({ pixels, targets }: TrainingBatch): void {
  tf.dispose([pixels, ...targets.map(({ masks }) => masks)]);
}

/** The preset with narrow layers, one or two blocks a stage, and nothing dropped. */
function small(config: MaxDeepLabConfig): MaxDeepLabConfig {
  const { encoder } = config;
  const stages = {
    stemDim: 8,
    depths: [encoder.depths[0] > 0 ? 1 : 0, 1, 1, 2, 1] as const,
    dims: [16, 16, 32, 64, 64] as const,
    extraStacks: { ...encoder.extraStacks, depth: 1 },
    dropPath: { rate: 0, fromStride: 4 },
  };
  const heads = { numClasses: 4, numSlots: 8, memoryDim: 16, embeddingDim: 8, headDim: 16 };
  return { ...config, ...heads, encoder: { ...encoder, ...stages, numHeads: 2, ffnDim: 32 } };
}

const presets = Object.entries(MAX_DEEPLAB_PRESETS) as [string, MaxDeepLabConfig][];

onEveryBackend(
  'Training of a small MaX-DeepLab; minutes on cpu',
  () => {
    test.each(presets)('%s: every parameter gets a gradient', async (_, config) => {
      init.seedInitializers(1);
      const model = new MaxDeepLab(new ParamStore(), small(config));
      for (const [key, gain] of model.params.trainable()) {
        if (key.endsWith('/gamma')) gain.assign(tf.tidy(() => tf.add(gain, 0.5))); // those of branches start at 0
      }
      const objective = maxDeepLabObjective(model, MAX_DEEPLAB_LOSS, GRID);
      const batch = scene();
      const tape = new Tape();
      const prediction = model.params.train(() => tape.record(() => objective.forward(batch.pixels)));
      const matching = await objective.decide(prediction, batch.targets, 0);
      const variables = [...model.params.trainable()];
      const { value, gradients } = tape.gradients(
        () => objective.loss(prediction, batch.targets, matching).total,
        variables.map(([, variable]) => variable),
      );
      const without = variables.filter((_variable, i) => gradients[i] === null).map(([key]) => key);
      expect(without).toEqual([]);
      for (const gradient of gradients) expect((await gradient!.data()).every(Number.isFinite)).toBe(true);
      tf.dispose([prediction, value, gradients] as unknown as tf.TensorContainer);
      dispose(batch);
      model.dispose();
    });

    test.each(presets)('%s: the loss falls by a quarter in 20 steps', async (_, config) => {
      init.seedInitializers(1);
      const model = new MaxDeepLab(new ParamStore(), small(config));
      const optimizer = new AdamW(model.params.trainable(), { weightDecay: 0 });
      const objective = maxDeepLabObjective(model, MAX_DEEPLAB_LOSS, GRID);
      const batch = scene();
      const losses: number[] = [];
      for (let step = 0; step < 20; step++) {
        losses.push((await trainStep(model.params, optimizer, objective, batch, { step, learningRate: 3e-3 })).loss);
      }
      expect(losses[losses.length - 1]).toBeLessThan(0.75 * losses[0]);
      dispose(batch);
      optimizer.dispose();
      model.dispose();
    });
  },
  { only: ['wasm', 'node'] },
);
