import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const sourceConditions = ['@seg/source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  resolve: { conditions: sourceConditions },
  ssr: { resolve: { conditions: sourceConditions, externalConditions: ['node', 'import', 'default'] } },
  test: {
    include: [
      'packages/*/{src,test}/**/*.test.ts',
      'internal/*/src/**/*.test.ts',
      'scripts/**/*.test.ts',
      'examples/*/test/**/*.test.mjs',
      'bench/*/test/**/*.test.mjs',
    ],
    pool: 'forks',
    maxWorkers: Math.max(2, availableParallelism() - 1), // of two cores one would wait while files are imported and compared
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
