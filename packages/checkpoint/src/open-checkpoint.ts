import { type ByteSource, expectBytes } from './byte-source.ts';
import { openOtherCheckpoint } from './other-checkpoint.ts';
import type { ParamSource } from './param-source.ts';
import { isSafetensors, openSafetensors } from './safetensors.ts';

/**
 * Opens a checkpoint of one file, recognized by its content: safetensors, `torch.save` of any age, or a pickle of numpy
 * arrays. Tensors are read when asked for.
 *
 * @throws FormatError naming the file, with all that is wrong
 */
export function openCheckpoint(source: ByteSource): ParamSource {
  expectBytes('openCheckpoint', source);
  return isSafetensors(source) ? openSafetensors(source) : openOtherCheckpoint(source);
}
