import { renamed } from '@seg/checkpoint';
import { formulaValues, ParamStore } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { compareTap, NOISE_FACTOR, type TapResult } from './compare-tap.ts';
import { formulaParameters, type Golden } from './golden-file.ts';
import { goldenModel } from './golden-models.ts';
import { inGoldenLayout, recordTaps } from './record-taps.ts';

/** The golden's input image, [B, H, W, 3]. */
export function goldenPixels({ input, salt }: Golden): tf.Tensor4D {
  const { key, shape, center, scale, layout } = input;
  return tf.tidy(() => {
    const stored = tf.tensor4d(
      formulaValues(key, shape, center, scale, salt),
      shape as [number, number, number, number],
    );
    return layout === 'NCHW' ? tf.transpose(stored, [0, 2, 3, 1]) : stored;
  });
}

/**
 * Builds the model that a golden file names, fills it by the formula, runs it and compares every tap, in the order of
 * the file.
 *
 * @param onResult Called for every tap as it is compared; returning false stops
 */
export async function verifyForward(golden: Golden, onResult: (result: TapResult) => boolean): Promise<void> {
  const { keyMap, ignored, create, tapPath, others, decoded } = goldenModel(golden);
  const params = new ParamStore(renamed(formulaParameters(golden), keyMap));
  const model = create(params);
  params.verify(ignored);
  const paths = new Map((golden.taps ?? []).map((tap) => [tap.name, tapPath(tap.name)]));
  const wanted = new Set([...paths.values(), ...(decoded?.paths ?? [])].filter((path) => path !== null));
  const pixels = goldenPixels(golden);
  const recorded = recordTaps(params, wanted, () => model.run(pixels));
  pixels.dispose();
  params.dispose();
  try {
    for (const tap of golden.taps ?? []) {
      const value = recorded.get(paths.get(tap.name) ?? '');
      if (value === undefined) throw new Error(`verify: expected a tap for ${tap.name}, got none from the model`);
      const { values, shape } = await inGoldenLayout(value, tap.shape, golden.input.layout);
      const either = await others?.(tap.name, recorded);
      if (!onResult(compareTap(tap, values, shape, NOISE_FACTOR, either))) return;
    }
    for await (const result of decoded?.check(recorded) ?? []) if (!onResult(result)) return;
  } finally {
    tf.dispose([...recorded.values()]);
  }
}
