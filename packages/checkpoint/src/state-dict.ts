import { FormatError } from './errors.ts';
import type { ParamSource } from './param-source.ts';
import { NumpyArray } from './pickle/numpy-globals.ts';
import { StoredTensor } from './stored-tensor.ts';
import { tensorSource } from './tensor-source.ts';

/** Names under which checkpoints of the usual training frameworks hold the parameters; the first present is taken. */
const WRAPPERS = ['state_dict', 'model', 'model_state_dict', 'model_state', 'module', 'net', 'model_ema', 'ema'];
/** Wrappers inside each other; published checkpoints have one or two. */
const MAX_WRAPPERS = 4;

/**
 * The parameters of an unpickled checkpoint: the dict of tensors itself, or one under a usual name beside optimizer and
 * progress. A `module.` before every key (PyTorch's parallel training) is taken off.
 *
 * @param where Name of the file
 * @throws FormatError listing every tensor that cannot be read
 */
export function stateDict(where: string, root: unknown): ParamSource {
  return tensorSource(where, tensorsOf(where, root));
}

function tensorsOf(where: string, root: unknown): Map<string, StoredTensor> {
  let found = root;
  for (let depth = 0; depth <= MAX_WRAPPERS; depth++) {
    if (!(found instanceof Map)) break;
    const dict: Map<unknown, unknown> = found;
    const tensors = entriesOf(dict);
    if (tensors.length > 0) return withoutModule(tensors);
    found = dict.get(WRAPPERS.find((name) => dict.get(name) instanceof Map));
  }
  throw new FormatError(
    `${where}: expected a dict of tensors, or one under ${WRAPPERS.join(', ')}, got ${described(root)}`,
  );
}

/** Tensors by key; what else stands beside them is left out. */
function entriesOf(dict: Map<unknown, unknown>): [string, StoredTensor][] {
  return [...dict].flatMap(([key, value]) => {
    const tensor = value instanceof NumpyArray ? value.tensor : value;
    return typeof key === 'string' && tensor instanceof StoredTensor ? [[key, tensor] as [string, StoredTensor]] : [];
  });
}

function withoutModule(tensors: [string, StoredTensor][]): Map<string, StoredTensor> {
  const isParallel = tensors.every(([key]) => key.startsWith('module.'));
  return new Map(isParallel ? tensors.map(([key, tensor]) => [key.slice('module.'.length), tensor]) : tensors);
}

function described(value: unknown): string {
  if (value instanceof Map) return `a dict of ${[...value.keys()].slice(0, 8).map(String).join(', ') || 'nothing'}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return value instanceof StoredTensor ? 'a single tensor' : `a ${value === null ? 'None' : typeof value}`;
}
