import { type MaskPrediction, ParamStore } from '@seg/core';
import { expectClose, expectTidy, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { Mask2Former } from '../src/systems/mask2former/mask2former.ts';
import { MaskFormer } from '../src/systems/maskformer/maskformer.ts';
import { formulaPixels, formulaSource, keysOf, TINY_MASK2FORMER, TINY_MASKFORMER, TINY_SWIN } from './tiny.ts';

const CASES = [
  ['Mask2Former, ResNet', (params: ParamStore) => new Mask2Former(params, TINY_MASK2FORMER)],
  ['Mask2Former, Swin', (params: ParamStore) => new Mask2Former(params, { ...TINY_MASK2FORMER, backbone: TINY_SWIN })],
  ['MaskFormer with an encoder, ResNet', (params: ParamStore) => new MaskFormer(params, TINY_MASKFORMER)],
  [
    'MaskFormer, Swin',
    (params: ParamStore) => new MaskFormer(params, { ...TINY_MASKFORMER, numEncoderLayers: 0, backbone: TINY_SWIN }),
  ],
] as const;

function filled(construct: (params: ParamStore) => Mask2Former | MaskFormer): Mask2Former | MaskFormer {
  const params = new ParamStore(formulaSource(keysOf(construct)));
  const model = construct(params);
  params.verify();
  return model;
}

async function expectSame(a: MaskPrediction, b: MaskPrediction): Promise<void> {
  await expectClose(a.classLogits, b.classLogits, { absolute: 2e-5, relative: 2e-5 });
  await expectClose(a.maskLogits, b.maskLogits, { absolute: 2e-4, relative: 2e-5 });
}

onEveryBackend('mask-classification models', () => {
  test.each(CASES)('%s: the last prediction alone equals the last of all', async (_, construct) => {
    const model = filled(construct);
    const pixels = formulaPixels(1, 64, 96);
    await expectSame(model.forward(pixels), model.forwardAll(pixels).at(-1)!);
    model.dispose();
  });

  test.each(CASES)('%s: folded batch norms predict what separate ones do', async (_, construct) => {
    const model = filled(construct);
    const pixels = formulaPixels(1, 64, 64);
    await expectSame(
      model.forward(pixels),
      model.params.train(() => model.forward(pixels)),
    );
    model.dispose();
  });

  test.each(CASES)('%s: a batch of two equals two single runs', async (_, construct) => {
    const model = filled(construct);
    const pixels = formulaPixels(2, 64, 64);
    const together = model.forward(pixels);
    for (const [i, single] of tf.split<tf.Tensor4D>(pixels, 2).entries()) {
      const part = <T extends tf.Tensor>(x: T): T => tf.slice(x, [i], [1]);
      const { classLogits, maskLogits } = together;
      await expectSame(model.forward(single), { classLogits: part(classLogits), maskLogits: part(maskLogits) });
    }
    model.dispose();
  });

  test.each(CASES)('%s: leaves behind nothing but its prediction, once it is warm', (_, construct) => {
    const model = filled(construct);
    const pixels = formulaPixels(1, 64, 64);
    tf.dispose(model.forward(pixels));
    expectTidy(() => model.forward(pixels));
    expectTidy(() => model.forwardAll(pixels));
    model.dispose();
  });

  test('masks have a quarter of the image, for sides that are no multiple of 32 too', () => {
    const model = filled(CASES[3][1]);
    const { classLogits, maskLogits } = model.forward(formulaPixels(1, 70, 90));
    expect(classLogits.shape).toEqual([1, 8, 6]);
    expect(maskLogits.shape).toEqual([1, 18, 23, 8]);
    model.dispose();
  });
});
