// Refuses to pack a package that is not built, or whose build holds files of sources that are gone.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const folder = process.cwd();
const { name, publishConfig } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
const built = existsSync('dist') ? readdirSync('dist', { recursive: true }) : [];

const problems = targets([publishConfig.exports, publishConfig.imports ?? {}])
  .filter((file) => !existsSync(file))
  .map((file) => `expected ${file}, got no such file: run \`npm run setup\` first`);
for (const file of built) {
  if (file.endsWith('.map')) problems.push(`expected no source maps, got dist/${file}: remove dist and build again`);
  const source = path.join('src', file.replace(/(\.d)?\.(ts|js)(\.map)?$/, '.ts'));
  if (/\.[jt]s$/.test(file) && !existsSync(source))
    problems.push(`expected ${source} of dist/${file}, got none: remove dist and build again`);
}
if (problems.length > 0) {
  console.error(
    problems
      .slice(0, 5)
      .map((problem) => `${name}: ${problem}`)
      .join('\n'),
  );
  process.exit(1);
}

/** Files that a tree of conditions names. */
function targets(value) {
  if (typeof value === 'string') return [value];
  return Object.values(value).flatMap(targets);
}
