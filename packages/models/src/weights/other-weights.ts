import {
  type ByteSource,
  isSortedTable,
  openOtherCheckpoint,
  openTensorBundle,
  type ParamSource,
  shardName,
} from '@seg/checkpoint';

/**
 * Opens a file of weights that is not safetensors: of PyTorch, of pickled numpy arrays, or the index of a TensorFlow
 * checkpoint, whose shards lie beside it. Apart from safetensors, so that pages load the readers when they meet such a file.
 *
 * @param file Name of the file in its folder
 * @param sibling Opens another file of the folder, or null where there is none
 */
export async function openOtherWeights(
  source: ByteSource,
  file: string,
  sibling: (file: string) => Promise<ByteSource | null>,
): Promise<ParamSource> {
  if (!isSortedTable(source)) return openOtherCheckpoint(source);
  const prefix = file.replace(/\.index$/, '');
  return openTensorBundle(source, (shard, shards) => sibling(shardName(prefix, shard, shards)));
}
