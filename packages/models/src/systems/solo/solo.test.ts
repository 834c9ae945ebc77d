import { type KeyMap, renamed, renamedBack, type StoredValue } from '@seg/checkpoint/safetensors';
import { type ImageGeometry, ParamStore } from '@seg/core';
import { cellMaskLogits, cellMaskProbabilities, type SoloPrediction } from '@seg/heads';
import { soloInstances } from '@seg/postprocess';
import { expectClose, expectTidy, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';

import { RESNET50 } from '../../backbones/resnet.ts';
import type { SoloConfig } from './config.ts';
import { SOLO_MMDETECTION_KEYS, SOLO_ORIGINAL_KEYS } from './key-map.ts';
import { SOLO_PRESETS } from './presets.ts';
import { Solo } from './solo.ts';
import { soloOutput } from './solo-output.ts';

const presets = Object.entries(SOLO_PRESETS) as [string, SoloConfig][];

/** The preset with narrow layers and one block a stage. */
function narrow(config: SoloConfig): SoloConfig {
  const backbone = { ...RESNET50, stemDim: 8, depths: [1, 1, 1, 1], dims: [32, 32, 64, 64] };
  const dims = { backbone, fpnDim: 32, headDim: 32, numClasses: 3 };
  return config.model === 'solov2' ? { ...config, ...dims, kernelDim: 32, maskFeatureDim: 32 } : { ...config, ...dims };
}

const HEIGHT = 64;
const WIDTH = 96;
const GEOMETRY: ImageGeometry = { originalSize: [50, 80], resizedSize: [60, 96], paddedSize: [HEIGHT, WIDTH] };

const pixels = (batch: number) => tf.randomNormal<tf.Rank.R4>([batch, HEIGHT, WIDTH, 3], 0, 1, 'float32', 5);

function tensorsOf(container: unknown): tf.Tensor[] {
  if (container instanceof tf.Tensor) return [container];
  return typeof container === 'object' && container !== null ? Object.values(container).flatMap(tensorsOf) : [];
}

/** Masks of the cells of all levels: the first, one in the middle, the last. */
function someMasks(prediction: SoloPrediction, image: number): tf.Tensor[] {
  return prediction.categoryLogits.flatMap(({ shape: [, grid] }, level) => {
    const cells = Int32Array.of(0, (grid >> 1) * grid + 1, grid * grid - 1);
    return [
      cellMaskLogits(prediction.masks, { image, level }, cells),
      cellMaskProbabilities(prediction.masks, { image, level }, cells),
    ];
  });
}

onEveryBackend(
  'SOLO of every preset, narrow; on the plain cpu backend it takes a minute',
  () => {
    let model: Solo | undefined;
    afterEach(() => model?.dispose());

    test.each(presets)(
      '%s: shapes of cells and masks are right, values finite, nothing left behind',
      async (_, config) => {
        model = new Solo(new ParamStore(), narrow(config));
        const x = pixels(1);
        const prediction = model.forward(x);
        const grids = prediction.categoryLogits.map(({ shape }) => shape);
        expect(grids).toEqual([40, 36, 24, 16, 12].map((grid) => [1, grid, grid, 3]));
        const masks = someMasks(prediction, 0);
        // training compares at 1/4, 1/4, 1/8, 1/16, 1/16 of the input, SOLOv2 at 1/4 throughout; decoding always at 1/4
        const strides = config.model === 'solov2' ? [4, 4, 4, 4, 4] : [4, 4, 8, 16, 16];
        const shapes = strides.flatMap((stride) => [
          [1, HEIGHT / stride, WIDTH / stride, 3],
          [1, HEIGHT / 4, WIDTH / 4, 3],
        ]);
        expect(masks.map(({ shape }) => shape)).toEqual(shapes);
        for (const tensor of [...tensorsOf(prediction), ...masks]) {
          expect((await tensor.data()).every(Number.isFinite)).toBe(true);
        }
        tf.dispose([...tensorsOf(prediction), ...masks]);
        const own = model;
        expectTidy(() => own.forward(x) as tf.TensorContainer);
        x.dispose();
      },
    );

    test('SOLOv2 names the sides whose maps do not meet, and keeps nothing', () => {
      const own = new Solo(new ParamStore(), narrow(presets.find(([, { model: kind }]) => kind === 'solov2')![1]));
      model = own;
      tf.dispose(tensorsOf(own.forward(pixels(1))));
      const x = tf.zeros<tf.Rank.R4>([1, 70, 99, 3]);
      const before = tf.memory().numTensors;
      expect(() => own.forward(x)).toThrow(
        'SOLOv2: expected an image whose sides are multiples of 32, got maps of 18x25, 18x26, 20x28, 24x32 at a quarter',
      );
      expect(tf.memory().numTensors).toBe(before);
      x.dispose();
    });

    test.each(presets.filter(([name]) => !name.includes('r101')))(
      '%s: a batch of two images equals two single runs',
      async (_, config) => {
        model = new Solo(new ParamStore(), narrow(config));
        const batch = pixels(2);
        const together = model.forward(batch);
        for (const image of [0, 1]) {
          const one = tf.slice(batch, [image, 0, 0, 0], [1, HEIGHT, WIDTH, 3]);
          const alone = model.forward(one);
          for (const [level, logits] of soloOutput(together, image).categoryLogits().entries()) {
            await expectClose(logits, alone.categoryLogits[level], { absolute: 2e-5 });
            logits.dispose();
          }
          const [ours, theirs] = [someMasks(together, image), someMasks(alone, 0)];
          for (const [i, masks] of ours.entries()) await expectClose(masks, theirs[i], { absolute: 2e-5 });
          tf.dispose([one, ...tensorsOf(alone), ...ours, ...theirs]);
        }
        tf.dispose([batch, ...tensorsOf(together)]);
      },
    );

    test.each(presets.filter(([name]) => !name.includes('r101')))(
      '%s: an untrained model sees nothing, and with a lower threshold masks of the size of the image',
      async (_, config) => {
        model = new Solo(new ParamStore(), narrow(config));
        const x = pixels(1);
        const prediction = model.forward(x);
        const none = await soloInstances(soloOutput(prediction), GEOMETRY);
        expect(none).toEqual({ instances: [], width: 80, height: 50 });
        // all scores start near 0.01, all masks near empty: any pixel above the least probability counts
        const anything = { scoreThreshold: 0.005, maskThreshold: 1e-6, keepThreshold: 0, maxCandidates: 20 };
        const { instances } = await soloInstances(soloOutput(prediction), GEOMETRY, { ...anything, maxInstances: 7 });
        expect(instances.length).toBe(7);
        for (const { category, score, mask } of instances) {
          expect([mask.width, mask.height]).toEqual([80, 50]);
          expect(category).toBeLessThan(3);
          expect(score).toBeGreaterThanOrEqual(0);
        }
        const classic = { ...anything, nms: { kind: 'mask' } as const };
        const apart = await soloInstances(soloOutput(prediction), GEOMETRY, classic);
        expect(apart.instances.length).toBeGreaterThan(0);
        tf.dispose([x, ...tensorsOf(prediction)]);
      },
    );
  },
  { only: ['wasm', 'node', 'webgpu'] },
);

onEveryBackend(
  'Keys of SOLO',
  () => {
    const shapesOf = (config: SoloConfig): Map<string, StoredValue> => {
      const params = new ParamStore();
      const model = new Solo(params, narrow(config));
      const stored = params.keys().map((key, i): [string, StoredValue] => {
        const held = params.get(key).shape;
        const shape = params.storedLayout(key)?.toStored(held) ?? held;
        const size = shape.reduce((product, side) => product * side, 1);
        return [key, { shape, values: new Float32Array(size).fill(i) }];
      });
      model.dispose();
      return new Map(stored);
    };
    const thereAndBack = (ours: Map<string, StoredValue>, map: KeyMap) => {
      const foreign = renamedBack(ours, map);
      const back = renamed({ keys: () => foreign.keys(), read: (key) => foreign.get(key) ?? null }, map);
      return { foreign: [...foreign.keys()], back: new Map([...back.keys()].map((key) => [key, back.read(key)])) };
    };

    test.each(presets.filter(([name]) => name.endsWith('r50')))(
      "%s: the authors' and mmdetection's keys lead there and back to the same tensors",
      (_, config) => {
        const ours = shapesOf(config);
        for (const map of [SOLO_ORIGINAL_KEYS, SOLO_MMDETECTION_KEYS[config.model]]) {
          expect(thereAndBack(ours, map).back).toEqual(ours);
        }
        const { foreign } = thereAndBack(ours, SOLO_MMDETECTION_KEYS[config.model]);
        expect(foreign.filter((key) => /^(bbox_head|mask_feat_head)\./.test(key))).toEqual([]);
        expect(foreign).toContain('backbone.layer4.0.downsample.1.running_var');
        expect(foreign).toContain('mask_head.cls_convs.0.gn.weight');
      },
    );

    test('buffers that count batches are passed over', () => {
      const counter = { shape: [], values: new Float32Array(1) };
      const source = { keys: () => ['backbone.bn1.num_batches_tracked'], read: () => counter };
      expect([...renamed(source, SOLO_ORIGINAL_KEYS).keys()]).toEqual([]);
    });
  },
  { only: ['cpu'] },
);

describe('Presets of SOLO', () => {
  test('every level of every preset has a grid and a range of sizes', () => {
    for (const [, { grids, scaleRanges }] of presets) expect([grids.length, scaleRanges.length]).toEqual([5, 5]);
  });
});
