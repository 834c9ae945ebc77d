import { type ByteSource, FormatError, parseJson, utf8Text } from '@seg/checkpoint/safetensors';

/** A folder with a model in it, on disk or behind a URL. */
export type ModelFolder = {
  name: string;
  /** Opens a file, or null where there is none. */
  open(file: string): Promise<ByteSource | null>;
};

/** A place of weights: a folder, and the file in it where one is meant. */
export type ModelLocation = { folder: ModelFolder; file: string | null };

/** Reads a JSON object. @throws FormatError where the file is absent or holds none */
export async function readJson<T>(folder: ModelFolder, file: string): Promise<T> {
  const source = await folder.open(file);
  if (source === null) throw new FormatError(`${folder.name}: expected a file ${file}, got none`);
  return objectIn(source);
}

/** Like {@link readJson}, but null where the file is absent. */
export async function readOptionalJson<T>(folder: ModelFolder, file: string): Promise<T | null> {
  const source = await folder.open(file);
  return source === null ? null : objectIn(source);
}

function objectIn<T>(source: ByteSource): T {
  const value = parseJson(source.name, utf8Text(source.name, source.read(0, source.size), 'JSON'));
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new FormatError(`${source.name}: expected a JSON object, got ${JSON.stringify(value).slice(0, 40)}`);
  }
  return value as T;
}
