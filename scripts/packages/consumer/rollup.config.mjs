import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';

const plugins = [resolve(), commonjs()];
export default [
  { input: 'src/main.js', output: { dir: 'out/rollup' }, plugins },
  { input: 'src/worker.js', output: { dir: 'out/rollup' }, plugins },
];
