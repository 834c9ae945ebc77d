import { init, ParamStore } from '@seg/core';
import { MASKFORMER_LOSS, SOLOV2_LOSS } from '@seg/losses';
import { MAX_DEEPLAB_PRESETS, MaskFormer, MaxDeepLab, Solo } from '@seg/models';
import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { objectiveOf } from './objective-of.ts';
import { aidedMaskFormerObjective, aidedSoloObjective } from './semantic-aid.ts';

const BACKBONE = { type: 'resnet', stemDim: 4, depths: [1, 1, 1, 1], dims: [8, 8, 8, 8], batchNorm: 'batch' } as const;
const GRIDS = { grids: [2, 2, 2, 2, 2], scaleRanges: [[1, 64], [8, 64], [8, 64], [8, 64], [8, 64]] as [number, number][] }; // biome-ignore format: one level each

function tinySolo(params: ParamStore): Solo {
  init.seedInitializers(1);
  return new Solo(params, {
    model: 'solov2',
    backbone: BACKBONE,
    numClasses: 3,
    fpnDim: 32,
    headDim: 32,
    numHeadLayers: 1,
    kernelDim: 32,
    maskFeatureDim: 32,
    ...GRIDS,
  });
}

function tinyMaskFormer(params: ParamStore): MaskFormer {
  init.seedInitializers(1);
  return new MaskFormer(params, {
    model: 'maskformer',
    backbone: BACKBONE,
    ...{ numClasses: 3, numQueries: 4, fpnDim: 32, dim: 32, maskDim: 32, numHeads: 2, ffnDim: 32 },
    ...{ numEncoderLayers: 0, numDecoderLayers: 1, dropout: 0 },
  });
}

/** The upper half of 32 × 32 pixels is class 1. */
const half = () => [
  { classes: Int32Array.of(1), masks: tf.concat([tf.ones([1, 16, 32]), tf.zeros([1, 16, 32])], 1) as tf.Tensor3D },
];

/** Sets the auxiliary head to the same logits everywhere. */
function setHead(params: ParamStore, logits: number[]): void {
  params.get('auxiliary.weight').assign(tf.zerosLike(params.get('auxiliary.weight')));
  params.get('auxiliary.bias').assign(tf.tensor1d(logits));
}

onEveryBackend('Auxiliary semantic loss', () => {
  test('of a SOLO: half of the pixels say class 1, the rest background at a quarter of the weight', async () => {
    const params = new ParamStore();
    const options = { semanticWeight: 2, emptyWeight: 0.25, scope: params.root.at('auxiliary') };
    const objective = aidedSoloObjective(tinySolo(params), { ...SOLOV2_LOSS, ...GRIDS }, options);
    setHead(params, [0, Math.log(2), 0, 0]); // class 1: 2 of 5
    const targets = half();
    const prediction = objective.forward(tf.zeros([1, 32, 32, 3]));
    const decisions = await objective.decide(prediction, targets, 0);
    const { total, terms } = objective.loss(prediction, targets, decisions);
    await expectClose(terms.pixel, [(-Math.log(2 / 5) - 0.25 * Math.log(1 / 5)) / 1.25], { absolute: 1e-5 });
    const rest = tf.add(terms.category, tf.mul(terms.mask, 3));
    await expectClose(tf.sub(total, rest), [2 * (await terms.pixel.data())[0]], { absolute: 1e-4 });
    params.dispose();
  });

  test('of a MaskFormer: pixels that nothing covers weigh nothing, and a batch without a mask costs zero', async () => {
    const params = new ParamStore();
    const options = { semanticWeight: 1, scope: params.root.at('auxiliary') };
    const objective = aidedMaskFormerObjective(tinyMaskFormer(params), MASKFORMER_LOSS, options);
    setHead(params, [0, Math.log(2), 0, 0]);
    const pixelOf = async (targets: ReturnType<typeof half>) => {
      const prediction = objective.forward(tf.zeros([1, 32, 32, 3]));
      const decisions = await objective.decide(prediction, targets, 0);
      return objective.loss(prediction, targets, decisions).terms.pixel;
    };
    await expectClose(await pixelOf(half()), [-Math.log(2 / 5)], { absolute: 1e-5 });
    const none = [{ classes: new Int32Array(0), masks: tf.zeros<tf.Rank.R3>([0, 32, 32]) }];
    await expectClose(await pixelOf(none), [0], { absolute: 0 });
    params.dispose();
  });
});

test('a recipe with a semantic weight gives MaskFormer and SOLO the auxiliary head, and refuses it where there is none', () => {
  const categories = [1, 2, 3].map((id) => ({ id, name: `${id}`, isThing: true }));
  const keysOf = (network: MaskFormer | Solo | MaxDeepLab) => {
    objectiveOf(network, network.params, { categories, seed: 1, semanticWeight: 1 });
    return network.params.keys().filter((key) => key.startsWith('auxiliary.'));
  };
  const auxiliary = ['auxiliary.bias', 'auxiliary.weight'];
  expect(keysOf(tinySolo(new ParamStore())).sort()).toEqual(auxiliary);
  expect(keysOf(tinyMaskFormer(new ParamStore())).sort()).toEqual(auxiliary);
  const config = MAX_DEEPLAB_PRESETS['coco-panoptic-s'];
  const other = { config, params: new ParamStore() } as unknown as MaxDeepLab;
  Object.setPrototypeOf(other, MaxDeepLab.prototype);
  expect(() => keysOf(other)).toThrow('semanticWeight: expected 0');
});
