// Serves an export: POST an image, get its segments as COCO's panoptic format has them and the map as a PNG in base64.
//
//   node examples/onnx-server/server.mjs FOLDER [PORT]
import { createServer } from 'node:http';
import { decodeImage } from '@seg/image';
import { openExport } from './segment.mjs';

/** 32 MiB: the largest image that is read. */
const MOST_BYTES = 32 * 2 ** 20;

const [folder, port = '8080'] = process.argv.slice(2);
const { segment } = await openExport(folder);
const server = createServer(async (request, response) => {
  const { status, body } = await answer(request).catch((error) => ({ status: 400, body: { error: error.message } }));
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
server.listen(Number(port), '127.0.0.1', () => console.log(`listening at http://127.0.0.1:${server.address().port}`));

async function answer(request) {
  if (request.method !== 'POST')
    return { status: 405, body: { error: `method: expected POST, got ${request.method}` } };
  const image = await decodeImage(await bodyOf(request), 'body');
  const { png, ...segments } = await segment(image);
  return { status: 200, body: { ...segments, png: Buffer.from(png).toString('base64') } };
}

async function bodyOf(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > MOST_BYTES) throw new Error(`body: expected at most ${MOST_BYTES} bytes, got more`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
