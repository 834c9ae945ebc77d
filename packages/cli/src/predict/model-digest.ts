import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** Files of a model: its configs, and weights of every format. */
const MODEL_FILE = /\.(json|safetensors|bin|pth|pt|pkl|index|data-\d+-of-\d+)$/;

/**
 * Digest of a model: every byte of its files where it is a folder or a file of this machine, or else its name.
 *
 * @param known What is known of the model once it is loaded: its description
 */
export async function modelDigest(model: string, known: unknown): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(known) ?? '');
  const files = await filesOfModel(model);
  if (files === null) return hash.update(model).digest('hex');
  for (const file of files) {
    hash.update(`\0${path.basename(file)}\0`);
    for await (const piece of createReadStream(file, { highWaterMark: 2 ** 20 })) hash.update(piece as Uint8Array);
  }
  return hash.digest('hex');
}

/** Files of a model on this machine; null of one that is elsewhere. */
export async function filesOfModel(model: string): Promise<string[] | null> {
  const entry = await stat(model).catch(() => null);
  if (entry === null) return null;
  if (!entry.isDirectory()) return [model];
  const names = (await readdir(model)).filter((name) => MODEL_FILE.test(name)).sort();
  return names.map((name) => path.join(model, name));
}
