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

const presets = rows.filter(({ preset }) => preset);
const columns = `${BACKENDS.join(' | ')} |`;
const rule = `${BACKENDS.map(() => '---').join('|')}|`;

const head = `# Support

Written by \`scripts/support-table.mjs\` from the tests of one run on each backend; do not edit. \`node\` is native
TensorFlow, \`webgpu\` a software adapter (lavapipe) in Node.
`;

const sections = {
  'Systems against their references': `Every recorded value of a golden file (docs/goldens.md) within ten times the reference's float32 noise. The number is
the largest difference seen, as a share of what is allowed; forward files have published sizes, \`loss_\` files hold
predictions, assignments, loss terms and gradients. **n beyond**: n of the comparisons are not within it, which the
test names and leaves out on that backend. – means not run there.

| golden | taps | ${columns}
|---|---|${rule}
${unique(goldens, 'golden').map(goldenRow).join('\n')}
`,
  'Ops and their gradients': `Forward equal to the reference op, gradient equal to central differences.

| op | ${columns}
|---|${rule}
${unique(ops, 'op').map(opRow).join('\n')}
`,
  Presets: `Every published model with random weights on an image of 64 × 96 pixels (MaX-DeepLab: 97 × 97), by
\`scripts/run-presets.mjs\`: predictions of the right shapes, all values finite, segments for every task, no tensor left
behind. The number is the most memory that the process had, weights and their making included. **memory**: more than the
backend can have. – means not run there.

| preset | parameters | ${columns}
|---|---|${rule}
${unique(presets, 'preset').map(presetRow).join('\n')}
`,
};

const file = path.join(root, 'docs', 'support.md');
const given = { 'Systems against their references': goldens, 'Ops and their gradients': ops, Presets: presets };
const old = oldSections(file);
const text = Object.entries(sections).map(([title, section]) => {
  return `\n## ${title}\n\n${given[title].length > 0 ? section : (old.get(title) ?? 'Not run.\n')}`;
});
writeFileSync(file, head + text.join(''));
console.log(
  `docs/support.md: ${goldens.length} comparisons of systems, ${ops.length} of ops, ${presets.length} presets`,
);

/** Sections of the file as it is, which stay where there are no rows for them. */
function oldSections(name) {
  const parts = readFileSync(name, 'utf8').split(/^## /m).slice(1);
  return new Map(
    parts.map((part) => [part.slice(0, part.indexOf('\n')), `${part.slice(part.indexOf('\n')).trim()}\n`]),
  );
}

function unique(list, key) {
  return [...new Set(list.map((row) => row[key]))].sort();
}

function goldenRow(golden) {
  const of = (backend) => goldens.findLast((row) => row.golden === golden && row.backend === backend);
  const cell = (row) => (row === undefined ? '–' : row.beyond > 0 ? `**${row.beyond} beyond**` : row.worst.toFixed(2));
  const taps = goldens.find((row) => row.golden === golden).taps;
  return `| ${golden} | ${taps} | ${BACKENDS.map((backend) => cell(of(backend))).join(' | ')} |`;
}

function presetRow(preset) {
  const of = (backend) => presets.findLast((row) => row.preset === preset && row.backend === backend);
  const { parameters } = presets.find((row) => row.preset === preset && row.parameters) ?? {};
  const size = parameters === undefined ? '–' : `${(parameters / 1e6).toFixed(1)} M`;
  return `| ${preset} | ${size} | ${BACKENDS.map((backend) => presetCell(of(backend))).join(' | ')} |`;
}

function presetCell(row) {
  if (row === undefined) return '–';
  return row.failed === undefined ? `${(row.megabytes / 1024).toFixed(1)} GB` : `**${row.failed}**`;
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
