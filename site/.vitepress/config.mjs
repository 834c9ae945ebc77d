import { readdirSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitepress';

const pages = path.join(import.meta.dirname, '..', '.generated');
const namesIn = (folder) =>
  readdirSync(path.join(pages, folder))
    .filter((name) => name.endsWith('.md') && name !== 'index.md')
    .map((name) => name.replace(/\.md$/, ''))
    .sort();
const linksTo = (folder, names, text = (name) => name) =>
  names.map((name) => ({ text: text(name), link: `/${folder}/${name}` }));

const GUIDES = [
  ['photograph', 'A photograph'],
  ['page', 'A page'],
  ['demo', 'A page to try'],
  ['video', 'A video'],
  ['server', 'A server'],
  ['from-pytorch', 'From PyTorch'],
  ['many-machines', 'Many machines'],
];

const guides = GUIDES.map(([name, text]) => ({ text, link: `/guide/${name}` }));
const docs = namesIn('docs');
if (docs.includes('your-own-data')) guides.splice(1, 0, { text: 'Your own data', link: '/docs/your-own-data' });
const api = [...namesIn('api'), 'core/'].sort();

export default defineConfig({
  title: '@seg',
  description: 'Mask-classification segmentation on TensorFlow.js: five published systems, trained, evaluated and run',
  srcDir: '.generated',
  outDir: 'dist',
  cacheDir: '.vitepress/cache',
  cleanUrls: true,
  lastUpdated: false,
  ignoreDeadLinks: [/^\/demo\//], // files of their own, which build.mjs puts there
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: { html: false },
  vite: { logLevel: 'warn', build: { chunkSizeWarningLimit: 2000 } },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guides', link: '/guide/photograph' },
      { text: 'Try it', link: '/demo/index.html', target: '_self' }, // beside the pages, not one of them
      { text: 'Papers to code', link: '/docs/reading-guide' },
      { text: 'Models', link: '/docs/model-zoo' },
      { text: 'Benchmarks', link: '/bench/' },
      { text: 'Packages', link: '/packages/cli' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: [
      { text: 'Guides', items: guides },
      {
        text: 'Documents',
        items: linksTo('docs', docs, (name) => name.replaceAll('-', ' ')),
        collapsed: true,
      },
      { text: 'Decisions', items: linksTo('docs/decisions', namesIn('docs/decisions')), collapsed: true },
      { text: 'Packages', items: linksTo('packages', namesIn('packages'), (name) => `@seg/${name}`), collapsed: true },
      { text: 'API', items: linksTo('api', api, (name) => `@seg/${name.replace(/\/$/, '')}`), collapsed: true },
    ],
    outline: [2, 3],
  },
});
