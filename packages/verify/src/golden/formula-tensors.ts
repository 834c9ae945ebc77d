import { type KeyMap, type ParamSource, renamed } from '@seg/checkpoint/safetensors';
import { formulaValues } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import type { FormulaTensor, ImageInput } from './schemas.ts';

/** Weights of a golden file: their formulas, and the salt of all of them. */
export type FormulaWeights = { parameters: FormulaTensor[]; salt: number };

/** Source of a golden's parameters under the model's own keys, computed when they are read. */
export function formulaParameters({ parameters, salt }: FormulaWeights, keyMap: KeyMap = []): ParamSource {
  const byKey = new Map(parameters.map((parameter) => [parameter[0], parameter]));
  const source: ParamSource = {
    keys: () => byKey.keys(),
    read: (key) => {
      const found = byKey.get(key);
      if (found === undefined) return null;
      const [, shape, , center, scale] = found;
      return { shape, values: formulaValues(key, shape, center, scale, salt) };
    },
  };
  return renamed(source, keyMap);
}

/** Input image of a golden. @returns [B, H, W, 3] */
export function goldenPixels({ input, salt }: { input: ImageInput; salt: number }): tf.Tensor4D {
  const { key, shape, center, scale, layout } = input;
  return tf.tidy(() => {
    const stored = tf.tensor4d(formulaValues(key, shape, center, scale, salt), shape);
    return layout === 'NCHW' ? tf.transpose(stored, [0, 2, 3, 1]) : stored;
  });
}

/** Height and width of a golden's input. */
export function inputSize({ shape, layout }: ImageInput): [height: number, width: number] {
  return layout === 'NCHW' ? [shape[2], shape[3]] : [shape[1], shape[2]];
}
