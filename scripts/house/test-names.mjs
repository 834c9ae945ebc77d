// `x.test.ts` beside `x.ts`; what crosses files is a claim in the package's `test/`.

/** Tests beside sources that are named after no file. */
export function strayTests(sources) {
  const files = new Set(sources.map(({ file }) => file));
  return [...files]
    .filter((file) => /^packages\/[^/]+\/src\/.*\.test\.ts$/.test(file))
    .filter((file) => !files.has(file.replace(/\.test\.ts$/, '.ts')))
    .map((file) => `${file}: expected a file of this name beside the test, got none`);
}
