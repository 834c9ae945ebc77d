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
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
