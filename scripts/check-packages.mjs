// Checks the packages as their users get them: packed, installed each alone from a loopback registry by the line of its
// README, every code block of every README run as printed and type-checked, exports and types linted, licenses read.
// `node scripts/check-packages.mjs [NAME…]` checks the READMEs of some packages only (`root` is the one at the top).
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { entriesOf, startRegistry } from './packages/loopback-registry.mjs';
import { emptyFolder, packAll } from './packages/pack.mjs';
import { readmeBlocks } from './packages/readme-blocks.mjs';
import { run } from './packages/run.mjs';
import { root } from './packages/workspace.mjs';

/** Versions of what checks the packages; none of them is installed beside a package whose README runs. */
const TOOLS = {
  '@arethetypeswrong/cli': '0.18.5',
  '@types/node': '20.19.43',
  publint: '0.3.22',
  ts5: 'npm:typescript@5.9.3',
  ts7: 'npm:typescript@7.0.2',
};

/** Licenses of dependencies that an MIT package may have. */
const LICENSES =
  /^(MIT|MIT-0|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|Unlicense|BlueOak-1\.0\.0|\(.*\bMIT\b.*\))$/;

const RESOLUTIONS = [
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
];

const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const work = emptyFolder();
const [tarballs, tools, together] = ['tarballs', 'tools', 'together'].map((name) => path.join(work, name));
for (const folder of [tarballs, tools, together]) mkdirSync(folder);

const packed = packAll(tarballs);
const registry = await startRegistry(packed.values());
const readmes = [...packed].map(([name, { folder }]) => ({
  name: name.slice(5),
  file: path.join(folder, 'README.md'),
}));
readmes.push({ name: 'root', file: path.join(root, 'README.md') });
const problems = [];

try {
  await step('tarballs', async () => {
    for (const [name, { tarball }] of packed) checkTarball(name, entriesOf(readFileSync(tarball)));
  });
  await install(tools, 'tools', [
    'install',
    '--no-save',
    ...Object.entries(TOOLS).map(([name, range]) => `${name}@${range}`),
  ]);
  await step('publint and attw', lint);
  for (const { name, file } of readmes) {
    if (chosen.length === 0 || chosen.includes(name)) await step(`README of ${name}`, () => runReadme(name, file));
  }
  await step('types of every block, TypeScript 5.9 and 7', checkTypes);
  await step('require() of each package', requireEach);
  await step('licenses', checkLicenses);
} finally {
  registry.close();
}
console.log(problems.length === 0 ? `packages: ${packed.size} as promised` : `packages: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

function fail(where, expected, output = '') {
  const tail = output.trim().split('\n').slice(-12).join('\n    ').slice(-1500);
  problems.push(where);
  console.error(`  ${where}: ${expected}${tail === '' ? '' : `\n    ${tail}`}`);
}

async function step(title, work) {
  const [started, before] = [performance.now(), problems.length];
  await work();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${problems.length === before ? 'ok' : 'FAILED'} ${title} (${seconds} s)`);
}

