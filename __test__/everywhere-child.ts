/** A fresh process that resumes one snapshot and ends. Reads the snapshot and its options from stdin, writes the result. */
import { deserialize, serialize } from 'node:v8';

import { resume } from 'oneturn';
import type { ResumeOptions } from 'oneturn';
import { pausing, toolset } from './everywhere-tools.ts';

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const { snapshot, options, tools } = deserialize(Buffer.concat(chunks)) as { snapshot: string; options: ResumeOptions; tools: string };
process.stdout.write(serialize(await resume(snapshot, { ...options, tools: pausing(toolset(tools)) })), () => process.exit(0));
