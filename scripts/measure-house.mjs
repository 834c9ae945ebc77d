// Figures of the house, by package and over all: files, lines, functions, comments, doors, circles, doubled types.
//   node scripts/measure-house.mjs [ROOT]    ROOT of another checkout, to compare with
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { doubledTypes } from './house/doubled-types.mjs';
import { functionLengths } from './house/function-lengths.mjs';
import { importCircles } from './house/import-circles.mjs';
import { readSources } from './house/sources.mjs';
import { questionSummaries } from './house/summary-words.mjs';
import { strayTests } from './house/test-names.mjs';
import { doors, unusedExports } from './house/unused-exports.mjs';

const here = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const root = path.resolve(process.argv[2] ?? here);
const sources = readSources(root);
const product = sources.filter(({ isTest }) => !isTest);
const unused = unusedExports(sources, root);

console.log(
  '| code | files | lines | lines a file: median, p90, most | lines a function: median, p90, most | doc | other comments |',
);
console.log('|---|---|---|---|---|---|---|');
console.log(row('**all packages**', product));
for (const name of new Set(product.map((source) => source.package))) {
  console.log(
    row(
      name,
      product.filter((source) => source.package === name),
    ),
  );
}
console.log(`
| over all | |
|---|---|
| exported names | ${doors(sources).length} |
| of them used by no other package, example, bench, script, test or README | ${unused.length} (values: ${unused.filter(({ isType }) => !isType).length}) |
| circles of imports, types included | ${importCircles(sources).length} |
| type names declared in more than one file, but in kernels' folders | ${doubledTypes(sources).length} |
| summaries that begin with a question word | ${questionSummaries(sources).length} |
| tests beside sources named after no file | ${strayTests(sources).length} |
| casts \`as unknown as\` | ${product.reduce((sum, { text }) => sum + (text.match(/as unknown as/g) ?? []).length, 0)} |`);

function row(title, files) {
  const lines = files.map(({ text }) => text.split('\n').length - 1);
  const functions = files.flatMap((source) => functionLengths(source));
  const total = lines.reduce((sum, count) => sum + count, 0);
  const share = (isDoc) =>
    percent(
      files.reduce((sum, source) => sum + commentLines(source, isDoc), 0),
      total,
    );
  return `| ${title} | ${files.length} | ${total} | ${spread(lines)} | ${spread(functions)} | ${share(true)} | ${share(false)} |`;
}

/** Lines with documentation comments, or with any others. */
function commentLines({ comments }, isDoc) {
  return comments
    .filter(({ type, value }) => (type === 'Block' && value.startsWith('*')) === isDoc)
    .reduce((sum, { value }) => sum + value.split('\n').length, 0);
}

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return `${at(0.5)}, ${at(0.9)}, ${sorted.at(-1) ?? 0}`;
}

function percent(part, whole) {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
