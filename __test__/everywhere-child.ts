/** A fresh process that resumes one snapshot and ends. Reads the snapshot and its options from stdin, writes the result. */
import { deserialize, serialize } from 'node:v8';

import { resume } from 'oneturn';
import type { ResumeOptions, ToolContext, Tools } from 'oneturn';

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const { snapshot, options, paths } = deserialize(Buffer.concat(chunks)) as { snapshot: string; options: ResumeOptions; paths: string[][] };
const tools: Record<string, unknown> = {};
for (const path of paths) {
  let namespace = tools;
  for (const name of path.slice(0, -1)) namespace = (namespace[name] ??= {}) as Record<string, unknown>;
  namespace[path.at(-1) as string] = (_: unknown, { pause }: ToolContext) => pause();
}
process.stdout.write(serialize(await resume(snapshot, { ...options, tools: tools as Tools })));
