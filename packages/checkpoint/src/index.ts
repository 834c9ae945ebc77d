/**
 * Reads and writes every checkpoint format as typed arrays; needs no tfjs.
 *
 * @packageDocumentation
 */

export { openCheckpoint } from './open-checkpoint.ts';
export { openOtherCheckpoint } from './other-checkpoint.ts';
export {
  A_PRECISION,
  type ByteSource,
  bytesOf,
  describeValue,
  expectFinite,
  FormatError,
  finiteSource,
  float16ToFloat32,
  float32ToFloat16,
  invertedMap,
  isDropped,
  isSafetensors,
  type KeyMap,
  type KeyRule,
  listFaults,
  METADATA,
  maskedCrc32c,
  openSafetensors,
  type ParamSource,
  type Precision,
  parseJson,
  readAs,
  renamed,
  renamedBack,
  roundedSource,
  type SafetensorsFile,
  type Schema,
  type StoredValue,
  utf8Text,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from './safetensors-only.ts';
export { type OpenShard, openTensorBundle, shardName } from './tensorflow/open-tensor-bundle.ts';
export { isSortedTable } from './tensorflow/sorted-table.ts';
