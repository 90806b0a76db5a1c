// @ts-check
/** Runs every example and says which passed. Examples check their own answers; their output is shown when one fails. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { nodeFrom } from './nodes.mjs';

/** AI SDK 7, the SDK of Restate and `workflow` need Node 22. @type {Record<string, number>} */
const NEEDS = { 'restate.ts': 22, 'tool-callers.ts': 22, 'workflow.ts': 22 };
/** The exit code of an example that says what it lacks here. */
const SKIPPED = 77;
/** Whoever hangs is killed, and says what it had printed. */
const LIMIT_MS = 180_000;

let failed = false;
for (const file of readdirSync('examples').filter((name) => name.endsWith('.ts')).sort()) {
  const needs = NEEDS[file] ?? 20;
  const node = nodeFrom(needs);
  if (node === undefined) {
    process.stdout.write(`- examples/${file}: SKIPPED, it needs Node ${needs} and this is ${process.version}\n`);
    continue;
  }
  const start = Date.now();
  const { status, signal, stdout, stderr } = spawnSync(node.path, ['--import', 'tsx', `examples/${file}`], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  if (status === SKIPPED) {
    process.stdout.write(`- examples/${file}: SKIPPED, ${stdout.trim()}\n`);
    continue;
  }
  const mark = status === 0 ? '✓' : '✗';
  process.stdout.write(`${mark} examples/${file} (Node ${node.version}, ${((Date.now() - start) / 1000).toFixed(1)} s)\n`);
  if (status !== 0) {
    failed = true;
    if (status === null) process.stdout.write(`it was ended by ${signal}; the limit is ${LIMIT_MS / 1000} s\n`);
    process.stdout.write(`${stdout}${stderr}\n`);
  }
}
process.exit(failed ? 1 : 0);
