// Holds the package graph as a literal and fails where a package.json or an import disagrees with it.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** What each package may import of the others. */
const LAYERS = {
  checkpoint: [],
  'coco-eval': [],
  image: ['checkpoint', 'coco-eval'],
  core: ['checkpoint'],
  attention: ['core'],
  matching: ['core'],
  postprocess: ['core', 'image'],
  heads: ['core', 'attention'],
  losses: ['core', 'matching'],
  data: ['checkpoint', 'core', 'image', 'coco-eval'],
  models: ['checkpoint', 'core', 'image', 'attention', 'matching', 'heads', 'postprocess'],
  train: ['checkpoint', 'core', 'image', 'losses', 'postprocess', 'data', 'models', 'coco-eval'],
  verify: ['checkpoint', 'core', 'image', 'losses', 'models', 'postprocess'],
  onnx: ['checkpoint', 'core', 'models'],
  browser: ['checkpoint', 'core', 'data', 'image', 'models', 'postprocess', 'train'],
  cli: ['onnx', 'checkpoint', 'core', 'image', 'models', 'postprocess', 'data', 'verify', 'coco-eval', 'train'],
};

/** Packages that work where TensorFlow.js is not installed. */
const WITHOUT_TFJS = ['checkpoint', 'coco-eval', 'image'];

const problems = [];
for (const [name, allowed] of Object.entries(LAYERS)) {
  const folder = path.join(root, 'packages', name);
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const declared = Object.keys(manifest.dependencies ?? {}).filter((key) => key.startsWith('@seg/'));
  for (const key of declared) {
    if (!allowed.includes(key.slice(5))) problems.push(`${name}/package.json: expected no dependency on ${key}`);
  }
  const forTests = Object.keys(manifest.devDependencies ?? {});
  for (const file of sources(path.join(folder, 'src'))) checkImports(name, file, allowed, declared, forTests);
}

function checkImports(name, file, allowed, declared, forTests) {
  const text = readFileSync(file, 'utf8');
  const where = path.relative(root, file);
  for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*['"](@seg\/[^'"]+)['"]/g)) {
    const target = specifier.split('/')[1];
    if (file.endsWith('.test.ts') && forTests.includes(`@seg/${target}`)) continue;
    if (!allowed.includes(target)) problems.push(`${where}: expected imports of [${allowed}] only, got ${specifier}`);
    else if (!declared.includes(`@seg/${target}`))
      problems.push(`${where}: expected ${specifier} in package.json, got none`);
  }
  if (WITHOUT_TFJS.includes(name) && /from ['"]@tensorflow\//.test(text))
    problems.push(`${where}: expected no tfjs in ${name}`);
}

function sources(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => path.join(folder, name))
    .filter((name) => name.endsWith('.ts'));
}

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`layers: ${Object.keys(LAYERS).length} packages as drawn`);
