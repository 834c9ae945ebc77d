// Type names that are declared in more than one file. A kernel's folder has its own `Inputs` and `Attrs`.
import { typesOf } from './sources.mjs';

const KERNEL = /^packages\/core\/src\/kernels\/[^/]+\//;

/** Names that stand for two things, or twice for one. */
export function doubledTypes(sources) {
  const files = new Map();
  for (const source of sources) {
    if (source.isTest || KERNEL.test(source.file)) continue;
    for (const { name } of typesOf(source)) files.set(name, [...(files.get(name) ?? []), source.file]);
  }
  return [...files]
    .filter(([, declared]) => declared.length > 1)
    .map(
      ([name, declared]) =>
        `${declared[0]}: expected type ${name} to be declared once, got it in ${declared.slice(1).join(', ')} too`,
    );
}
