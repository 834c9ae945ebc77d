/**
 * Reads and writes every checkpoint format as typed arrays; needs no tfjs.
 *
 * @packageDocumentation
 */

export { type ByteSource, bytesOf } from './byte-source.ts';
export { describeValue } from './describe-value.ts';
export { FormatError } from './errors.ts';
export { finiteSource } from './finite-source.ts';
export { float16ToFloat32, float32ToFloat16 } from './half-float.ts';
export { invertedMap, isDropped, type KeyMap, type KeyRule, renamed, renamedBack } from './key-map.ts';
export { listFaults } from './list-faults.ts';
export { openCheckpoint } from './open-checkpoint.ts';
export type { ParamSource, StoredValue } from './param-source.ts';
export { parseJson, readAs, type Schema } from './read-as.ts';
export { roundedSource } from './rounded-source.ts';
export { openSafetensors, type SafetensorsFile } from './safetensors.ts';
export { maskedCrc32c } from './tensorflow/crc32c.ts';
export { type OpenShard, openTensorBundle, shardName } from './tensorflow/open-tensor-bundle.ts';
export { isSortedTable } from './tensorflow/sorted-table.ts';
export { type Precision, type WriteSafetensorsOptions, writeSafetensors } from './write-safetensors.ts';
