// Builds the addon of @tensorflow/tfjs-node against a current libtensorflow, the one inside pip's TensorFlow, and puts
// the package where useBackend('node') looks. See docs/native-tensorflow.md.
//
//   node scripts/build-tfjs-node.mjs [--gpu]
//
// SEG_TENSORFLOW_DIR  site-packages folder that holds `tensorflow`; without it a virtual environment is made in
//                     .seg/tensorflow and TensorFlow installed there by pip
// SEG_PYTHON          the python3 to make that environment with
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TFJS_NODE = '4.22.0';
const TENSORFLOW = '2.21.0';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, '.seg', 'tfjs-node');
const packageFolder = join(target, 'node_modules', '@tensorflow', 'tfjs-node');
const forGpu = process.argv.includes('--gpu');

try {
  const sitePackages = findTensorflow();
  installPackage();
  const tensorflow = realpathSync(join(sitePackages, 'tensorflow'));
  linkLibraries(tensorflow);
  buildAddon(tensorflow);
  tryOut();
  console.log(`build-tfjs-node: ready in ${packageFolder}`);
} catch (error) {
  console.error(`build-tfjs-node: ${error.message}`);
  process.exit(1);
}

/** The site-packages folder of TensorFlow; installs it on first use. */
function findTensorflow() {
  const given = process.env.SEG_TENSORFLOW_DIR;
  if (given !== undefined) return expectTensorflow(given);
  const environment = join(root, '.seg', 'tensorflow');
  if (!existsSync(join(environment, 'pyvenv.cfg'))) {
    run(process.env.SEG_PYTHON ?? 'python3', ['-m', 'venv', environment]);
  }
  const libraries = join(environment, 'lib');
  const sitePackages = () => join(libraries, readdirSync(libraries)[0], 'site-packages');
  if (!existsSync(join(sitePackages(), 'tensorflow'))) {
    // only its libraries are used, so its Python dependencies stay away; CUDA's libraries are dependencies
    const what = forGpu ? [`tensorflow[and-cuda]==${TENSORFLOW}`] : ['--no-deps', `tensorflow-cpu==${TENSORFLOW}`];
    run(join(environment, 'bin', 'pip'), ['install', '--disable-pip-version-check', ...what]);
  }
  return expectTensorflow(sitePackages());
}

function expectTensorflow(sitePackages) {
  const library = join(sitePackages, 'tensorflow', 'libtensorflow_cc.so.2');
  if (!existsSync(library)) throw new Error(`expected TensorFlow's library, got no ${library}`);
  return sitePackages;
}

/** tfjs-node without its install script, which would download TensorFlow 2.9. */
function installPackage() {
  mkdirSync(target, { recursive: true });
  if (existsSync(join(packageFolder, 'package.json'))) return;
  writeFileSync(join(target, 'package.json'), `${JSON.stringify({ name: 'seg-tfjs-node', private: true })}\n`);
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `@tensorflow/tfjs-node@${TFJS_NODE}`], target);
}

/** Lays TensorFlow's headers and libraries out under the names that the addon is linked by. */
function linkLibraries(tensorflow) {
  const deps = join(packageFolder, 'deps');
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, 'lib'), { recursive: true });
  symlinkSync(join(tensorflow, 'include'), join(deps, 'include'));
  const names = {
    'libtensorflow.so': 'libtensorflow_cc.so.2',
    'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
  };
  for (const [name, library] of Object.entries(names)) symlinkSync(join(tensorflow, library), join(deps, 'lib', name));
}

/**
 * Compiles the addon with TensorFlow's own folder written into it: no loader path is needed, and TensorFlow finds the
 * libraries that lie relative to it, CUDA's among them.
 */
function buildAddon(tensorflow) {
  const builder = join(target, 'node_modules', '@mapbox', 'node-pre-gyp', 'bin', 'node-pre-gyp');
  // Node's headers lie beside most installations of it; otherwise node-gyp downloads them
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
  run(process.execPath, [builder, 'install', '--build-from-source', ...headers], packageFolder, {
    LDFLAGS: `${process.env.LDFLAGS ?? ''} -Wl,-rpath,${tensorflow} -Wl,-rpath-link,${tensorflow}`,
  });
}

/** Multiplies two numbers in a fresh process. */
function tryOut() {
  const program = `
    const util = require('util');
    util.isNullOrUndefined ??= (value) => value == null;
    util.isArray ??= Array.isArray;
    const tf = require(${JSON.stringify(packageFolder)});
    const [value] = tf.matMul([[3]], [[7]]).dataSync();
    if (tf.getBackend() !== 'tensorflow' || value !== 21) throw new Error('expected 21 on tensorflow, got ' + value + ' on ' + tf.getBackend());
  `;
  run(process.execPath, ['-e', program], target, { TF_CPP_MIN_LOG_LEVEL: '2' });
}

function run(command, args, cwd = root, env = {}) {
  console.log(`build-tfjs-node: ${[command, ...args.filter((arg) => arg.length < 200)].join(' ')}`);
  execFileSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
}
