import { FormatError } from '@seg/checkpoint/safetensors';
import { ParamStore } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';

import { compareTap } from '../compare/compare-tap.ts';
import type { TapResult } from '../compare/tap-result.ts';
import { formulaParameters, goldenPixels } from '../golden/formula-tensors.ts';
import type { GoldenOptions } from '../golden/golden.ts';
import { imageInputSchema, modelEntries, tapSchema } from '../golden/schemas.ts';
import type { GoldenModel } from './golden-model.ts';
import { inGoldenLayout, recordTaps } from './record-taps.ts';

/** Fields of every `golden-1`. */
export const forwardEntries = { ...modelEntries, input: imageInputSchema, taps: v.array(tapSchema) };

const forwardSchema = v.object(forwardEntries);

/** A forward pass without what the systems add to it. */
export type ForwardGolden = v.InferOutput<typeof forwardSchema>;

/** Builds a model, fills it by the formula, runs it and compares every tap, in the order of the file, then the rest. */
export async function* verifyForward(
  where: string,
  golden: ForwardGolden,
  { keyMap, ignored, create, tapPath, alternatives, decodedPaths = [] }: GoldenModel,
  { weights = (source) => source, runtime = async (_params, _pixels, forward) => new Map(forward()) }: GoldenOptions,
): AsyncGenerator<TapResult> {
  const params = new ParamStore(weights(formulaParameters(golden, keyMap)));
  const model = create(params);
  params.verify(ignored);
  const paths = new Map(golden.taps.map((tap) => [tap.name, tapPath(tap.name)]));
  const wanted = new Set([...paths.values(), ...decodedPaths].filter((path) => path !== null));
  const pixels = goldenPixels(golden);
  const recorded = await runtime(params, pixels, () => recordTaps(params, wanted, () => model.run(pixels)));
  try {
    for (const tap of golden.taps) {
      const value = recorded.get(paths.get(tap.name) ?? '');
      if (value === undefined) {
        throw new FormatError(`${where}: expected taps that the model has, got ${JSON.stringify(tap.name)}`);
      }
      const { values, shape } = await inGoldenLayout(value, tap.shape, golden.input.layout);
      yield compareTap(tap, values, shape, await alternatives?.(tap.name, recorded));
    }
    if (model.decoded) yield* model.decoded(pixels, recorded);
  } finally {
    tf.dispose([pixels, ...recorded.values()]);
    params.dispose();
  }
}
