// Writes docs/support.md from what the tests noted: node scripts/support-table.mjs ROWS.jsonl...
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const BACKENDS = ['cpu', 'wasm', 'node', 'webgpu'];
const rows = process.argv.slice(2).flatMap((file) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line)),
);
const goldens = rows.filter(({ golden }) => golden);
const ops = rows.filter(({ op }) => op);

const text = `# Support

Written by \`scripts/support-table.mjs\` from the tests of one run on each backend; do not edit. \`node\` is native
TensorFlow, \`webgpu\` a software adapter (lavapipe) in Node.

## Systems against their references

Every recorded value of a golden file (docs/goldens.md) within ten times the reference's float32 noise. The number is
the largest difference seen, as a share of what is allowed; forward files have published sizes, \`loss_\` files hold
predictions, assignments, loss terms and gradients. **n beyond**: n of the comparisons are not within it, which the
test names and leaves out on that backend. – means not run there.

| golden | taps | ${BACKENDS.join(' | ')} |
|---|---|${BACKENDS.map(() => '---').join('|')}|
${unique(goldens, 'golden').map(goldenRow).join('\n')}

## Ops and their gradients

Forward equal to the reference op, gradient equal to central differences.

| op | ${BACKENDS.join(' | ')} |
|---|${BACKENDS.map(() => '---').join('|')}|
${unique(ops, 'op').map(opRow).join('\n')}
`;
writeFileSync(path.join(root, 'docs', 'support.md'), text);
console.log(`docs/support.md: ${goldens.length} comparisons of systems, ${ops.length} of ops`);

function unique(list, key) {
  return [...new Set(list.map((row) => row[key]))].sort();
}

function goldenRow(golden) {
  const of = (backend) => goldens.findLast((row) => row.golden === golden && row.backend === backend);
  const cell = (row) => (row === undefined ? '–' : row.beyond > 0 ? `**${row.beyond} beyond**` : row.worst.toFixed(2));
  const taps = goldens.find((row) => row.golden === golden).taps;
  return `| ${golden} | ${taps} | ${BACKENDS.map((backend) => cell(of(backend))).join(' | ')} |`;
}

function opRow(op) {
  const of = (backend) => ops.findLast((row) => row.op === op && row.backend === backend);
  const cell = (row) => (row === undefined ? '–' : `${mark(row.forward)} ${mark(row.gradient)}`);
  return `| ${op} | ${BACKENDS.map((backend) => cell(of(backend))).join(' | ')} |`;
}

function mark(value) {
  if (value === undefined || value === null) return '·';
  return value ? '✓' : '✗';
}
