import { ELEMENT_BYTES, type ElementType, elementsToFloat32 } from '../element-type.ts';
import { FormatError } from '../errors.ts';
import { denseStrides, elementCount, rangeStorage, type Storage, StoredTensor } from '../stored-tensor.ts';
import { type Buildable, ByteSpan, bytesOfPickled, expectTuple, InertObject, PickleFunction } from './pickle-values.ts';

const TYPES: Readonly<Record<string, ElementType>> = {
  f8: 'f64',
  f4: 'f32',
  f2: 'f16',
  i8: 'i64',
  i4: 'i32',
  i2: 'i16',
  i1: 'i8',
  u1: 'u8',
  b1: 'bool',
};

/** `numpy.dtype`: a code such as `f4`, and the byte order that its state brings. */
class NumpyType implements Buildable {
  readonly code: string;
  order = '=';

  constructor(code: unknown) {
    if (typeof code !== 'string') throw new FormatError('expected the code of a numpy dtype, got another value');
    this.code = code.replace(/^[<>|=]/, '');
  }

  get type(): ElementType | null {
    return Object.hasOwn(TYPES, this.code) ? TYPES[this.code] : null;
  }

  setState(state: unknown): void {
    const order = expectTuple('the state of a numpy dtype', state)[1];
    if (order !== '<' && order !== '>' && order !== '|' && order !== '=') {
      throw new FormatError(`expected byte order < or >, got ${JSON.stringify(order)}`);
    }
    this.order = order;
  }
}

/** `numpy.ndarray`: made empty, filled by its state. */
export class NumpyArray implements Buildable {
  tensor: StoredTensor | null = null;

  /** @param state Version, shape, dtype, whether column-major, data */
  setState(state: unknown): void {
    const [, shape, type, isFortran, data] = expectTuple('the state of a numpy array', state);
    this.tensor = arrayTensor(shape, type, isFortran === true, data);
  }
}

/** Globals that a pickle of numpy arrays names: NumPy 1 has `numpy.core` where NumPy 2 has `numpy._core`. */
export const NUMPY_GLOBALS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['numpy.ndarray', new InertObject()],
  ['numpy.dtype', new PickleFunction(([code]) => new NumpyType(code))],
  ...['numpy.core', 'numpy._core'].flatMap((core) => [
    [`${core}.multiarray._reconstruct`, new PickleFunction(() => new NumpyArray())] as const,
    [`${core}.multiarray.scalar`, new PickleFunction(scalar)] as const,
    [`${core}.numeric._frombuffer`, new PickleFunction(fromBuffer)] as const,
  ]),
]);

/** Protocol 5: data, dtype, shape, order. */
function fromBuffer([data, type, shape, order]: readonly unknown[]): StoredTensor {
  return arrayTensor(shape, type, order === 'F', data);
}

/** A number; null for what is none, such as a date. */
function scalar([type, data]: readonly unknown[]): number | null {
  if (!(type instanceof NumpyType) || type.type === null) return null;
  const bytes = bytesOfPickled(data);
  const width = ELEMENT_BYTES[type.type];
  if (bytes.length !== width) throw new FormatError(`expected a scalar of ${width} bytes, got ${bytes.length}`);
  return elementsToFloat32(type.type, littleEndian(bytes, width, type.order))[0];
}

function arrayTensor(shape: unknown, type: unknown, isFortran: boolean, data: unknown): StoredTensor {
  const sides = expectTuple('the shape of a numpy array', shape) as number[];
  if (!(type instanceof NumpyType)) throw new FormatError('expected a numpy array with a dtype, got another value');
  const view = { shape: sides, strides: denseStrides(sides, isFortran), offset: 0 };
  return new StoredTensor(arrayStorage(type, elementCount(sides), data), view);
}

function arrayStorage({ code, type, order }: NumpyType, count: number, data: unknown): Storage {
  if (type === null) return unreadable(`expected numbers, got numpy dtype ${code}`);
  const width = ELEMENT_BYTES[type];
  const storage = dataStorage(type, count, data);
  if (storage.fault === undefined && storage.count !== count) {
    return unreadable(`expected ${count * width} bytes of data, got ${storage.count * width}`);
  }
  return { ...storage, read: (from, length) => littleEndian(storage.read(from, length), width, order) };
}

function dataStorage(type: ElementType, count: number, data: unknown): Storage {
  const width = ELEMENT_BYTES[type];
  if (data instanceof ByteSpan) {
    if (data.isText)
      return { type, count, read: (from, length) => textBytes(data, count * width, from * width, length * width) };
    return rangeStorage(type, data.length / width, data.source, data.offset);
  }
  if (!(data instanceof Uint8Array || typeof data === 'string')) {
    return unreadable('expected bytes as data, got another value');
  }
  const bytes = bytesOfPickled(data);
  const read = (from: number, length: number) => bytes.subarray(from * width, (from + length) * width);
  return { type, count: bytes.length / width, read };
}

/** A range of bytes that were written as text, whose number shows only here. */
function textBytes(data: ByteSpan, size: number, offset: number, length: number): Uint8Array {
  const bytes = bytesOfPickled(data);
  if (bytes.length !== size)
    throw new FormatError(`${data.source.name}: expected ${size} bytes of data, got ${bytes.length}`);
  return bytes.subarray(offset, offset + length);
}

function unreadable(fault: string): Storage {
  return { type: 'u8', count: 0, read: () => new Uint8Array(0), fault };
}

/** Elements of byte order `>` turned around. */
function littleEndian(bytes: Uint8Array, width: number, order: string): Uint8Array {
  if (order !== '>') return bytes;
  const turned = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) turned[i] = bytes[i - (i % width) + width - 1 - (i % width)];
  return turned;
}
