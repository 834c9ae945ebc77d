import { FormatError } from '@seg/checkpoint/safetensors';

import type { FetchOptions } from './fetch-options.ts';
import { broken, Interruption } from './interruption.ts';
import { allowsRedirect } from './redirects.ts';

/** One request. */
export type RequestPlan = {
  url: string;
  method?: 'GET' | 'HEAD';
  headers?: Record<string, string>;
  /** Bearer token, sent to the origin of `url` and to no other. */
  token?: string | null;
  /** Stop at a redirect to another origin, and give it as the answer. */
  stayAtOrigin?: boolean;
};

/** Ten: browsers follow twenty, the hub needs two. */
const MOST_REDIRECTS = 10;

/** Status codes that another attempt may not have. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Sends a request and follows redirects as far as the caller allows.
 *
 * @param signal Ends the request
 * @throws Interruption where another attempt may do better; FormatError for a redirect that is refused
 */
export async function request(plan: RequestPlan, options: FetchOptions, signal: AbortSignal): Promise<Response> {
  const start = new URL(plan.url);
  let at = start;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const response = await send(plan, at, options, signal);
    const target = response.type === 'opaqueredirect' ? null : redirectOf(response, at);
    if (response.type === 'opaqueredirect') return followInPage(plan, at, options, signal);
    if (target === null) return passing(response);
    if (plan.stayAtOrigin && target.origin !== start.origin) return response;
    checkRedirect(plan.url, at, target, options);
    await response.body?.cancel();
    at = target;
  }
  throw new FormatError(`${plan.url}: expected at most ${MOST_REDIRECTS} redirects, got more`);
}

async function send(plan: RequestPlan, url: URL, options: FetchOptions, signal: AbortSignal, redirect?: 'follow') {
  const isHome = url.origin === new URL(plan.url).origin;
  const headers = new Headers({ 'Accept-Encoding': 'identity', ...(isHome && options.headers), ...plan.headers });
  if (isHome && plan.token) headers.set('Authorization', `Bearer ${plan.token}`);
  try {
    return await fetch(url, { method: plan.method ?? 'GET', headers, signal, redirect: redirect ?? 'manual' });
  } catch (error) {
    throw signal.aborted ? new Interruption((signal.reason as Error).message) : broken(error);
  }
}

function redirectOf(response: Response, at: URL): URL | null {
  const location = response.headers.get('location');
  if (response.status < 300 || response.status > 399 || location === null) return null;
  if (!URL.canParse(location, at)) throw new FormatError(`${at}: expected a redirect to a URL, got ${location}`);
  return new URL(location, at);
}

/** A page does not see where a redirect leads before it has followed it. It keeps the token from other origins itself. */
async function followInPage(plan: RequestPlan, at: URL, options: FetchOptions, signal: AbortSignal): Promise<Response> {
  const response = await send(plan, at, options, signal, 'follow');
  checkRedirect(plan.url, at, new URL(response.url), options);
  return passing(response);
}

function checkRedirect(url: string, from: URL, to: URL, { allowRedirect = allowsRedirect }: FetchOptions): void {
  const isPlain = to.protocol !== 'https:';
  const isFetched = to.protocol === 'https:' || to.protocol === 'http:';
  if (isFetched && !(isPlain && from.protocol === 'https:') && allowRedirect(from, to)) return;
  throw new FormatError(`${url}: expected the file or an allowed redirect, got one to ${to.origin}`);
}

/** Passes an answer on, unless it is one that may change. */
async function passing(response: Response): Promise<Response> {
  if (!PASSING.has(response.status)) return response;
  await response.body?.cancel();
  const after = response.headers.get('retry-after');
  throw new Interruption(`status ${response.status}`, after === null ? null : waitOf(after));
}

/** Milliseconds of `Retry-After`: seconds or a date. */
function waitOf(after: string): number | null {
  const wait = /^\d+$/.test(after) ? 1000 * Number(after) : Date.parse(after) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}
