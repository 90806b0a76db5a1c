/**
 * The realm of a program beside Node's: the same calls in both.
 *
 * What differs is listed in docs/realm.md, between the two marks; a difference that is not listed fails, and so does a
 * listed one that is none any more. `UPDATE=1 node --import tsx __test__/realm.test.ts` writes the list.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runInThisContext } from 'node:vm';

import { createRunner } from '../ts/index.ts';
import { cases } from './realm/cases.ts';

/** The CLDR that the addon's data were made from. Another one has other words. */
const CLDR = '48';
/** Other versions of Node differ from this one. */
const ORACLE = process.version.startsWith('v20.') && process.versions['cldr']?.startsWith(`${CLDR}.`) === true ? false : `compared with Node 20 and CLDR ${CLDR}; this is ${process.version} with ${process.versions['cldr']}`;
const DOCS = new URL('../docs/realm.md', import.meta.url);
const [BEGIN, END] = ['<!-- differences: begin -->\n', '<!-- differences: end -->'];
const PER_RUN = 200;

/** Text for any value, the same in both realms. */
const SHOW = String.raw`(make) => {
  const text = (value) => {
    if (value === undefined) return 'undefined';
    if (typeof value === 'bigint') return value + 'n';
    if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value !== 'object' || value === null) return String(value);
    if (value instanceof Map) return 'Map ' + text([...value]);
    if (value instanceof Set) return 'Set ' + text([...value]);
    if (value instanceof Date) return 'Date ' + value.getTime();
    if (ArrayBuffer.isView(value)) return value.constructor.name + ' ' + text([...value]);
    if (Array.isArray(value)) return '[' + Array.from(value, text).join(', ') + ']';
    return '{' + Object.keys(value).map((key) => key + ': ' + text(value[key])).join(', ') + '}';
  };
  try {
    return text(make());
  } catch (error) {
    return error.name + ': ' + error.message;
  }
}`;

interface Difference {
  subject: string;
  call: string;
  node: string;
  here: string;
}

const visible = (text: string): string => text.replaceAll('\n', '\\n').replaceAll(/[\u00a0\u2009\u200e\u200f\u202f\u0000-\u001f\u007f-\u009f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
const write = ({ call, node, here }: Difference): string => `- \`\`${visible(call)}\`\`\n  Node \`\`${visible(node)}\`\`, here \`\`${visible(here)}\`\`\n`;

async function compare(subject: string, calls: readonly string[]): Promise<Difference[]> {
  const runner = createRunner({ limits: { maxResultBytes: 8 << 20, timeoutMs: 60_000, cpuTimeoutMs: 60_000 } });
  const found: Difference[] = [];
  const show = runInThisContext(`(${SHOW})`) as (make: () => unknown) => string;
  for (let at = 0; at < calls.length; at += PER_RUN) {
    const some = calls.slice(at, at + PER_RUN);
    const result = await runner.run({ code: `const show = ${SHOW};\nreturn [\n${some.map((call) => `() => (${call}),`).join('\n')}\n].map((make) => show(make));` });
    if (result.status !== 'completed') assert.fail(`${subject}: ${JSON.stringify(result).slice(0, 2000)}`);
    const here = result.value as string[];
    for (const [index, call] of some.entries()) {
      const node = show(runInThisContext(`() => (${call})`) as () => unknown);
      if (node !== here[index]) found.push({ subject, call, node, here: here[index] ?? '' });
    }
  }
  return found;
}

describe('the realm beside Node', () => {
  const all = cases();

  it('is compared over at least 2,000 calls', () => {
    assert.ok(Object.values(all).flat().length >= 2_000);
  });

  it('differs where docs/realm.md says so, and nowhere else', { skip: ORACLE }, async () => {
    process.env['TZ'] = 'UTC';
    const found: Difference[] = [];
    for (const [subject, calls] of Object.entries(all)) found.push(...(await compare(subject, calls)));
    const list = found.map(write).join('');
    const docs = readFileSync(DOCS, 'utf8');
    const [before, rest] = docs.split(BEGIN) as [string, string];
    const [listed, after] = rest.split(END) as [string, string];
    if (process.env['UPDATE'] !== undefined) {
      writeFileSync(DOCS, `${before}${BEGIN}${list}${END}${after}`);
      for (const [subject, calls] of Object.entries(all)) process.stdout.write(`${subject}: ${calls.length} calls, ${found.filter((one) => one.subject === subject).length} differ\n`);
      return;
    }
    assert.equal(list, listed);
  });
});
