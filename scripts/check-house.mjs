// Fails where the house is not in order: circles of imports, doors that nobody uses or that lack what is asked of them,
// names that stand for two things, numbers without a reason, summaries that ask, tests named after no file.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { unexplainedConstants } from './house/constant-reasons.mjs';
import { doubledTypes } from './house/doubled-types.mjs';
import { importCircles } from './house/import-circles.mjs';
import { missingExports } from './house/missing-exports.mjs';
import { readSources } from './house/sources.mjs';
import { questionSummaries } from './house/summary-words.mjs';
import { strayTests } from './house/test-names.mjs';
import { idleDoors } from './house/unused-exports.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const sources = readSources(root);
const problems = [
  ...importCircles(sources),
  ...idleDoors(sources, root),
  ...missingExports(root),
  ...doubledTypes(sources),
  ...unexplainedConstants(sources),
  ...questionSummaries(sources),
  ...strayTests(sources),
];
if (problems.length > 0) {
  console.error(problems.join('\n'));
  console.error(`${problems.length} things out of order`);
  process.exitCode = 1;
}
