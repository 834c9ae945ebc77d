import type { ByteSource } from '../byte-source.ts';
import type { ParamSource } from '../param-source.ts';
import { stateDict } from '../state-dict.ts';
import { CONTAINER_GLOBALS } from './container-globals.ts';
import { NUMPY_GLOBALS } from './numpy-globals.ts';
import { unpickle } from './unpickle.ts';

const GLOBALS = new Map([...CONTAINER_GLOBALS, ...NUMPY_GLOBALS]);

/**
 * Opens a pickle of numpy arrays, as detectron2's model zoo has them: `{ model: { key: array }, ... }`.
 *
 * @throws FormatError with every global that is refused, or every tensor that cannot be read
 */
export function openNumpyPickle(source: ByteSource): ParamSource {
  return stateDict(source.name, unpickle(source, 0, { globals: GLOBALS }).value);
}
