import config from './vite.config.mjs';

// Vite 7 builds workers as one file unless told otherwise, and refuses any that import on demand; Vite 8 does not
export default { ...config, worker: { format: 'es' } };
