// Runs a program in a folder and keeps what it prints.
import { spawn } from 'node:child_process';
import path from 'node:path';

/**
 * @returns {Promise<{ code: number, output: string }>} Code 124 where the time was up
 */
export function run(command, args, { cwd, env = {}, seconds = 120 }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...outside(), ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let isLate = false;
    const add = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    const timer = setTimeout(() => {
      isLate = true;
      process.kill(-child.pid, 'SIGKILL');
    }, seconds * 1000);
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: isLate ? 124 : (code ?? 1), output });
    });
  });
}

/** The environment without what npm and pnpm of the repository put there. */
function outside() {
  const kept = Object.entries(process.env).filter(([key]) => !/^(npm|pnpm)_|^NODE_OPTIONS$|^NODE_PATH$/i.test(key));
  const places = (process.env.PATH ?? '').split(path.delimiter).filter((place) => !place.includes('node_modules'));
  return { ...Object.fromEntries(kept), PATH: places.join(path.delimiter) };
}
