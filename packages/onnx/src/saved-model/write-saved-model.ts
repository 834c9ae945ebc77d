import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { expectOptions } from '@seg/checkpoint/expect-options';
import { systemReason, writeFileAtomic } from '@seg/checkpoint/node';
import { NOTES } from '../export/expect-counts.ts';
import { encodeSavedModel } from './encode-saved-model.ts';
import type { TensorflowGraphDef } from './tensorflow-graph.ts';

/** 1.9 GB: constants are in the graph, and a protocol buffer ends at 2 GiB. */
const MOST_BYTES = 1.9e9;

/** Options of writing a SavedModel. */
export type WriteSavedModelOptions = {
  /** Notes by name, for `assets.extra/seg.json`. */
  metadata?: Readonly<Record<string, string>>;
};

/**
 * Writes a graph as a folder that TensorFlow loads, whole or not at all: `saved_model.pb` with its constants, and the notes in
 * `assets.extra/seg.json`.
 *
 * @throws Error of one line where the folder has files or cannot be written, or constants are more than 1.9 GB
 */
export async function writeSavedModel(
  folder: string,
  graph: TensorflowGraphDef,
  options: WriteSavedModelOptions = {},
): Promise<void> {
  expectOptions('writeSavedModel', options, { metadata: NOTES });
  const { metadata = {} } = options;
  expectBytes(graph);
  const present = await entriesOf(folder);
  if (present.length > 0)
    throw new Error(`writeSavedModel: expected ${folder} to be new or empty, got a folder with ${present[0]}`);
  const place = path.resolve(folder);
  const beside = `${place}.part-${process.pid}`;
  try {
    await mkdir(path.join(beside, 'assets.extra'), { recursive: true });
    await writeFileAtomic(path.join(beside, 'saved_model.pb'), encodeSavedModel(graph));
    await writeFileAtomic(path.join(beside, 'assets.extra', 'seg.json'), `${JSON.stringify(metadata, null, 2)}\n`);
    await rmdir(place).catch(() => {}); // where it was there, and empty
    await rename(beside, place);
  } catch (error) {
    await rm(beside, { recursive: true, force: true }).catch(() => {});
    throw new Error(`writeSavedModel: expected to write ${folder}, got ${systemReason(error)}`, { cause: error });
  }
}

function expectBytes({ nodes }: TensorflowGraphDef): void {
  const bytes = nodes.reduce((sum, { attributes: { value } }) => {
    return sum + (value !== undefined && 'tensor' in value ? value.tensor.data.length : 0);
  }, 0);
  if (bytes > MOST_BYTES) throw new RangeError(`writeSavedModel: expected at most ${MOST_BYTES} bytes, got ${bytes}`);
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Error(`writeSavedModel: expected a folder ${folder} to write, got ${systemReason(error)}`, {
      cause: error,
    });
  }
}
