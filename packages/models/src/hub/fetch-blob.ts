import { existsSync } from 'node:fs';
import { FormatError } from '@seg/checkpoint/safetensors';

import { download } from '../fetch/download.ts';
import { type FetchOptions, MOST_ON_DISK, mostBytes, TIMEOUT } from '../fetch/fetch-options.ts';
import { request } from '../fetch/request.ts';
import { watchSilence } from '../fetch/silence.ts';
import { withRetries } from '../fetch/with-retries.ts';
import { refuse } from './hub-api.ts';
import type { HubId } from './hub-id.ts';
import { IncompleteBlob } from './incomplete-blob.ts';

/** A file on the hub, to be put into the cache. */
export type BlobPlan = { id: HubId; url: string; file: string; token: string | null };

/** A file's content, as the hub tells of it. */
type BlobHead = {
  /** Name of the blob: its SHA-256 where it is in large storage, else git's. */
  etag: string;
  size: number | null;
};

/**
 * Downloads the content of a file, unless it is there.
 *
 * @param blobOf Path of a blob by its etag
 * @returns The etag, or null where the hub has no such file
 * @throws FormatError naming the file and what came
 */
export async function fetchBlob(
  plan: BlobPlan,
  blobOf: (etag: string) => string,
  options: FetchOptions,
): Promise<string | null> {
  const head = await fetchHead(plan, options);
  if (head === null) return null;
  const blob = blobOf(head.etag);
  if (existsSync(blob)) return head.etag;
  const part = await IncompleteBlob.open(blob);
  try {
    await fill(part, plan, head, options);
  } catch (error) {
    await part.leave();
    throw error;
  }
  await part.finish();
  return head.etag;
}

/** Asks for etag and size, which the hub itself says before it sends on to a content host. */
async function fetchHead({ id, url, token }: BlobPlan, options: FetchOptions): Promise<BlobHead | null> {
  const { status, headers } = await withRetries(url, options, async () => {
    const watch = watchSilence(options.timeout ?? TIMEOUT, options.signal);
    const plan = { url, method: 'HEAD', token, stayAtOrigin: true } as const;
    return request(plan, options, watch.signal).finally(watch.stop);
  });
  if (status === 404 && headers.get('x-error-code') !== 'RepoNotFound') return null;
  if (status >= 400) refuse(url, id, { status, headers } as Response);
  const etag = (headers.get('x-linked-etag') ?? headers.get('etag') ?? '').replace(/^W\//, '').replaceAll('"', '');
  if (!/^[\w+=-][\w.+=-]{0,199}$/.test(etag)) throw new FormatError(`${url}: expected an etag, got "${etag}"`);
  const length = status < 300 && !headers.has('content-encoding') ? headers.get('content-length') : null;
  const size = Number(headers.get('x-linked-size') ?? length ?? Number.NaN);
  return { etag, size: Number.isSafeInteger(size) && size >= 0 ? size : null };
}

/** Downloads and checks; once more from the beginning where a part of earlier did not belong to it. */
async function fill(part: IncompleteBlob, plan: BlobPlan, { etag, size }: BlobHead, options: FetchOptions) {
  const maxBytes = mostBytes(plan.file, options, MOST_ON_DISK);
  if ((size ?? 0) > maxBytes) throw new FormatError(`${plan.url}: expected at most ${maxBytes} bytes, got ${size}`);
  if (size !== null && part.size() > size) await part.clear();
  for (let isFirst = part.size() > 0; ; isFirst = false) {
    const response = await download({ ...plan, size, maxBytes }, part, options);
    if (!response.ok) refuse(plan.url, plan.id, response);
    const hash = /^[0-9a-f]{64}$/.test(etag) ? await part.sha256() : etag;
    if (hash === etag) return;
    await part.clear();
    if (!isFirst) throw new FormatError(`${plan.url}: expected a file of SHA-256 ${etag}, got ${hash}`);
  }
}
