import { ELEMENT_BYTES, type ElementType, elementsToFloat32 } from './element-type.ts';
import { FormatError } from './errors.ts';

/** A row of elements somewhere in a file; tensors are views of it and may share it. */
export type Storage = {
  type: ElementType;
  /** Number of elements. */
  count: number;
  /** Little-endian bytes of `count` elements from element `from` on. */
  read(from: number, count: number): Uint8Array;
  /** Fault that keeps the tensor from being read. */
  fault?: string;
};

/** A view of a storage: sizes, strides and offset in elements. */
export type View = { shape: readonly number[]; strides: readonly number[]; offset: number };

/** Two gigabytes of float32: no parameter of any published model comes near. */
const MAX_ELEMENTS = 2 ** 29;

/** A tensor of a file that is read when its values are asked for. */
export class StoredTensor {
  readonly storage: Storage;
  readonly view: View;

  constructor(storage: Storage, view: View) {
    this.storage = storage;
    this.view = view;
  }

  /** Finds the fault of a tensor as the file describes it; null if it can be read. */
  get fault(): string | null {
    const { shape, strides, offset } = this.view;
    const { count, fault } = this.storage;
    if (fault !== undefined) return fault;
    if (![...shape, ...strides, offset].every(isSize) || strides.length !== shape.length) {
      return `expected sizes, strides and an offset, got [${shape}], [${strides}] and ${offset}`;
    }
    if (elementCount(shape) > MAX_ELEMENTS) return `expected at most ${MAX_ELEMENTS} elements, got [${shape}]`;
    const end = offset + spanOf(this.view);
    return end > count ? `expected [${shape}] within ${count} elements of storage, got ${end}` : null;
  }

  /**
   * Row-major values.
   *
   * @throws FormatError where {@link fault} says what is wrong
   */
  read(): Float32Array<ArrayBuffer> {
    const { fault, view, storage } = this;
    if (fault !== null) throw new FormatError(`StoredTensor.read: ${fault}`);
    const values = elementsToFloat32(storage.type, storage.read(view.offset, spanOf(view)));
    return isContiguous(view) ? values : gathered(values, view);
  }
}

/** Strides of a row-major tensor; of a column-major one with `fortran`. */
export function denseStrides(shape: readonly number[], fortran = false): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = 0; i < shape.length; i++) {
    const axis = fortran ? i : shape.length - 1 - i;
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** A little-endian range of a file as a storage; a fault where the file ends before it. */
export function rangeStorage(
  type: ElementType,
  count: number,
  file: { size: number; read(offset: number, length: number): Uint8Array },
  start: number,
): Storage {
  const width = ELEMENT_BYTES[type];
  const missing = start + count * width - file.size;
  return {
    type,
    count,
    read: (from, length) => file.read(start + from * width, length * width),
    ...(missing > 0 && { fault: `expected ${count * width} bytes at ${start}, got ${missing} fewer: the file is cut` }),
  };
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Elements of storage from the view's first to behind its last. */
function spanOf({ shape, strides }: View): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((span, side, axis) => span + (side - 1) * strides[axis], 1);
}

function isContiguous({ shape, strides }: View): boolean {
  const dense = denseStrides(shape);
  return shape.every((side, axis) => side === 1 || strides[axis] === dense[axis]) && !shape.includes(0);
}

function gathered(values: Float32Array, { shape, strides }: View): Float32Array<ArrayBuffer> {
  const out = new Float32Array(elementCount(shape));
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = values[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}
