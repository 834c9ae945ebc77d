import { init, ParamStore } from '@seg/core';
import { buildModel, type ModelDescription } from '@seg/models';

import { formulaSource, keysOf, TINY_SWIN } from '../../models/test/tiny.ts';
import { TINY_DESCRIPTIONS } from '../../models/test/tiny-descriptions.ts';

const swin = (name: string, keys: 'mask2former' | 'maskformer'): ModelDescription => {
  const { config, ...rest } = TINY_DESCRIPTIONS[name];
  return { ...rest, config: { ...config, backbone: { ...TINY_SWIN, keys } } as ModelDescription['config'] };
};

/** Each system, each kind of SOLO, each kind of backbone. */
export const SYSTEMS: Readonly<Record<string, ModelDescription>> = {
  ...TINY_DESCRIPTIONS,
  'mask2former with Swin': swin('mask2former', 'mask2former'),
  'maskformer with Swin': swin('maskformer', 'maskformer'),
};

/** Multiples of 32, and one more for MaX-DeepLab, whose sizes are 16n + 1. */
export const sizeOf = (name: string): [number, number] => (name === 'max-deeplab' ? [65, 97] : [64, 96]);

/** Formulas give MaX-DeepLab's variances a sign, so its weights are drawn. */
export function modelOf({ config }: ModelDescription) {
  if (config.model === 'max-deeplab') {
    init.seedInitializers(5);
    return buildModel(new ParamStore(), config);
  }
  const source = formulaSource(keysOf((params) => void buildModel(params, config)));
  return buildModel(new ParamStore(source), config);
}
