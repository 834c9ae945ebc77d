import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a folder, and those above it, where they are not there yet. In places that refuse folders by `ENOENT`, as /proc
 * does, Node's own recursion never ends.
 *
 * @throws The system's error, where the folder cannot be made or a file has its name
 */
export async function makeFolder(folder: string): Promise<void> {
  const failure = await mkdir(folder).then(
    () => null,
    (error: NodeJS.ErrnoException) => error,
  );
  if (failure === null) return;
  if (failure.code === 'EEXIST' && (await isFolder(folder))) return;
  const above = path.dirname(path.resolve(folder));
  if (failure.code !== 'ENOENT' || (await isFolder(above))) throw failure;
  await makeFolder(above);
  await makeFolder(folder);
}

function isFolder(name: string): Promise<boolean> {
  return stat(name).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