async function install(folder, where, args) {
  writeFileSync(path.join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
  registry.npmrc(folder);
  const { code, output } = await run('npm', [...args, '--prefer-offline', '--loglevel=error'], {
    cwd: folder,
    seconds: 240,
  });
  if (code !== 0) fail(where, `expected npm ${args.join(' ')} to succeed, got exit ${code}`, output);
}

function checkTarball(name, entries) {
  const names = [...entries.keys()];
  for (const needed of ['package/LICENSE', 'package/README.md', 'package/package.json']) {
    if (!entries.has(needed)) fail(name, `expected ${needed} in the tarball, got none`);
  }
  for (const file of names) {
    if (/\.map$|\.test\.|\.tsbuildinfo$/.test(file)) fail(name, `expected no ${file} in the tarball`);
    if (/\.[jt]s$/.test(file) && /sourceMappingURL=(?!data:)/.test(entries.get(file).toString('latin1').slice(-200)))
      fail(name, `expected no reference to a map in ${file}`);
  }
  const text = entries.get('package/package.json').toString('utf8');
  for (const word of ['@seg/source', 'workspace:', 'catalog:']) {
    if (text.includes(word)) fail(name, `expected no ${word} in the published package.json`);
  }
  const { dependencies = {} } = JSON.parse(text);
  for (const [key, range] of Object.entries(dependencies)) {
    if (key.startsWith('@seg/') && !range.startsWith('^')) fail(name, `expected a caret range of ${key}, got ${range}`);
  }
}

async function lint() {
  const bin = (name) => path.join(tools, 'node_modules', '.bin', name);
  for (const [name, { tarball }] of packed) {
    const published = await run(bin('publint'), ['run', tarball, '--strict'], { cwd: tools });
    if (published.code !== 0) fail(`publint ${name}`, 'expected no finding', published.output);
    const args = [tarball, '--profile', 'esm-only', '--no-color', '--no-emoji'];
    const typed = await run(bin('attw'), args, { cwd: tools });
    if (typed.code !== 0) fail(`attw ${name}`, 'expected no finding', typed.output);
  }
}

async function runReadme(name, file) {
  const folder = path.join(work, `readme-${name}`);
  mkdirSync(folder);
  const blocks = readmeBlocks(readFileSync(file, 'utf8'));
  const setup = blocks.find(({ language, runs, code }) => language === 'sh' && runs && /^npm (install|i) /m.test(code));
  if (setup === undefined) return fail(name, 'expected a README with an install line, got none');
  const line = /^npm (?:install|i) ([^#\n]*)/m.exec(setup.code)[1].trim().split(/\s+/);
  await install(folder, `${name}: README's install line`, ['install', ...line]);
  for (const { language, code, runs, line: at } of blocks) {
    if (runs) await runBlock({ folder, where: `${name}/README.md:${at}`, language, code, at });
  }
}

async function runBlock({ folder, where, language, code, at }) {
  if (language === 'sh') {
    const commands = code
      .split('\n')
      .filter((line) => !/^npm (install|i) /.test(line))
      .join('\n');
    if (commands.trim() === '') return;
    const { code: status, output } = await run('bash', ['-euo', 'pipefail', '-c', commands], { cwd: folder });
    if (status !== 0) fail(where, `expected the block to run, got exit ${status}`, output);
    return;
  }
  const script = path.join(folder, `block-${at}.mjs`);
  writeFileSync(script, code); // without a type: a block is JavaScript, too
  const { code: status, output } = await run(process.execPath, [script], { cwd: folder });
  if (status !== 0) fail(where, `expected the block to run, got exit ${status}`, output);
  else if (process.argv.includes('--verbose')) console.log(output.trim().replace(/^/gm, '    '));
}

async function checkTypes() {
  await install(together, 'every package in one folder', ['install', ...packed.keys(), '@tensorflow/tfjs-core@4.22.0']);
  for (const { name, file } of readmes) {
    for (const { language, code, line } of readmeBlocks(readFileSync(file, 'utf8'))) {
      if (language === 'ts') writeFileSync(path.join(together, `${name}-${line}.ts`), `${code}\nexport {};\n`);
    }
  }
  for (const { specifier, as } of entryPoints())
    writeFileSync(path.join(together, `${as}.all.ts`), `import * as all from '${specifier}';\nvoid all;\n`);
  const files = readdirSync(together).filter((file) => file.endsWith('.ts'));
  for (const options of RESOLUTIONS) {
    const compilerOptions = {
      ...options,
      ...{ target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable'], strict: true, noEmit: true, skipLibCheck: true },
      ...{ types: ['node'], typeRoots: [path.join(tools, 'node_modules/@types')] },
    };
    writeFileSync(path.join(together, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    for (const version of ['ts5', 'ts7']) {
      const tsc = path.join(tools, 'node_modules', version, 'bin/tsc');
      const { code, output } = await run(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], { cwd: together });
      if (code !== 0) fail(`${TOOLS[version]}, ${options.moduleResolution}`, 'expected no error', output);
    }
  }
}

/** Every entry of every package: its name, and a name for a file. */
function entryPoints() {
  return [...packed].flatMap(([name, { manifest }]) =>
    Object.keys(manifest.exports)
      .filter((entry) => !entry.endsWith('.json'))
      .map((entry) => ({
        specifier: `${name}${entry.slice(1)}`,
        as: `${name.slice(5)}${entry.slice(1).replaceAll('/', '-')}`,
      })),
  );
}

/**
 * Node 20.19 and later take ES modules by `require`, as long as none of them awaits at its top. Entries of workers are
 * started, not taken.
 */
async function requireEach() {
  const names = entryPoints()
    .map(({ specifier }) => specifier)
    .filter((specifier) => !specifier.endsWith('/worker'));
  const code = `for (const name of ${JSON.stringify(names)}) if (Object.keys(require(name)).length === 0) throw new Error(name);`;
  writeFileSync(path.join(together, 'require-each.cjs'), code);
  const { code: status, output } = await run(process.execPath, ['require-each.cjs'], { cwd: together });
  if (status !== 0) fail('require', `expected ${names.length} entries, got exit ${status}`, output);
}

async function checkLicenses() {
  const lock = JSON.parse(readFileSync(path.join(together, 'package-lock.json'), 'utf8'));
  const found = new Map();
  for (const [place, { license }] of Object.entries(lock.packages)) {
    if (place !== '') found.set(license, [...(found.get(license) ?? []), place.replace(/^.*node_modules\//, '')]);
  }
  for (const [license, names] of found)
    if (!LICENSES.test(license ?? '')) fail('licenses', `expected a permissive license of ${names}, got ${license}`);
  console.log(`  ${[...found].map(([license, names]) => `${license} ${names.length}`).join(', ')}`);
}
