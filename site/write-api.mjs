// The API of every package as Markdown, from the sources.
import path from 'node:path';
import { Application, Converter } from 'typedoc';
import { load as loadMarkdown } from 'typedoc-plugin-markdown';

const MARKDOWN = {
  router: 'module',
  entryFileName: 'index',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  sanitizeComments: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  propertyMembersFormat: 'table',
  typeDeclarationFormat: 'table',
};

/**
 * Writes a page for each door of each package: `core.md`, `core/node.md`.
 *
 * @param packages Name, folder and manifest of each
 * @throws Error where TypeDoc has a warning
 */
export async function writeApi(packages, root, out) {
  const doors = packages.flatMap(doorsOf);
  const app = await Application.bootstrap({
    name: '@seg',
    entryPoints: doors.map(({ file }) => file),
    basePath: root,
    tsconfig: path.join(root, 'site', 'tsconfig.json'),
    readme: 'none',
    disableGit: true,
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    skipErrorChecking: true, // the project's own compiler checks types
    validation: { notExported: false, invalidLink: true, rewrittenLink: true, notDocumented: false },
    logLevel: 'Warn',
  });
  loadMarkdown(app);
  for (const [option, value] of Object.entries(MARKDOWN)) app.options.setValue(option, value);
  const names = new Map(
    doors.map(({ file, name }) => [path.relative(root, file).replace(/(\/index)?\.ts$/, ''), name]),
  );
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const door of project.children) door.name = nameOf(door.name, names);
  });
  const project = await app.convert();
  if (!project) throw new Error('site: expected an API, got none');
  app.validate(project);
  await app.outputs.writeOutput({ name: 'markdown', path: out }, project);
  const { warningCount, errorCount } = app.logger;
  if (warningCount + errorCount > 0)
    throw new Error(`site: expected no warnings of TypeDoc, got ${warningCount + errorCount}`);
  return doors.map(({ name }) => name);
}

function doorsOf({ folder, manifest, name }) {
  return Object.entries(manifest.exports)
    .filter(([, conditions]) => typeof conditions['@seg/source'] === 'string')
    .map(([door, conditions]) => ({
      name: `${name.replace('@seg/', '')}${door.slice(1)}`,
      file: path.join(folder, conditions['@seg/source']),
    }));
}

/** TypeDoc names a module by the part of its path that differs. */
function nameOf(found, names) {
  for (const [file, name] of names) if (file === found || file.endsWith(`/${found}`)) return name;
  throw new Error(`site: expected a door of a package, got ${found}`);
}
