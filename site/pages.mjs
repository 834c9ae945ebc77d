// Guides, documents and READMEs as pages of the site, their links with them.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where files that are no pages are shown. */
export const REPOSITORY = 'https://seg.example/seg';

/** Figures and how they were taken, and their pages. */
const BENCHMARKS = [
  ['bench/README.md', 'bench/index.md'],
  ['bench/eval/README.md', 'bench/eval.md'],
];

/** Writes `guide/`, `docs/`, `bench/` and `packages/` beside the API. */
export function writePages(packages, root, out) {
  for (const { folder, name } of packages) {
    writePage(root, path.join(folder, 'README.md'), path.join(out, 'packages', `${name.replace('@seg/', '')}.md`));
  }
  for (const file of markdownIn(path.join(root, 'docs'))) {
    writePage(root, file, path.join(out, path.relative(root, file)));
  }
  const guides = path.join(root, 'site', 'guides');
  for (const file of markdownIn(guides)) writePage(root, file, path.join(out, 'guide', path.relative(guides, file)));
  for (const [file, page] of BENCHMARKS) writePage(root, path.join(root, file), path.join(out, page));
  writePage(root, path.join(root, 'site', 'index.md'), path.join(out, 'index.md'));
  cpSync(path.join(root, 'LICENSE'), path.join(out, 'public', 'LICENSE.txt'));
}

/** Takes HTML out of generated pages: rows of tables need no anchors. */
export function plainAnchors(folder) {
  for (const file of markdownIn(folder)) {
    writeFileSync(file, readFileSync(file, 'utf8').replace(/<a id="[^"]*"><\/a> ?/g, ''));
  }
}

function markdownIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name));
}

function writePage(root, file, target) {
  const text = readFileSync(file, 'utf8');
  const linked = text.replace(/\]\(([^)\s]+)\)/g, (_, link) => `](${linkOf(root, file, link)})`);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(
    target,
    path.basename(file) === 'reading-guide.md' || path.basename(file) === 'walk.md' ? withLines(root, linked) : linked,
  );
}

/** A link of the repository as one of the site; what is no page there is shown in the repository. */
function linkOf(root, file, link) {
  if (/^([a-z]+:|#|\/)/.test(link)) return link;
  const [relative, anchor = ''] = link.split(/(?=#)/);
  const inside = path.relative(root, path.resolve(path.dirname(file), relative));
  const readme = /^packages\/([\w-]+)(\/README\.md)?$/.exec(inside);
  if (readme) return `/packages/${readme[1]}${anchor}`;
  const guide = /^site\/guides\/(.+)\.md$/.exec(inside);
  if (guide) return `/guide/${guide[1]}${anchor}`;
  if (/^docs\/.+\.md$/.test(inside)) return `/${inside.replace(/\.md$/, '')}${anchor}`;
  const bench = BENCHMARKS.find(([name]) => name === inside);
  if (bench) return `/${bench[1].replace(/(index)?\.md$/, '')}${anchor}`;
  if (/^docs\/images\//.test(inside)) return `/${inside}`;
  if (!existsSync(path.join(root, inside)))
    throw new Error(`site: ${path.relative(root, file)}: expected ${link} to be there`);
  return `${REPOSITORY}/tree/main/${inside}`;
}

/** Names in the tables of the reading guide, linked to the lines that declare them. */
function withLines(root, text) {
  return text.replace(/^\| ([^|]+) \| (packages\/\S+) \| (\w+) \|$/gm, (_, place, file, name) => {
    const lines = readFileSync(path.join(root, file), 'utf8').split('\n');
    const declared = new RegExp(`\\b(function|class|const|type)\\*? ${name}\\b`);
    const line = lines.findIndex((one) => declared.test(one)) + 1 || lines.findIndex((one) => one.includes(name)) + 1;
    return `| ${place} | @seg/${file.split('/')[1]} ${path.basename(file)} | [\`${name}\`](${REPOSITORY}/blob/main/${file}#L${line}) |`;
  });
}
