import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';

import { checkEndpoint, ENDPOINT } from './hub-id.ts';
import type { HubOptions, HubSettings } from './hub-options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Fills in what options leave open, by the environment variables that Python's tools obey: `HF_ENDPOINT`,
 * `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`, `HF_TOKEN`, `HF_TOKEN_PATH`, `HF_HUB_DISABLE_IMPLICIT_TOKEN`,
 * `HF_HUB_OFFLINE`, `TRANSFORMERS_OFFLINE`.
 *
 * @throws FormatError where one of them is not what it should be
 */
export function hubSettings(options: HubOptions = {}, env: Environment = process.env): HubSettings {
  const home = homeOf(env);
  const { endpoint, cacheDir, offline, token, revision: _, ...rest } = options;
  return {
    ...rest,
    endpoint: checkEndpoint(endpoint ?? (env.HF_ENDPOINT || ENDPOINT)),
    cacheDir: cacheDir ?? expanded(env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || path.join(home, 'hub'), env),
    offline: offline ?? isTrue(env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE),
    token: token ?? implicitToken(env, home),
  };
}

function homeOf(env: Environment): string {
  const caches = env.XDG_CACHE_HOME || path.join('~', '.cache');
  return expanded(env.HF_HOME || path.join(caches, 'huggingface'), env);
}

/** A path with `~` and `$NAME` in it, as Python expands them. */
function expanded(text: string, env: Environment): string {
  const home = text === '~' || /^~[\\/]/.test(text) ? (env.HOME || homedir()) + text.slice(1) : text;
  return path.resolve(home.replace(/\$(\w+)|\$\{([^}]*)\}/g, (all, a, b) => env[a ?? b] ?? all));
}

function implicitToken(env: Environment, home: string): string | null {
  if (isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return null;
  const token = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN || readToken(env, home);
  const text = token?.replace(/[\r\n]/g, '').trim() || null;
  if (text !== null && !/^[\x21-\x7e]+$/.test(text))
    throw new FormatError('HF_TOKEN: expected a token, got other text');
  return text;
}

function readToken(env: Environment, home: string): string | null {
  try {
    return readFileSync(expanded(env.HF_TOKEN_PATH || path.join(home, 'token'), env), 'utf8');
  } catch {
    return null; // nobody has logged in
  }
}

function isTrue(value: string | undefined): boolean {
  return ['1', 'ON', 'YES', 'TRUE'].includes((value ?? '').toUpperCase());
}
