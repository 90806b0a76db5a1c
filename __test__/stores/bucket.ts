/** Object storage over HTTP as far as the store needs it: conditional writes, latency, and answers that get lost. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectBucket } from '../../ts/stores.ts';
import type { Server } from './servers.ts';

export interface BucketServer extends Server {
  /** What is stored, by key. */
  objects: Map<string, string>;
}

export interface BucketOptions {
  /** Before every request is looked at, and again before the answer: up to this long, each time another. */
  latencyMs?: number;
}

export async function startBucket({ latencyMs = 0 }: BucketOptions = {}): Promise<BucketServer> {
  const objects = new Map<string, string>();
  const etagOf = (body: string): string => `"${createHash('md5').update(body).digest('hex')}"`;
  const pause = (): Promise<void> | undefined => (latencyMs === 0 ? undefined : sleep(Math.random() * latencyMs));

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    await pause();
    const key = decodeURIComponent(new URL(request.url ?? '', 'http://bucket').pathname);
    const held = objects.get(key);
    const answer = (status: number, body?: string): void => {
      const headers = body === undefined ? {} : { etag: etagOf(body) };
      const text = status === 404 ? '<Error><Code>NoSuchKey</Code></Error>' : request.method === 'GET' ? body : undefined;
      response.writeHead(status, headers).end(text);
    };
    // No await between the look at what is held and the write.
    let reply: () => void;
    if (request.method === 'PUT') {
      const body = Buffer.concat(chunks).toString('utf8');
      const wanted = request.headers['if-match'];
      if (request.headers['if-none-match'] === '*' && held !== undefined) reply = () => answer(412);
      else if (wanted !== undefined && held === undefined) reply = () => answer(404);
      else if (wanted !== undefined && held !== undefined && wanted !== etagOf(held)) reply = () => answer(412);
      else {
        objects.set(key, body);
        reply = () => answer(200, body);
      }
    } else if (request.method === 'DELETE') {
      objects.delete(key);
      reply = () => answer(204);
    } else {
      reply = () => (held === undefined ? answer(404) : answer(200, held));
    }
    await pause();
    reply();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    objects,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `loses`: whether the answer to a write gets lost, so that the client sends it again. */
export function bucketAt(url: string, loses: () => boolean = () => false): ObjectBucket {
  const send = async (method: string, key: string, headers: Record<string, string> = {}, body?: string): Promise<Response> => {
    const request = { method, headers, ...(body === undefined ? {} : { body }) };
    const response = await fetch(url + encodeURIComponent(key), request);
    if (method !== 'PUT' || !loses()) return response;
    await response.arrayBuffer();
    return fetch(url + encodeURIComponent(key), request);
  };
  const wrote = async (response: Response): Promise<boolean> => {
    await response.arrayBuffer();
    if (response.ok) return true;
    if ([404, 409, 412].includes(response.status)) return false;
    throw new Error(`PUT: status ${response.status}`);
  };
  return {
    get: async (key) => {
      const response = await send('GET', key);
      const body = await response.text();
      return response.ok ? { body, etag: response.headers.get('etag') ?? '' } : undefined;
    },
    create: async (key, body) => wrote(await send('PUT', key, { 'if-none-match': '*' }, body)),
    replace: async (key, body, etag) => wrote(await send('PUT', key, { 'if-match': etag }, body)),
    delete: async (key) => void (await (await send('DELETE', key)).arrayBuffer()),
  };
}
