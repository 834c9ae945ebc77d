import { ParamStore, rehearse, type Steps, tidySteps } from '@seg/core';
import { expectClose, onEveryBackend, watchGpu } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { Mask2Former } from '../src/systems/mask2former/mask2former.ts';
import { formulaPixels, formulaSource, keysOf, TINY_MASK2FORMER } from './tiny.ts';
import { forgetPipelines } from './webgpu-counts.ts';

const build = (params: ParamStore) => new Mask2Former(params, TINY_MASK2FORMER);

onEveryBackend('a pass that was rehearsed', () => {
  test('makes no pipeline, and computes what it would have', async () => {
    const params = new ParamStore(formulaSource(keysOf(build)));
    const network = build(params);
    const pixels = formulaPixels(1, 64, 96);
    const isGpu = tf.getBackend() === 'webgpu';
    const expected = network.forward(pixels);
    await expected.maskLogits.data();
    if (isGpu) forgetPipelines();
    params.touch(); // what is derived is derived behind the rehearsal
    const before = tf.memory().numTensors;
    let turns = 0;
    const steps = () => network.forwardSteps(pixels) as Steps<object> as Steps<tf.TensorContainer>;
    await rehearse(steps, async () => void turns++);
    expect(tf.memory().numTensors).toBe(before);
    expect(turns > 0).toBe(isGpu);
    const watch = isGpu ? watchGpu({ drops: false }) : undefined;
    const found = network.forward(pixels);
    watch?.stop();
    expect(watch?.counts.pipelines ?? 0).toBe(0);
    await expectClose(found.maskLogits, expected.maskLogits, { absolute: 0, relative: 0 });
    await expectClose(found.classLogits, expected.classLogits, { absolute: 0, relative: 0 });
    tf.dispose([pixels, expected, found] as tf.TensorContainer);
    params.dispose();
  });

  test('that fails midway leaves nothing behind, and other passes compute', async () => {
    const before = tf.memory().numTensors;
    function* failing(): Steps<tf.Tensor> {
      const x = tf.add(tf.ones([3]), 1);
      yield;
      throw new RangeError(`no more of [${x.shape}]`);
    }
    const outcome = rehearse(
      () => tidySteps(failing()),
      () => undefined,
    );
    if (tf.getBackend() === 'webgpu') await expect(outcome).rejects.toThrow(RangeError);
    else await outcome;
    expect(tf.memory().numTensors).toBe(before);
    expect([...(await tf.add(tf.tensor1d([1, 2]), 1).data())]).toEqual([2, 3]);
  });
});
