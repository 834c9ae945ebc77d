/**
 * Safetensors and what all formats share, for pages: no readers of PyTorch, numpy and TensorFlow.
 *
 * @packageDocumentation
 */

export { type ByteSource, bytesOf } from './byte-source.ts';
export { describeValue } from './describe-value.ts';
export { FormatError } from './errors.ts';
export { expectFinite, finiteSource } from './finite-source.ts';
export { float16ToFloat32, float32ToFloat16 } from './half-float.ts';
export { invertedMap, isDropped, type KeyMap, type KeyRule, renamed, renamedBack } from './key-map.ts';
export { listFaults } from './list-faults.ts';
export type { ParamSource, StoredValue } from './param-source.ts';
export { parseJson, readAs, type Schema } from './read-as.ts';
export { roundedSource } from './rounded-source.ts';
export { isSafetensors, openSafetensors, type SafetensorsFile } from './safetensors.ts';
export { maskedCrc32c } from './tensorflow/crc32c.ts';
export { utf8Text } from './utf8-text.ts';
export {
  A_PRECISION,
  METADATA,
  type Precision,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from './write-safetensors.ts';
