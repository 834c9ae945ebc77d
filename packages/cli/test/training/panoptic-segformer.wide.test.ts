import { init, ParamStore, type Size, seededRandom, Tape } from '@seg/core';
import { PANOPTIC_SEGFORMER_LOSS } from '@seg/losses';
import {
  mergeCandidates,
  PANOPTIC_SEGFORMER_PRESETS,
  PanopticSegFormer,
  type PanopticSegFormerConfig,
  RESNET50,
} from '@seg/models';
import { maskWiseMerge } from '@seg/postprocess';
import { onEveryBackend } from '@seg/testing';
import { AdamW, panopticSegFormerObjective, type TrainingBatch, trainStep } from '@seg/train';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

const [HEIGHT, WIDTH]: Size = [64, 96];

/** Small in every dimension: two kinds of things, two of stuff. */
const CONFIG: PanopticSegFormerConfig = {
  ...PANOPTIC_SEGFORMER_PRESETS['coco-panoptic-r50'],
  backbone: { ...RESNET50, stemDim: 8, depths: [1, 1, 1, 1], dims: [32, 32, 64, 64], batchNorm: 'batch' },
  numThingClasses: 2,
  numStuffClasses: 2,
  numThingQueries: 12,
  dim: 32,
  numHeads: 4,
  ffnDim: 64,
  numEncoderLayers: 1,
  numLocationLayers: 2,
  numThingBlocks: 1,
  numStuffBlocks: 2,
  dropout: 0,
  maxDetections: 10,
};

/** Class, color and place of every segment of the one scene; later ones lie on top. */
const SEGMENTS = [
  { category: 2, color: [-1, -1, 1], left: 0, top: 0, width: 96, height: 30 },
  { category: 3, color: [0, 1, 1], left: 0, top: 30, width: 96, height: 34 },
  { category: 0, color: [2, -1, -1], left: 8, top: 10, width: 30, height: 40 },
  { category: 1, color: [-1, 2, 0], left: 56, top: 22, width: 34, height: 34 },
];

function owner(x: number, y: number): number {
  return SEGMENTS.findLastIndex(
    ({ left, top, width, height }) => x >= left && x < left + width && y >= top && y < top + height,
  );
}

/** @param kept Indices of the segments that are given as targets */
function scene(kept = [0, 1, 2, 3]): TrainingBatch {
  const random = seededRandom(3);
  const owners = Array.from({ length: HEIGHT * WIDTH }, (_, i) => owner(i % WIDTH, Math.floor(i / WIDTH)));
  const colors = owners.flatMap((index) => SEGMENTS[index].color.map((value) => value + 0.2 * (random() - 0.5)));
  const masks = kept.flatMap((k) => owners.map((index) => (index === k ? 1 : 0)));
  return {
    pixels: tf.tensor4d(colors, [1, HEIGHT, WIDTH, 3]),
    targets: [
      {
        classes: Int32Array.from(kept, (k) => SEGMENTS[k].category),
        masks: tf.tensor3d(masks, [kept.length, HEIGHT, WIDTH]),
      },
    ],
  };
}

function dispose({ pixels, targets }: TrainingBatch): void {
  tf.dispose([pixels, ...targets.map(({ masks }) => masks)]);
}

function build() {
  init.seedInitializers(1);
  const model = new PanopticSegFormer(new ParamStore(), CONFIG);
  return { model, objective: panopticSegFormerObjective(model, PANOPTIC_SEGFORMER_LOSS) };
}

async function train(steps: number, batch: TrainingBatch) {
  const { model, objective } = build();
  const optimizer = new AdamW(model.params.trainable(), { weightDecay: 1e-4, clipNorm: 1 });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    losses.push((await trainStep(model.params, optimizer, objective, batch, { step, learningRate: 2e-3 })).loss);
  }
  optimizer.dispose();
  return { model, losses };
}

onEveryBackend(
  'Training of a small Panoptic SegFormer; minutes on cpu',
  () => {
    test('every parameter gets a gradient', async () => {
      const { model, objective } = build();
      const batch = scene();
      const tape = new Tape();
      const located = model.params.train(() => tape.record(() => objective.forward(batch.pixels)));
      const decisions = await objective.decide(located, batch.targets, 0);
      const variables = [...model.params.trainable()];
      const { value, gradients } = tape.gradients(
        () => objective.loss(located, batch.targets, decisions).total,
        variables.map(([, variable]) => variable),
      );
      expect(variables.filter((_variable, i) => gradients[i] === null).map(([key]) => key)).toEqual([]);
      for (const gradient of gradients) expect((await gradient!.data()).every(Number.isFinite)).toBe(true);
      tf.dispose([located, value, gradients] as unknown as tf.TensorContainer);
      dispose(batch);
      model.dispose();
    });

    test.each([
      ['things and stuff', [0, 1, 2, 3]],
      ['stuff alone', [0, 1]],
      ['things alone', [2, 3]],
      ['nothing', []],
    ])('a step on an image with %s ends with a finite loss, and leaves no tensor behind', async (_, kept) => {
      const { model, objective } = build();
      const optimizer = new AdamW(model.params.trainable(), { weightDecay: 0 });
      const batch = scene(kept);
      const step = () => trainStep(model.params, optimizer, objective, batch, { step: 0, learningRate: 1e-4 });
      expect(Number.isFinite((await step()).loss)).toBe(true);
      const before = tf.memory().numTensors;
      await step();
      expect(tf.memory().numTensors).toBe(before);
      dispose(batch);
      optimizer.dispose();
      model.dispose();
    });

    test('it learns a scene by heart and then finds its segments', async () => {
      const batch = scene();
      const { model, losses } = await train(60, batch);
      console.log(
        losses
          .filter((_, i) => i % 10 === 9)
          .map((x) => x.toFixed(2))
          .join(),
      );
      expect(losses.at(-1)).toBeLessThan(0.3 * losses[0]);
      const prediction = model.forward(batch.pixels);
      const size: Size = [HEIGHT, WIDTH];
      const candidates = await mergeCandidates(prediction, CONFIG.numThingClasses);
      const geometry = { originalSize: size, resizedSize: size, paddedSize: size };
      const map = await maskWiseMerge(candidates, geometry, { things: new Set([0, 1]) });
      expect(map.segments.map(({ category }) => category).sort()).toEqual([0, 1, 2, 3]);
      tf.dispose(prediction as unknown as tf.TensorContainer);
      dispose(batch);
      model.dispose();
    });
  },
  { only: ['wasm', 'node', 'webgpu'] },
);
