import * as tf from '@tensorflow/tfjs-core';

import { convolutionGradients } from './convolutions.ts';
import { binaryGradients, constantGradients, unaryGradients } from './elementwise.ts';
import { indexingGradients } from './indexing.ts';
import { layoutGradients } from './layout.ts';
import { productGradients } from './products.ts';
import { reductionGradients } from './reductions.ts';
import { resizeGradients } from './resize.ts';

/**
 * Gives tfjs the derivatives of its kernels. In Node tfjs-core registers none, in a page only on request, and several
 * of its own are wrong or missing; see docs/decisions. Registering twice changes nothing.
 */
export function registerGradients(): void {
  const all = [
    ...unaryGradients,
    ...binaryGradients,
    ...constantGradients,
    ...reductionGradients,
    ...layoutGradients,
    ...indexingGradients,
    ...productGradients,
    ...convolutionGradients,
    ...resizeGradients,
  ];
  for (const gradient of all) tf.registerGradient(gradient);
}
