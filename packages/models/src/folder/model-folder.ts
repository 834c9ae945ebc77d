import { type ByteSource, bytesOf, FormatError } from '@seg/checkpoint';

/** A folder with a model in it, on disk or behind a URL. */
export type ModelFolder = {
  name: string;
  /** Opens a file, or null where there is none. */
  open(file: string): Promise<ByteSource | null>;
};

/** A folder of this machine (Node), or a URL that the files' names are added to. */
async function openModelFolder(pathOrUrl: string): Promise<ModelFolder> {
  if (/^https?:\/\//.test(pathOrUrl)) return urlFolder(pathOrUrl.endsWith('/') ? pathOrUrl : `${pathOrUrl}/`);
  const { diskFolder } = await import('../platform/node.ts');
  return diskFolder(pathOrUrl);
}

/** A place of weights: a folder, and the file in it where one is meant. */
export type ModelLocation = { folder: ModelFolder; file: string | null };

/** Endings of weight files, by which a URL of a file is told from one of a folder. */
const FILE_URL = /(\.(safetensors|bin|pkl|pth|pt|index|index\.json)|\/[\w.-]*ckpt-\d+)$/;

/** A folder, or a file (for a TensorFlow checkpoint: its prefix), on this machine (Node) or behind a URL. */
export async function openLocation(pathOrUrl: string): Promise<ModelLocation> {
  if (!/^https?:\/\//.test(pathOrUrl)) return (await import('../platform/node.ts')).diskLocation(pathOrUrl);
  if (!URL.canParse(pathOrUrl)) throw new FormatError(`openLocation: expected a URL, got ${pathOrUrl}`);
  const url = new URL(pathOrUrl);
  if (!FILE_URL.test(url.pathname)) return { folder: await openModelFolder(pathOrUrl), file: null };
  return { folder: urlFolder(new URL('.', url).href), file: url.pathname.slice(url.pathname.lastIndexOf('/') + 1) };
}

function urlFolder(base: string): ModelFolder {
  return {
    name: base,
    open: async (file) => {
      const response = await fetch(new URL(file, base)).catch(unreachable(`${base}${file}`));
      if (response.status === 404) return null;
      if (!response.ok) throw new FormatError(`${base}${file}: expected the file, got status ${response.status}`);
      return bytesOf(`${base}${file}`, await response.arrayBuffer().catch(unreachable(`${base}${file}`)));
    },
  };
}

/** Names the file of a broken connection, which `fetch` does not. */
function unreachable(file: string): (error: Error) => never {
  return (error) => {
    const reason = error.cause instanceof Error ? error.cause.message : error.message;
    throw new FormatError(`${file}: expected the file, got ${reason}`);
  };
}

/** @throws FormatError where the file is absent or not a JSON object */
export async function readJson<T>(folder: ModelFolder, file: string): Promise<T> {
  const source = await folder.open(file);
  if (source === null) throw new FormatError(`${folder.name}: expected a file ${file}, got none`);
  return parseJson(source);
}

/** Like {@link readJson}, but null where the file is absent. */
export async function readOptionalJson<T>(folder: ModelFolder, file: string): Promise<T | null> {
  const source = await folder.open(file);
  return source === null ? null : parseJson(source);
}

function parseJson<T>(source: ByteSource): T {
  const text = new TextDecoder().decode(source.read(0, source.size));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FormatError(`${source.name}: expected JSON, got ${JSON.stringify(text.slice(0, 40))}`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new FormatError(`${source.name}: expected a JSON object, got ${JSON.stringify(value).slice(0, 40)}`);
  }
  return value as T;
}
