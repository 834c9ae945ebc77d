import type { ElementType } from '../element-type.ts';
import { FormatError } from '../errors.ts';
import { CONTAINER_GLOBALS } from '../pickle/container-globals.ts';
import { NUMPY_GLOBALS } from '../pickle/numpy-globals.ts';
import { expectTuple, InertObject, PickleFunction } from '../pickle/pickle-values.ts';
import { type Storage, StoredTensor } from '../stored-tensor.ts';

/** A class of storages: `torch.FloatStorage` and its siblings. Null for types that no tensor of ours has. */
export class StorageType {
  readonly type: ElementType | null;

  constructor(type: ElementType | null) {
    this.type = type;
  }
}

/** A storage as a persistent id names it; data that only a typed tensor can read has a width of one byte. */
export class TorchStorage {
  readonly storage: Storage;

  constructor(storage: Storage) {
    this.storage = storage;
  }
}

const STORAGE_TYPES: readonly (readonly [string, ElementType | null])[] = [
  ['DoubleStorage', 'f64'],
  ['FloatStorage', 'f32'],
  ['HalfStorage', 'f16'],
  ['BFloat16Storage', 'bf16'],
  ['LongStorage', 'i64'],
  ['IntStorage', 'i32'],
  ['ShortStorage', 'i16'],
  ['CharStorage', 'i8'],
  ['ByteStorage', 'u8'],
  ['BoolStorage', 'bool'],
  ['ComplexFloatStorage', null],
  ['ComplexDoubleStorage', null],
];

const DTYPES = ['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool'];

const rebuildTensor = new PickleFunction(rebuilt);
const rebuildParameter = new PickleFunction(([tensor]) => tensor);

/** Globals that a file of PyTorch may name. */
export const TORCH_GLOBALS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...CONTAINER_GLOBALS,
  ...NUMPY_GLOBALS,
  ...STORAGE_TYPES.map(([name, type]) => [`torch.${name}`, new StorageType(type)] as const),
  ...DTYPES.map((name) => [`torch.${name}`, new InertObject()] as const),
  ['torch.Size', new PickleFunction(([sides]) => sides)],
  ['torch.device', new PickleFunction(() => new InertObject())],
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['torch._utils._rebuild_parameter_with_state', rebuildParameter],
  ['torch._tensor._rebuild_from_type_v2', new PickleFunction(rebuiltFromType)],
  ['torch.Tensor', new InertObject()],
  ['torch.nn.parameter.Parameter', new InertObject()],
]);

/** Storage, offset, size, stride; what follows matters to training only. */
function rebuilt([storage, offset, size, stride]: readonly unknown[]): StoredTensor {
  if (!(storage instanceof TorchStorage)) throw new FormatError('expected a tensor of a storage, got another value');
  const shape = expectTuple('the size of a tensor', size) as number[];
  const strides = expectTuple('the strides of a tensor', stride) as number[];
  return new StoredTensor(storage.storage, { shape, strides, offset: offset as number });
}

/** A tensor with attributes: the function that builds it, its class, the arguments, the attributes. */
function rebuiltFromType([build, , args]: readonly unknown[]): unknown {
  if (build !== rebuildTensor && build !== rebuildParameter) {
    throw new FormatError('expected a function that builds tensors, got another value');
  }
  return (build as PickleFunction).call(expectTuple('arguments', args));
}
