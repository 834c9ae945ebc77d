// An npm registry for the @seg scope on loopback, in memory: serves what was packed, and takes what is published.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * @param {Iterable<{ tarball: string }>} packed What is there at the start
 * @returns {Promise<{ url: string, published: string[], npmrc(folder: string): void, close(): void }>}
 */
export async function startRegistry(packed) {
  const documents = new Map(); // name → packument
  const tarballs = new Map(); // path → bytes
  const published = []; // name@version in the order of publication
  const server = createServer((request, response) =>
    answer(request, response).catch((error) => response.writeHead(500).end(String(error))),
  );
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  for (const { tarball } of packed) {
    const bytes = readFileSync(tarball);
    add(manifestOf(bytes), bytes);
  }
  return {
    url,
    published,
    npmrc: (folder) =>
      writeFileSync(
        path.join(folder, '.npmrc'),
        `@seg:registry=${url}\n//${new URL(url).host}/:_authToken=loopback\naudit=false\nfund=false\nupdate-notifier=false\n`,
      ),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };

  function add(manifest, bytes) {
    const { name, version } = manifest;
    const place = `/${name}/-/${name.split('/')[1]}-${version}.tgz`;
    tarballs.set(place, bytes);
    const dist = {
      tarball: new URL(place, url).href,
      shasum: createHash('sha1').update(bytes).digest('hex'),
      integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
    };
    const document = documents.get(name) ?? { name, versions: {} };
    documents.set(name, {
      ...document,
      'dist-tags': { latest: version },
      versions: { ...document.versions, [version]: { ...manifest, dist } },
    });
  }

  async function answer(request, response) {
    const place = decodeURIComponent(new URL(request.url, url).pathname);
    if (request.method === 'PUT') {
      const { versions, _attachments: attachments } = JSON.parse(await text(request));
      const [manifest] = Object.values(versions);
      const [{ data }] = Object.values(attachments);
      if (documents.get(manifest.name)?.versions[manifest.version]) return response.writeHead(409).end('{}');
      add(manifest, Buffer.from(data, 'base64'));
      published.push(`${manifest.name}@${manifest.version}`);
      return response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
    }
    const found = tarballs.get(place) ?? documents.get(place.slice(1));
    if (found === undefined) return response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    if (Buffer.isBuffer(found)) return response.writeHead(200).end(found);
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found));
  }
}

/** package.json of a tarball: the entry of that name. */
export function manifestOf(bytes) {
  return JSON.parse(entriesOf(bytes).get('package/package.json').toString('utf8'));
}

/** Files of a gzipped tar whose names fit its headers. */
export function entriesOf(bytes) {
  const tar = gunzipSync(bytes);
  const entries = new Map();
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const name = tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    const prefix = tar.toString('utf8', at + 345, at + 500).replace(/\0.*$/s, '');
    const size = Number.parseInt(tar.toString('ascii', at + 124, at + 136), 8);
    entries.set(prefix ? `${prefix}/${name}` : name, tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return entries;
}

async function text(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
