import type { StoredValue } from '@seg/checkpoint/safetensors';
import { type SegmentationModel, storedParams } from '@seg/models';

import { AUXILIARY } from '../objectives/objective-of.ts';

/** True for a key of the model itself, not of a head that its training alone has. */
export const isOfModel = (key: string): boolean => !key.startsWith(`${AUXILIARY}.`);

/** Parameters of a trained model in the checkpoint's layout, without those of its training alone. */
export async function* modelWeights({ params }: SegmentationModel): AsyncGenerator<[string, StoredValue]> {
  for await (const [key, value] of storedParams(params)) if (isOfModel(key)) yield [key, value];
}
