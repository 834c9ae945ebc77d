// Three pages in place of one, and the headers that a server sends; the rest is Vite's own.
const isolated = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
export default {
  build: { rollupOptions: { input: ['index.html', 'worker.html', 'segmenter.html'] } },
  optimizeDeps: { exclude: ['@seg/browser'] }, // a package that is moved away from its worker does not find it
  server: { headers: process.env.ISOLATED === '1' ? isolated : {} },
};
