import { FormatError } from '../errors.ts';
import { ByteSpan, bytesOfPickled, expectTuple, InertObject, PickleFunction, tuple } from './pickle-values.ts';

/** Classes that describe a training and hold no tensors: known by name, built as nothing. */
const INERT = [
  'addict.addict.Dict',
  'argparse.Namespace',
  'detectron2.config.config.CfgNode',
  'fvcore.common.config.CfgNode',
  'mmcv.utils.config.ConfigDict',
  'mmengine.config.config.ConfigDict',
  'mmengine.logging.history_buffer.HistoryBuffer',
  'pathlib.Path',
  'pathlib.PosixPath',
  'pathlib.WindowsPath',
  'yacs.config.CfgNode',
];

/** Containers of Python's library, and the classes that every reader of checkpoints passes over. */
export const CONTAINER_GLOBALS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...INERT.map((name) => [name, new InertObject()] as const),
  ['collections.OrderedDict', new PickleFunction(orderedDict)],
  ['collections.defaultdict', new PickleFunction(() => new Map())],
  ['collections.Counter', new PickleFunction(([dict]) => (dict instanceof Map ? dict : new Map()))],
  ...['builtins', '__builtin__'].flatMap((module) => [
    [`${module}.set`, new PickleFunction(([items]) => new Set(expectTuple('items', items ?? [])))] as const,
    [`${module}.frozenset`, new PickleFunction(([items]) => new Set(expectTuple('items', items ?? [])))] as const,
    [`${module}.list`, new InertObject()] as const, // factory of a defaultdict
    [`${module}.dict`, new InertObject()] as const,
    [`${module}.int`, new InertObject()] as const,
  ]),
  ['_codecs.encode', new PickleFunction(encode)],
]);

/** From pairs (protocols 0 and 1), or empty and filled afterwards. */
function orderedDict([pairs]: readonly unknown[]): Map<unknown, unknown> {
  const entries = expectTuple('pairs', pairs ?? tuple([])).map((pair) => expectTuple('a pair', pair));
  return new Map(entries.map(([key, value]) => [key, value]));
}

/** Bytes that Python 3 writes as text in protocols 0 to 2. */
function encode([text, encoding]: readonly unknown[]): Uint8Array | ByteSpan {
  if (encoding !== 'latin1' && encoding !== 'latin-1') {
    throw new FormatError(`expected bytes encoded as latin1, got ${JSON.stringify(encoding)}`);
  }
  return text instanceof ByteSpan ? text : bytesOfPickled(text);
}
