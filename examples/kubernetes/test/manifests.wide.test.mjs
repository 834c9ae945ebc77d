import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1';
import { Job } from 'kubernetes-models/batch/v1';
import { Pod, Service } from 'kubernetes-models/v1';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

const here = path.resolve(import.meta.dirname, '..');
const root = path.resolve(here, '../..');
const seg = path.join(root, 'packages/cli/bin/seg.mjs');
const KINDS = { Job, Deployment, Service };
/** A resource of an operator, whose pods alone are in the published schemas. */
const TRAINING = 'train.yaml';

const documentsOf = (name) =>
  parseAllDocuments(readFileSync(path.join(here, name), 'utf8')).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
const MANIFESTS = readdirSync(here).filter((name) => name.endsWith('.yaml') && name !== TRAINING);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-kubernetes-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(MANIFESTS)('%s is as the published schemas have it, and runs without root', (name) => {
  for (const manifest of documentsOf(name)) {
    new KINDS[manifest.kind](manifest).validate();
    const pod = manifest.spec.template?.spec;
    if (pod === undefined) continue;
    expect(pod.securityContext.runAsNonRoot).toBe(true);
    const [{ securityContext }] = pod.containers;
    expect([securityContext.readOnlyRootFilesystem, securityContext.allowPrivilegeEscalation]).toEqual([true, false]);
  }
});

test('the pods of a training are as the published schemas have them, a process a worker', () => {
  const [{ apiVersion, kind, spec }] = documentsOf(TRAINING);
  expect([apiVersion, kind, spec.mpiImplementation]).toEqual(['kubeflow.org/v2beta1', 'MPIJob', 'OpenMPI']);
  const { Launcher, Worker } = spec.mpiReplicaSpecs;
  for (const { template } of [Launcher, Worker]) {
    new Pod({ metadata: { name: 'seg' }, ...template }).validate();
    expect(template.spec.containers[0].securityContext.runAsUser).toBe(1000);
  }
  const [{ args }] = Launcher.template.spec.containers;
  expect(Number(/mpirun -n (\d+) /.exec(args[0])[1])).toBe(Worker.replicas * spec.slotsPerWorker);
  const daemon = Worker.template.spec.containers[0];
  const image = readFileSync(path.join(here, 'Dockerfile.mpi'), 'utf8');
  expect(image).toContain(`> ${daemon.args.at(-1)}\n`);
  expect(image).toContain(`${spec.sshAuthMountPath}/id_rsa`);
});

test('the command of the launcher begins a run, and goes on where one is', () => {
  const [{ spec }] = documentsOf(TRAINING);
  const [{ args }] = spec.mpiReplicaSpecs.Launcher.template.spec.containers;
  const said = () =>
    execFileSync('bash', ['-c', args[0].replace('exec', 'echo').replaceAll('/data/run', `${folder}/run`)], {
      encoding: 'utf8',
    });
  expect(said()).toBe(`mpirun -n 4 seg train --data /data/split --backend wasm --out ${folder}/run\n`);
  mkdirSync(path.join(folder, 'run'));
  writeFileSync(path.join(folder, 'run/run.json'), '{}');
  expect(said()).toContain('--resume');
});

test('the schemas refuse what is none', () => {
  const [job] = documentsOf('predict.yaml');
  const broken = structuredClone(job);
  broken.spec.completions = 'twenty';
  expect(() => new Job(broken).validate()).toThrow('completions');
});

test('an index of the job that is the machine’s fault is tried again, one of the input’s is not', () => {
  const [{ spec }] = documentsOf('predict.yaml');
  expect(spec.podFailurePolicy.rules[0]).toMatchObject({ action: 'FailIndex', onExitCodes: { values: [1, 2] } });
  const [container] = spec.template.spec.containers;
  expect(Number(container.env.find(({ name }) => name === 'JOB_COMPLETIONS').value)).toBe(spec.completions);
});

test('the commands of the manifests run, index by index, and give the files of one run', () => {
  const data = path.join(folder, 'data');
  mkdirSync(path.join(data, 'photos'), { recursive: true });
  const samples = path.join(root, 'examples/samples/images');
  const names = readdirSync(samples);
  for (const name of names) cpSync(path.join(samples, name), path.join(data, 'photos', name));
  cpSync(path.join(root, 'examples/mask2former/model'), path.join(data, 'model'), { recursive: true });
  writeFileSync(path.join(data, 'photographs.txt'), names.map((name) => `photos/${name}\n`).join(''));
  const commandOf = (name) =>
    documentsOf(name)[0].spec.template.spec.containers[0].args.map((arg) => arg.replace('/data', data));
  const run = (args, env = {}) =>
    execFileSync(process.execPath, [seg, ...args], { env: { ...process.env, ...env }, stdio: 'pipe' });
  for (let index = 0; index < 3; index++) {
    run(commandOf('predict.yaml'), { JOB_COMPLETION_INDEX: String(index), JOB_COMPLETIONS: '3' });
  }
  run(commandOf('merge.yaml'));
  const one = commandOf('predict.yaml').filter((arg) => !arg.startsWith('--shard'));
  run(one.map((arg) => arg.replace('/out', '/one')));
  const read = (name) => readFileSync(path.join(data, name, 'panoptic.json'), 'utf8');
  expect(read('out')).toBe(read('one'));
  const outside = spawnSync(process.execPath, [seg, ...commandOf('predict.yaml')], {
    env: { ...process.env, JOB_COMPLETION_INDEX: '3', JOB_COMPLETIONS: '3' },
  });
  expect(outside.status).toBe(2); // FailIndex
});

test('the image has no root, and nothing of it is written to', () => {
  const steps = readFileSync(path.join(here, 'Dockerfile'), 'utf8')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));
  const at = (instruction) => steps.findIndex((line) => line.startsWith(`${instruction} `));
  expect(steps[0]).toMatch(/^FROM node:\d+-bookworm-slim$/);
  expect(steps[at('USER')]).toBe('USER node');
  expect(at('USER')).toBeGreaterThan(at('RUN'));
  // its entry point, with no place to write a temporary file
  const help = execFileSync(process.execPath, [seg, '--help'], { env: { ...process.env, TMPDIR: '/proc' } });
  expect(String(help)).toContain('predict');
});
