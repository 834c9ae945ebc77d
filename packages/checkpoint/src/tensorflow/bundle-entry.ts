import type { ElementType } from '../element-type.ts';
import { FormatError } from '../errors.ts';
import { protoFields } from './protobuf.ts';

/** Header of a checkpoint's index: tensorflow/core/protobuf/tensor_bundle.proto, BundleHeaderProto. */
export type BundleHeader = { shards: number; isBigEndian: boolean };

/** Entry of one tensor in the index: BundleEntryProto. */
export type BundleEntry = {
  type: ElementType | null;
  /** TensorFlow's number of the type. */
  dtype: number;
  shape: number[];
  shard: number;
  offset: number;
  /** Bytes. */
  size: number;
  /** Masked CRC-32C of the bytes. */
  checksum: number;
  /** Stored in parts, under other keys. */
  isSliced: boolean;
};

/** Text: tensorflow/core/framework/types.proto, as the numbers below. */
export const DT_STRING = 7;
const TYPES: Readonly<Record<number, ElementType>> = {
  1: 'f32',
  2: 'f64',
  3: 'i32',
  4: 'u8',
  5: 'i16',
  6: 'i8',
  9: 'i64',
  10: 'bool',
  14: 'bf16',
  19: 'f16',
};

/** Reads a BundleHeaderProto. @throws FormatError where the bytes are none */
export function readBundleHeader(bytes: Uint8Array): BundleHeader {
  const header = { shards: 0, isBigEndian: false };
  for (const { field, value } of protoFields(bytes)) {
    if (field === 1) header.shards = expectNumber(value);
    if (field === 2) header.isBigEndian = expectNumber(value) === 1;
  }
  return header;
}

/** Reads a BundleEntryProto. @throws FormatError where the bytes are none */
export function readBundleEntry(bytes: Uint8Array): BundleEntry {
  const entry = { dtype: 0, shape: [] as number[], shard: 0, offset: 0, size: 0, checksum: 0, isSliced: false };
  for (const { field, value } of protoFields(bytes)) {
    if (field === 1) entry.dtype = expectNumber(value);
    if (field === 2) entry.shape = readShape(expectBytes(value));
    if (field === 3) entry.shard = expectNumber(value);
    if (field === 4) entry.offset = expectNumber(value);
    if (field === 5) entry.size = expectNumber(value);
    if (field === 6) entry.checksum = expectNumber(value);
    if (field === 7) entry.isSliced = true;
  }
  return { ...entry, type: TYPES[entry.dtype] ?? null };
}

/** TensorShapeProto: field 2 is a side, whose field 1 is its size. */
function readShape(bytes: Uint8Array): number[] {
  return [...protoFields(bytes)].filter(({ field }) => field === 2).map(({ value }) => readSide(expectBytes(value)));
}

function readSide(bytes: Uint8Array): number {
  const size = [...protoFields(bytes)].find(({ field }) => field === 1);
  return size === undefined ? 0 : expectNumber(size.value);
}

function expectNumber(value: number | Uint8Array): number {
  if (typeof value !== 'number') throw new FormatError('expected a number in a protocol buffer, got bytes');
  return value;
}

function expectBytes(value: number | Uint8Array): Uint8Array {
  if (typeof value === 'number') throw new FormatError('expected bytes in a protocol buffer, got a number');
  return value;
}
