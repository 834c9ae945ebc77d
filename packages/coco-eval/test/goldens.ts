import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const folder = new URL('./goldens/', import.meta.url);

/** A gzipped golden file as bytes. */
export function goldenBytes(name: string): Uint8Array {
  return new Uint8Array(gunzipSync(readFileSync(new URL(name, folder))));
}

/** A gzipped golden file of JSON. */
export function goldenJson<T>(name: string): T {
  return JSON.parse(new TextDecoder().decode(goldenBytes(name))) as T;
}
