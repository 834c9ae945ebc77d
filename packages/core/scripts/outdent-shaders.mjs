// Takes the indentation out of the WGSL in the built modules: it serves the readers of the source, and a page would fetch it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';

const kernels = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'dist', 'kernels');

for (const name of readdirSync(kernels, { recursive: true })) {
  if (!name.endsWith('.js') || !name.includes('webgpu')) continue;
  const file = path.join(kernels, name);
  const text = readFileSync(file, 'utf8');
  const outdented = outdent(text, templateParts(parseSync(file, text).program));
  if (outdented !== text) writeFileSync(file, outdented);
}

/** Places of the text of template literals, first to last, `[from, to)`. */
function templateParts(program) {
  const parts = [];
  new Visitor({ TemplateElement: ({ start, end }) => void parts.push([start, end]) }).visit(program);
  return parts.sort(([a], [b]) => a - b);
}

function outdent(text, parts) {
  let [result, end] = ['', 0];
  for (const [from, to] of parts) {
    result += text.slice(end, from) + text.slice(from, to).replaceAll(/\n +/g, '\n');
    end = to;
  }
  return result + text.slice(end);
}
