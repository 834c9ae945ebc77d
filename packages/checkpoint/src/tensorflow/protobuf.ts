import { FormatError } from '../errors.ts';

/** A field of a protocol buffer message: a number for varints and fixed words, bytes for the rest. */
export type ProtoField = { field: number; value: number | Uint8Array };

/**
 * The fields of a message in order; wire types 0, 1, 2 and 5.
 *
 * @throws FormatError where the bytes are no message
 */
export function* protoFields(bytes: Uint8Array): Generator<ProtoField> {
  const cursor = new VarintCursor(bytes);
  while (!cursor.atEnd) {
    const tag = cursor.varint();
    yield { field: Math.floor(tag / 8), value: fieldValue(cursor, tag % 8) };
  }
}

function fieldValue(cursor: VarintCursor, wireType: number): number | Uint8Array {
  switch (wireType) {
    case 0:
      return cursor.varint();
    case 1:
      return cursor.bytes(8);
    case 2:
      return cursor.bytes(cursor.varint());
    case 5: {
      const word = cursor.bytes(4);
      return new DataView(word.buffer, word.byteOffset, 4).getUint32(0, true);
    }
    default:
      throw new FormatError(`expected a protocol buffer, got wire type ${wireType}`);
  }
}

/** Walks over bytes that hold numbers of variable length, seven bits a byte, lowest first. */
export class VarintCursor {
  private readonly data: Uint8Array;
  offset: number;

  constructor(data: Uint8Array, offset = 0) {
    this.data = data;
    this.offset = offset;
  }

  get atEnd(): boolean {
    return this.offset >= this.data.length;
  }

  /** At most 2⁵³ − 1; negative numbers of 64 bits are refused like everything beyond. */
  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.data[this.offset++];
      if (byte === undefined || factor > 2 ** 49)
        throw new FormatError('expected a number of at most 53 bits, got more');
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    if (!Number.isSafeInteger(value)) throw new FormatError('expected a number of at most 53 bits, got more');
    return value;
  }

  bytes(length: number): Uint8Array {
    const start = this.offset;
    if (start + length > this.data.length) throw new FormatError(`expected ${length} more bytes, got the end`);
    this.offset += length;
    return this.data.subarray(start, start + length);
  }
}
