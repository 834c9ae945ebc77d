import { readFileSync } from 'node:fs';
import type { ParamSource } from '@seg/checkpoint';
import { ParamStore, Scope } from '@seg/core';
import { MAX_DEEPLAB_LOSS, matchMaxDeepLab, maxDeepLabTerms, type PanopticGrid } from '@seg/losses';
import {
  AxialAttention2d,
  DualPathTransformer,
  ResidualBlock,
  type ResidualBlockConfig,
  ResizedFuse,
} from '@seg/models';
import { maxDeepLabPanoptic } from '@seg/postprocess';
import { expectClose, expectGradient, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { panopticLabels } from '../../src/systems/max-deeplab.ts';

/** A tensor by its formula: offset + scale · sin(0.37 i + 1.3 seed). */
type Sine = { shape: number[]; seed: number; scale?: number; offset?: number };

type LayerCase = {
  input: Sine;
  inputs: Sine[];
  pixel: Sine;
  memory: Sine;
  params: Record<string, Sine>;
  output: number[];
  output_training_bn: number[];
  pixel_out: number[];
  memory_out: number[];
};

const goldens = JSON.parse(readFileSync(new URL('../goldens/max_deeplab-layers.json', import.meta.url), 'utf8')).cases;
const layer = (name: string): LayerCase => goldens[name];

/** Goldens are printed with six digits. */
const TOLERANCE = { absolute: 1e-5, relative: 1e-5 };

function sine({ shape, seed, scale = 1, offset = 0 }: Sine): Float32Array {
  const size = shape.reduce((product, side) => product * side, 1);
  return Float32Array.from({ length: size }, (_, i) => offset + scale * Math.sin(0.37 * i + 1.3 * seed));
}

function tensor<T extends tf.Tensor = tf.Tensor4D>(formula: Sine): T {
  return tf.tensor(sine(formula), formula.shape) as T;
}

/** Parameters of a case under the root, each used once. */
function withParams<L>(params: Record<string, Sine>, build: (root: Scope) => L): { store: ParamStore; built: L } {
  const source: ParamSource = {
    keys: () => Object.keys(params),
    read: (key) => (params[key] ? { shape: params[key].shape, values: sine(params[key]) } : null),
  };
  const store = new ParamStore(source);
  const built = build(new Scope(store, '', '/'));
  store.verify();
  return { store, built };
}

const AXIAL = { bottleneck: 2, key: 1, value: 2 };
const block = (sizes: Pick<ResidualBlockConfig, 'kind' | 'inDim' | 'outDim' | 'width' | 'stride'>) => (root: Scope) =>
  new ResidualBlock(root, { ...sizes, axialExpansion: AXIAL, numHeads: 2, dropPath: 0 });

onEveryBackend("Layers of MaX-DeepLab, as deeplab2's on formula-made values", () => {
  test('axial attention: with running statistics and with those of the batch', async () => {
    const { params, input, output, output_training_bn } = layer('axial_attention_2d');
    const { store, built } = withParams(params, (root) => {
      return new AxialAttention2d(root, { inDim: 6, keyDim: 4, valueDim: 8, numHeads: 2 });
    });
    const x = tensor(input);
    await expectClose(built.forward(x), output, TOLERANCE);
    const trained = store.train(() => built.forward(x));
    await expectClose(trained, output_training_bn, TOLERANCE);
    store.dispose();
  });

  test('axial attention: the gradient through statistics of the batch is that of finite differences', async () => {
    const { params, input } = layer('axial_attention_2d');
    const { store, built } = withParams(params, (root) => {
      return new AxialAttention2d(root, { inDim: 6, keyDim: 4, valueDim: 8, numHeads: 2 });
    });
    const x = tensor(input);
    await expectGradient((y) => store.train(() => tf.sum(tf.square(built.forward(y as tf.Tensor4D)))), x, {
      epsilon: 1e-3,
      tolerance: 2e-2,
    });
    store.dispose();
  });

  test('dual-path transformer: pixels and memory', async () => {
    const { params, pixel, memory, pixel_out, memory_out } = layer('dual_path_transformer');
    const { store, built } = withParams(params, (root) => {
      return new DualPathTransformer(root, { pixelDim: 6, memoryDim: 7, dim: 8, numHeads: 2, ffnDim: 12 });
    });
    const path = built.forward({ pixel: tensor(pixel), memory: tensor<tf.Tensor3D>(memory) });
    await expectClose(path.pixel, pixel_out, TOLERANCE);
    await expectClose(path.memory, memory_out, TOLERANCE);
    store.dispose();
  });

  test.each([
    ['axial_block', block({ kind: 'axial', inDim: 6, outDim: 10, width: 4, stride: 1 })],
    ['bottleneck_s2', block({ kind: 'bottleneck', inDim: 6, outDim: 10, width: 4, stride: 2 })],
    ['basic_s2', block({ kind: 'basic', inDim: 6, outDim: 8, width: 2, stride: 2 })],
    ['basic_same', block({ kind: 'basic', inDim: 6, outDim: 6, width: 2, stride: 1 })],
  ] as const)('%s', async (name, build) => {
    const { params, input, output } = layer(name);
    const { store, built } = withParams(params, build);
    await expectClose(built.forward(tensor(input)), output, TOLERANCE);
    store.dispose();
  });

  test.each([
    ['resized_fuse_up', { inDim: 8, outDim: 4, halves: false }],
    ['resized_fuse_strided', { inDim: 4, outDim: 8, halves: true }],
  ])('%s', async (name, config) => {
    const { params, inputs, output } = layer(name);
    const { store, built } = withParams(params, (root) => new ResizedFuse(root, config));
    const [current, ...others] = inputs.map((formula) => tensor(formula));
    await expectClose(built.forward(current, others), output, TOLERANCE);
    store.dispose();
  });

  test('two-argmax inference: things, stuff, void, and pixels of a slot that is dropped', async () => {
    const { class_logits, panoptic } = goldens.max_postprocess;
    const values = new Float32Array(5 * 5 * 6);
    for (let i = 0; i < values.length; i++) {
      const [n, w, h] = [i % 6, Math.floor(i / 6) % 5, Math.floor(i / 30)];
      values[i] = 4 * Math.sin(0.9 * h * (1 + (n % 2)) - 0.6 * w * (1 + (n % 3)) + 1.1 * n);
    }
    const prediction = {
      maskLogits: tf.tensor4d(values, [1, 5, 5, 6]),
      classLogits: tf.tensor3d(class_logits, [1, 6, 6]),
    };
    const geometry = { originalSize: [17, 17], resizedSize: [17, 17], paddedSize: [17, 17] } as const;
    const map = await maxDeepLabPanoptic(prediction, geometry as never, {
      things: new Set([0, 1]),
      classThreshold: 0.5,
      pixelThreshold: 0.4,
      thingArea: 6,
      stuffArea: 12,
    });
    expect([...panopticLabels(map)]).toEqual(panoptic);
  });

  test.each([
    ['slots5_lt_7rows', 5],
    ['slots9_gt_7rows', 9],
  ])('losses, %s', async (name, numSlots) => {
    const grid = smallGrid();
    const feature = tensor({ shape: [1, 9, 9, 5], seed: 7 });
    const prediction = {
      maskLogits: tensor({ shape: [1, 9, 9, numSlots], ...goldens.max_losses.mask_logits }),
      classLogits: tensor<tf.Tensor3D>({ shape: [1, numSlots, 6], ...goldens.max_losses.class_logits }),
      pixelFeatures: tf.div<tf.Tensor4D>(feature, tf.norm(feature, 'euclidean', 3, true)),
      semanticLogits: tensor(goldens.max_losses.semantic_logits),
    };
    const matching = await matchMaxDeepLab(prediction, () => [grid]);
    const terms = maxDeepLabTerms(prediction, [grid], matching, MAX_DEEPLAB_LOSS);
    const expected = goldens.max_losses.losses[name];
    const { pqWeight, maskIdWeight } = MAX_DEEPLAB_LOSS;
    await expectClose(tf.mul(terms.pqMask, pqWeight), expected.pq_style_loss_mask_dice_term, TOLERANCE);
    await expectClose(tf.mul(terms.pqClass, pqWeight), expected.pq_style_loss_class_term, TOLERANCE);
    await expectClose(tf.mul(terms.maskId, maskIdWeight), expected.mask_id_cross_entropy_loss, TOLERANCE);
    await expectClose(terms.instance, expected.instance_discrimination_loss, TOLERANCE);
    await expectClose(terms.semantic, expected.semantic_loss, TOLERANCE);
  });
});

/** Four things, of which one is absent, and three kinds of stuff. */
function smallGrid(): PanopticGrid {
  const { semantic, thing_id, thing_class } = goldens.max_losses as Record<string, number[]>;
  const rows = thing_class.length + 3;
  const masks = new Float32Array(81 * rows);
  for (let i = 0; i < 81; i++) {
    const row = thing_id[i] >= 0 ? thing_id[i] : semantic[i] >= 3 ? thing_class.length + semantic[i] - 3 : -1;
    if (row >= 0) masks[i * rows + row] = 1;
  }
  return {
    masks: tf.tensor2d(masks, [81, rows]),
    classes: Int32Array.from([...thing_class, 3, 4, 5], (id) => Math.max(0, id - 1)),
    known: tf.tensor1d(semantic.map((id) => (id === 0 ? 0 : 1))),
    isThing: tf.tensor1d(thing_id.map((id) => (id >= 0 ? 1 : 0))),
    semantic: tf.tensor1d(semantic, 'int32'),
    weights: tf.ones([81]),
  };
}
