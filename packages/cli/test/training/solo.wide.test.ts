import { init, ParamStore, type Size, seededRandom } from '@seg/core';
import { SOLO_LOSS, SOLO_MASK_TERMS, SOLOV2_LOSS, type SoloLossConfig } from '@seg/losses';
import { RESNET50, SOLO_PRESETS, Solo, type SoloConfig, soloOutput } from '@seg/models';
import { maskOverlap, packMask, soloInstances } from '@seg/postprocess';
import { onEveryBackend } from '@seg/testing';
import { AdamW, soloObjective, type TrainingBatch, trainStep } from '@seg/train';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

const [HEIGHT, WIDTH] = [64, 96];

/** Of the one scene: rectangles of a color each, on gray noise. */
const OBJECTS = [
  { category: 0, left: 8, top: 10, width: 30, height: 40, color: [2, -1, -1] },
  { category: 2, left: 56, top: 22, width: 34, height: 34, color: [-1, 2, 0] },
];

type Item = (typeof OBJECTS)[number];

function covers({ left, top, width, height }: Item, x: number, y: number): boolean {
  return x >= left && x < left + width && y >= top && y < top + height;
}

function maskOf(object: Item): number[][] {
  return Array.from({ length: HEIGHT }, (_, y) =>
    Array.from({ length: WIDTH }, (_, x) => (covers(object, x, y) ? 1 : 0)),
  );
}

function scene(objects: Item[]): TrainingBatch {
  const random = seededRandom(3);
  const pixels = Array.from({ length: HEIGHT }, (_, y) =>
    Array.from(
      { length: WIDTH },
      (_, x) => objects.find((object) => covers(object, x, y))?.color ?? new Array<number>(3).fill(random() - 0.5),
    ),
  );
  return {
    pixels: tf.tensor4d([pixels]),
    targets: [
      {
        classes: Int32Array.from(objects, ({ category }) => category),
        masks: tf.tensor3d(objects.map(maskOf).flat(2), [objects.length, HEIGHT, WIDTH]),
      },
    ],
  };
}

function dispose({ pixels, targets }: TrainingBatch): void {
  tf.dispose([pixels, ...targets.map(({ masks }) => masks)]);
}

/** Few cells, narrow layers, for objects of 64 × 96 images. */
function small(config: SoloConfig): SoloConfig {
  const backbone = { ...RESNET50, stemDim: 8, depths: [1, 1, 1, 1], dims: [32, 32, 64, 64] };
  const head = { fpnDim: 32, headDim: 32, numHeadLayers: 2, numClasses: 3, grids: [10, 8, 6, 4, 3] };
  const scaleRanges = [
    [1, 24],
    [16, 48],
    [24, 96],
    [64, 128],
    [96, 256],
  ] as const;
  const common = { ...config, ...head, backbone, scaleRanges };
  return common.model === 'solov2' ? { ...common, kernelDim: 32, maskFeatureDim: 32 } : common;
}

function lossOf({ model, grids, scaleRanges }: SoloConfig): SoloLossConfig {
  return { ...(model === 'solov2' ? SOLOV2_LOSS : SOLO_LOSS), grids, scaleRanges };
}

async function train(config: SoloConfig, loss: SoloLossConfig, batch: TrainingBatch, steps: number) {
  init.seedInitializers(1);
  const model = new Solo(new ParamStore(), config);
  const optimizer = new AdamW(model.params.trainable(), { weightDecay: 1e-4, clipNorm: 35 });
  const objective = soloObjective(model, loss);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    losses.push((await trainStep(model.params, optimizer, objective, batch, { step, learningRate: 3e-3 })).loss);
  }
  optimizer.dispose();
  return { model, losses };
}

onEveryBackend(
  'Training a SOLO; on the plain cpu backend it takes minutes',
  () => {
    const kinds = [
      'coco-solo-r50',
      'coco-decoupled-solo-r50',
      'coco-decoupled-solo-light-r50',
      'coco-solov2-r50',
    ] as const;

    test.each([
      ...kinds.map((name) => [name, 'dice'] as const),
      ['coco-solo-r50', 'crossEntropy'] as const,
      ['coco-decoupled-solo-r50', 'focal'] as const,
    ])('%s with %s on masks: the loss falls by a fifth in ten steps', async (name, term) => {
      const config = small(SOLO_PRESETS[name]);
      const batch = scene(OBJECTS);
      const { model, losses } = await train(config, { ...lossOf(config), mask: SOLO_MASK_TERMS[term] }, batch, 10);
      expect(losses[9]).toBeLessThan(0.8 * losses[0]);
      model.dispose();
      dispose(batch);
    });

    test('SOLOv2 learns a scene by heart and then finds its objects, and nothing else', async () => {
      const config = small(SOLO_PRESETS['coco-solov2-r50']);
      const batch = scene(OBJECTS);
      const { model } = await train(config, lossOf(config), batch, 50);
      const prediction = model.forward(batch.pixels);
      const size: Size = [HEIGHT, WIDTH];
      const geometry = { originalSize: size, resizedSize: size, paddedSize: size };
      const { instances } = await soloInstances(soloOutput(prediction), geometry, { keepThreshold: 0.3 });
      expect(instances.map(({ category }) => category).sort()).toEqual([0, 2]);
      for (const { category, mask } of instances) {
        const object = OBJECTS.find((candidate) => candidate.category === category)!;
        expect(maskOverlap(mask, packMask(maskOf(object).flat(), 0, 1, size))).toBeGreaterThan(0.7);
      }
      tf.dispose(prediction as tf.TensorContainer);
      model.dispose();
      dispose(batch);
    });

    test('a step on an image without objects moves the categories and leaves the masks as they are', async () => {
      const config = small(SOLO_PRESETS['coco-decoupled-solo-r50']);
      const batch = scene([]);
      const { model, losses } = await train(config, lossOf(config), batch, 2);
      expect(losses[1]).toBeLessThan(losses[0]);
      init.seedInitializers(1);
      const fresh = new Solo(new ParamStore(), config);
      const changed = async (key: string) => {
        const [before, after] = await Promise.all([fresh, model].map(({ params }) => params.get(key).data()));
        return before.some((value, i) => value !== after[i]);
      };
      expect(await changed('bbox_head.dsolo_cate.weight')).toBe(true);
      expect(await changed('bbox_head.dsolo_ins_list_y.0.weight')).toBe(false);
      fresh.dispose();
      model.dispose();
      dispose(batch);
    });
  },
  { only: ['wasm', 'node', 'webgpu'] },
);
