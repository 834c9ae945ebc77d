// Writes docs/model-zoo.md from the list of @seg/models: node scripts/write-model-zoo.mjs, after a build.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// packages of the repository, as the command has them
const require = createRequire(new URL('../packages/cli/package.json', import.meta.url));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const [{ useBackend }, { zooPage }] = await Promise.all([load('@seg/core'), load('@seg/models/zoo')]);

await useBackend('cpu');
writeFileSync(new URL('../docs/model-zoo.md', import.meta.url), zooPage());
