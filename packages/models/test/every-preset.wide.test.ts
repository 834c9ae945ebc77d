import { appendFileSync } from 'node:fs';
import { type BackendName, init, ParamStore, type Size } from '@seg/core';
import type { RgbImage } from '@seg/image';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ModelDescription } from '../src/description/model-description.ts';
import { preprocess } from '../src/preprocess.ts';
import { Segmenter } from '../src/segmenter.ts';
import { MASK2FORMER } from '../src/systems/mask2former/system.ts';
import { MASKFORMER } from '../src/systems/maskformer/system.ts';
import { MAX_DEEPLAB } from '../src/systems/max-deeplab/system.ts';
import { PANOPTIC_SEGFORMER } from '../src/systems/panoptic-segformer/system.ts';
import { SOLO } from '../src/systems/solo/system.ts';
import type { SegmentationModel } from '../src/systems/system.ts';
import { buildModel, PRESETS } from '../src/systems/systems.ts';

/** One of each system, with the fewest parameters. All: `node scripts/run-presets.mjs`, which gives each a process. */
const SMALLEST = [
  'mask2former-r50-cityscapes-instance',
  'maskformer-r50-ade20k',
  'solov2-light-r18-coco',
  'max-deeplab-s-coco-641',
  'panoptic-segformer-pvt-v2-b0-coco',
];
const names = process.env.SEG_PRESETS?.split(',') ?? SMALLEST;
const presets = Object.entries<ModelDescription>(PRESETS).filter(([name]) => names.includes(name));
const backends: BackendName[] | undefined = process.env.SEG_PRESETS === undefined ? ['wasm', 'node'] : undefined;

const PHOTO: RgbImage = {
  data: Uint8Array.from({ length: 64 * 96 * 3 }, (_, i) => 127 + 127 * Math.sin(i / 7) * Math.cos(i / 1100)),
  width: 96,
  height: 64,
};
const MINUTES = 60_000;

onEveryBackend(
  'presets at published size on a small image; on the plain cpu backend and software WebGPU only by run-presets',
  (backend) => {
    let model: SegmentationModel | undefined;
    beforeEach(() => init.seedInitializers(11));
    afterEach(() => model?.dispose());

    test.each(presets)(
      '%s: random weights, right shapes, finite values, segments for every task, nothing left behind',
      async (preset, description) => {
        model = buildModel(new ParamStore(), description.config);
        const preprocessing = small(description.preprocessing);
        const parameters = model.params.keys().reduce((sum, key) => sum + model!.params.get(key).size, 0);
        await checkPrediction(model, { ...description, preprocessing });
        const segmenter = new Segmenter({ ...description, preprocessing, model });
        const before = tf.memory().numTensors;
        const started = performance.now();
        for (const task of model.tasks) {
          const { width, height } = await segmenter.segment(PHOTO, { task });
          expect([width, height], task).toEqual([96, 64]);
        }
        const seconds = (performance.now() - started) / 1000 / model.tasks.length;
        expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
        note({ preset, backend, parameters, seconds, megabytes: process.resourceUsage().maxRSS / 1024 });
      },
      9 * MINUTES,
    );
  },
  { only: backends },
);

/** The published preprocessing but for its size. */
function small(preprocessing: ModelDescription['preprocessing']): ModelDescription['preprocessing'] {
  const isSquare = preprocessing.resize.kind === 'square';
  return { ...preprocessing, resize: isSquare ? { kind: 'square', side: 97 } : { kind: 'none' } };
}

async function checkPrediction(model: SegmentationModel, description: ModelDescription): Promise<void> {
  const { pixels } = preprocess([PHOTO], description.preprocessing);
  const prediction = model.forward(pixels) as tf.TensorContainer;
  pixels.dispose();
  const found = tensorsOf(prediction);
  const [height, width] = description.preprocessing.resize.kind === 'square' ? [97, 97] : [64, 96];
  const shapes = found.map(({ shape }) => shape.join('x'));
  for (const shape of expectedShapes(description, [height, width])) expect(shapes).toContain(shape.join('x'));
  for (const tensor of found) expect((await tensor.data()).every(Number.isFinite), `${tensor.shape}`).toBe(true);
  tf.dispose(prediction);
}

/** Shapes that each paper's model predicts of one image; maps are at a quarter of the input, or an eighth. */
function expectedShapes({ config }: ModelDescription, [height, width]: Size): number[][] {
  const at = (stride: number) => [Math.ceil(height / stride), Math.ceil(width / stride)];
  const masks = (count: number, numClasses: number) => [
    [1, count, numClasses + 1],
    [1, ...at(4), count],
  ];
  switch (config.model) {
    case 'mask2former': {
      const { numQueries, numClasses } = MASK2FORMER.readConfig('test', config);
      return masks(numQueries, numClasses);
    }
    case 'maskformer': {
      const { numQueries, numClasses } = MASKFORMER.readConfig('test', config);
      return masks(numQueries, numClasses);
    }
    case 'max-deeplab': {
      const { numSlots, numClasses } = MAX_DEEPLAB.readConfig('test', config);
      return masks(numSlots, numClasses);
    }
    case 'panoptic_segformer': {
      const { maxDetections, numStuffClasses } = PANOPTIC_SEGFORMER.readConfig('test', config);
      return [
        [1, maxDetections],
        [1, ...at(8), maxDetections],
        [1, numStuffClasses],
        [1, ...at(8), numStuffClasses],
      ];
    }
    default: {
      const { grids, numClasses } = SOLO.readConfig('test', config);
      return grids.map((grid) => [1, grid, grid, numClasses]);
    }
  }
}

function tensorsOf(container: unknown): tf.Tensor[] {
  if (container instanceof tf.Tensor) return [container];
  return typeof container === 'object' && container !== null ? Object.values(container).flatMap(tensorsOf) : [];
}

/** A row of the support table, where the preset had a process for itself. */
function note(row: { preset: string; backend: string; parameters: number; seconds: number; megabytes: number }): void {
  const file = process.env.SEG_SUPPORT;
  if (file !== undefined && presets.length === 1) appendFileSync(file, `${JSON.stringify(row)}\n`);
}
