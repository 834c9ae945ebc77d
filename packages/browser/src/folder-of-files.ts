import { bytesOf, FormatError } from '@seg/checkpoint/safetensors';
import type { ModelFolder } from '@seg/models';

/** 4 GiB: twice the largest published model, as of what is fetched. */
const MOST_BYTES = 2 ** 32;

/**
 * A model folder of files that a person chose or dropped: `config.json` and weights, whatever folder they lay in.
 *
 * @throws FormatError where a name is there twice
 */
export function folderOfFiles(files: Iterable<File>): ModelFolder {
  const byName = new Map<string, File>();
  for (const file of files) {
    if (byName.has(file.name)) throw new FormatError(`expected each file of a model once, got ${file.name} twice`);
    byName.set(file.name, file);
  }
  return {
    name: 'the chosen folder',
    open: async (name) => {
      const file = byName.get(name);
      if (file === undefined) return null;
      if (file.size > MOST_BYTES) {
        throw new FormatError(`${name}: expected at most ${MOST_BYTES} bytes, got ${file.size}`);
      }
      return bytesOf(name, new Uint8Array(await file.arrayBuffer()));
    },
  };
}
