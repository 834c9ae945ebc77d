import type { IncomingMessage } from 'node:http';

import { HttpError } from './http-error.ts';

/**
 * Reads the body of a request.
 *
 * @param most Bytes that it may have
 * @throws HttpError 413 at the first byte too many, 400 where there is none, or where it ends too early
 */
export async function readBody(request: IncomingMessage, most: number): Promise<Uint8Array> {
  const told = Number(request.headers['content-length'] ?? 0);
  if (told > most) throw tooLarge(most, told);
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > most) throw tooLarge(most, size);
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(400, `body: expected all of it, got ${size} bytes and the end of the connection`);
  }
  if (size === 0) throw new HttpError(400, 'body: expected the bytes of an image, got none');
  return Buffer.concat(pieces);
}

function tooLarge(most: number, got: number): HttpError {
  return new HttpError(413, `body: expected at most ${most} bytes, got ${got}`, { connection: 'close' });
}
