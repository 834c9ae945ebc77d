// Parsed source files of all packages: what the checks and the measurement of the house look at.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';

/**
 * Source files of packages, without generated ones and declarations.
 *
 * @returns { file, package, isTest, text, program, comments, imports, exports } each; `file` relative to the root
 */
export function readSources(root) {
  return readdirSync(path.join(root, 'packages')).flatMap((name) =>
    ['src', 'test']
      .flatMap((folder) => filesBelow(path.join(root, 'packages', name, folder)))
      .filter((file) => /\.ts$/.test(file) && !/(\.generated|\.d)\.ts$/.test(file))
      .map((file) => readSource(root, name, file)),
  );
}

/** Every file below a folder; none where it is missing. */
export function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/node_modules|[\\/]dist\b|test[\\/]goldens/.test(entry.parentPath))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function readSource(root, name, file) {
  const text = readFileSync(file, 'utf8');
  const { program, comments, module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: expected TypeScript, got ${errors[0].message}`);
  const relative = path.relative(root, file);
  const isTest = /\.test\.ts$/.test(file) || /^packages\/[^/]+\/test\//.test(relative);
  return { file: relative, package: name, isTest, text, program, comments, ...imported(relative, module) };
}

/** Files of the same package that a file imports, types included, and names that it passes on. */
function imported(file, { staticImports, staticExports, dynamicImports }) {
  const reexports = staticExports.flatMap(({ entries }) => entries).filter((entry) => entry.moduleRequest);
  const specifiers = [
    ...staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...reexports.map(({ moduleRequest }) => moduleRequest.value),
    ...dynamicImports.map(() => ''),
  ];
  const local = specifiers.filter((specifier) => specifier.startsWith('.'));
  return {
    imports: [...new Set(local.map((specifier) => path.join(path.dirname(file), specifier)))],
    reexports: reexports.map(({ exportName, importName, moduleRequest, isType }) => ({
      name: exportName.name,
      original: importName.name,
      from: path.join(path.dirname(file), moduleRequest.value),
      isType,
    })),
  };
}

/** Declarations at the top of a file: { name, node, comment } with the comment directly before, or ''. */
export function declarations({ program, comments, text }) {
  return program.body.flatMap((statement) => {
    const node = statement.declaration ?? statement;
    const before = comments.filter(
      ({ end }) => end <= statement.start && /^\s*$/.test(text.slice(end, statement.start)),
    );
    const comment = before.at(-1)?.value ?? '';
    if (node.type === 'VariableDeclaration') {
      return node.declarations.map((each) => ({ name: each.id.name, node: each, statement, comment }));
    }
    return node.id ? [{ name: node.id.name, node, statement, comment }] : [];
  });
}

/** Summary of each documentation comment: its first line. */
export function summaries({ comments }) {
  return comments
    .filter(({ type, value }) => type === 'Block' && value.startsWith('*'))
    .map(({ value }) =>
      value
        .replace(/^\*\s*/, '')
        .replace(/^\s*\* ?/gm, '')
        .trim(),
    )
    .filter((text) => text !== '' && !text.startsWith('@'));
}

const TYPES = new Set(['TSTypeAliasDeclaration', 'TSInterfaceDeclaration', 'ClassDeclaration']);

/** Types and classes that a file declares. */
export function typesOf(source) {
  return declarations(source).filter(({ node }) => TYPES.has(node.type));
}
