import { FormatError } from './errors.ts';
import { listFaults } from './list-faults.ts';
import type { ParamSource } from './param-source.ts';
import type { StoredTensor } from './stored-tensor.ts';

/**
 * Tensors of a file as parameters, read when they are asked for.
 *
 * @param where Name of the file
 * @throws FormatError listing every tensor that cannot be read
 */
export function tensorSource(where: string, tensors: ReadonlyMap<string, StoredTensor>): ParamSource {
  const faults = [...tensors].flatMap(([key, { fault }]) => (fault === null ? [] : [`${key}: ${fault}`]));
  if (faults.length > 0) throw new FormatError(`${where}: ${listFaults(faults)}`);
  return {
    keys: () => tensors.keys(),
    shape: (key) => tensors.get(key)?.view.shape ?? null,
    read: (key) => {
      const tensor = tensors.get(key);
      return tensor === undefined ? null : { shape: tensor.view.shape, values: tensor.read() };
    },
  };
}
