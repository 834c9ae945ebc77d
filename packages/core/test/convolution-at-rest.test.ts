import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { BatchNorm } from '../src/layers/batch-norm.ts';
import { ConvNorm } from '../src/layers/conv-norm.ts';
import { Conv2d } from '../src/layers/conv2d.ts';
import { ParamStore } from '../src/params/param-store.ts';
import { runSteps } from '../src/steps.ts';

onEveryBackend(
  'a convolution that rests between its bands',
  () => {
    test('keeps its folded filter while another pass folds that of changed parameters', async () => {
      const params = new ParamStore();
      const conv = new Conv2d(params.root.at('conv'), { inDim: 64, outDim: 64, kernel: 3 });
      const layer = new ConvNorm(params.root, conv, new BatchNorm(params.root.at('norm'), { dim: 64 }));
      const x = tf.randomNormal([1, 160, 160, 64], 0, 1, 'float32', 3) as tf.Tensor4D;
      const whole = runSteps(layer.forwardSteps(x));
      const steps = layer.forwardSteps(x);
      expect(steps.next().done).toBe(false);
      params.touch();
      layer.forward(x).dispose();
      await expectClose(runSteps(steps), whole, { absolute: 0, relative: 0 });
      params.dispose();
    });
  },
  { only: ['wasm'] },
); // elsewhere a convolution is one step
