import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { FormatError } from '@seg/checkpoint/safetensors';
import tar from 'tar-stream';

/** 10,000: deeplab2's archives have five files. */
const MOST_ENTRIES = 10_000;

/** Files of a TensorFlow checkpoint. */
const CHECKPOINT_FILE = /^([\w.-]*ckpt-\d+)\.(index|data-\d{5}-of-\d{5})$/;

/**
 * Unpacks the TensorFlow checkpoint of a `.tar.gz` into a folder. Only its files are written, under their names alone; the
 * rest of the archive is passed over.
 *
 * @param maxBytes Most bytes that the archive may hold, unpacked
 * @returns Name of the checkpoint's index
 * @throws FormatError naming the archive, where it is damaged, too large, leads out of its folder, or has not one checkpoint
 */
export async function unpackCheckpoint(archive: string, folder: string, maxBytes: number): Promise<string> {
  const where = path.basename(archive);
  const extract = tar.extract();
  const unpacking = pipeline(createReadStream(archive), createGunzip(), extract);
  const prefixes = new Set<string>();
  let [bytes, entries] = [0, 0];
  const collect = async () => {
    for await (const entry of extract) {
      const { name, size = 0, type } = entry.header;
      checkName(where, name);
      bytes += size;
      entries += 1;
      if (bytes > maxBytes || entries > MOST_ENTRIES) {
        throw new FormatError(`${where}: expected at most ${maxBytes} bytes in ${MOST_ENTRIES} files, got more`);
      }
      const base = path.posix.basename(name);
      const prefix = CHECKPOINT_FILE.exec(base)?.[1];
      if (prefix === undefined || type !== 'file') {
        entry.resume();
        continue;
      }
      prefixes.add(prefix);
      await pipeline(entry as unknown as Readable, createWriteStream(path.join(folder, base), { flags: 'wx' }));
    }
  };
  await Promise.all([unpacking, collect()]).catch((error: unknown) => {
    extract.destroy();
    throw error instanceof FormatError ? error : damaged(where, error);
  });
  if (prefixes.size === 1) return `${[...prefixes][0]}.index`;
  throw new FormatError(`${where}: expected one TensorFlow checkpoint, got ${[...prefixes].join(', ') || 'none'}`);
}

/** Nothing is written by the whole name, yet a name that leads out says that the archive is no honest one. */
function checkName(where: string, name: string): void {
  if (!/^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|\0/.test(name)) return;
  throw new FormatError(`${where}: expected names within the archive, got ${JSON.stringify(name.slice(0, 80))}`);
}

function damaged(where: string, error: unknown): Error {
  if (error instanceof Error && 'syscall' in error) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new FormatError(`${where}: expected a tar archive in gzip, got a damaged one (${reason})`, { cause: error });
}
