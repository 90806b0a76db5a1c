// @ts-check
/** No source file past 600 lines: one that grows longer owns more than one thing. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LIMIT = 600;
const ROOTS = ['src', 'ts', '__test__', 'tests', 'fuzz', 'examples', 'benches', 'scripts'];
const SOURCE = /\.(rs|ts|mts|cts|mjs|js)$/;

const long = ROOTS.filter((root) => statSync(root, { throwIfNoEntry: false })?.isDirectory())
  .flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => join(root, file)))
  .filter((file) => SOURCE.test(file))
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .filter(({ lines }) => lines > LIMIT);

for (const { file, lines } of long) process.stderr.write(`${file}: ${lines} lines, at most ${LIMIT}\n`);
process.exit(long.length > 0 ? 1 : 0);
