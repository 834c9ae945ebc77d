import { FormatError } from '@seg/checkpoint/safetensors';
import { ParamStore, type Size } from '@seg/core';

import type { ModelDescription } from './description/model-description.ts';
import { largestSize } from './preprocess.ts';
import { type System, systemOf } from './systems/system.ts';
import { SYSTEMS } from './systems/systems.ts';

/** Estimate of what a model takes, before it is built. */
export type Footprint = {
  /** Numbers in all parameters, exact. */
  numbers: number;
  /** Tensors of parameters, exact. */
  parameters: number;
  /** Height and width of the largest image that the model sees; null where images keep their size. */
  size: Size | null;
  /** Numbers alive at once in a pass over one image of that size, within a factor of four; null without a size. */
  activations: number | null;
};

/**
 * Most of each. 2²⁶ pixels are 67 megapixels, more than an image file may have here. 2³² numbers are 16 GiB in float32: nine times the parameters of the largest published model
 * (MaX-DeepLab-L, 451 M), and twenty times what Mask2Former with Swin-L has alive at 800 × 1333. 2¹⁶ tensors are twenty
 * times those of MaX-DeepLab-L.
 */
const MOST = { pixels: 2 ** 26, numbers: 2 ** 32, parameters: 2 ** 16, activations: 2 ** 32 };

/**
 * Estimates what a model takes. Lays its parameters out and makes none; needs a started backend.
 *
 * @param where Names the file of the description in errors
 * @throws FormatError where a model is larger than sense allows: more than 2³² numbers in parameters or in a pass, 2¹⁶
 *   tensors, or 2²⁶ pixels
 */
export function footprint(
  where: string,
  { config, preprocessing }: Pick<ModelDescription, 'config' | 'preprocessing'>,
  systems: readonly System[] = SYSTEMS,
): Footprint {
  const system = systemOf(where, config, systems);
  const size = largestSize(preprocessing);
  if (size !== null && size[0] * size[1] > MOST.pixels) {
    throw new FormatError(
      `${where}: expected images of at most ${MOST.pixels} pixels, got preprocessing to ${size.join('x')}`,
    );
  }
  const activations = size && Math.ceil(3 * size[0] * size[1] + system.activations(config, size));
  if (size !== null && !(activations! <= MOST.activations)) {
    throw new FormatError(
      `${where}: expected a model of at most ${MOST.activations} numbers at once, got ${activations} on images of ${size.join('x')}`,
    );
  }
  return { ...count(where, system, config), size, activations };
}

function count(where: string, system: System, config: ModelDescription['config']) {
  const params = new ParamStore('shapes', MOST);
  try {
    system.build(params, config);
    return params.size;
  } catch (error) {
    if (error instanceof RangeError) throw new FormatError(`${where}: ${error.message.replace('ParamStore: ', '')}`);
    throw error;
  } finally {
    params.dispose();
  }
}
