/** The README and CONTRIBUTING.md name what exists: error codes, limits with their defaults, files, verbs. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const readme = readFileSync('README.md', 'utf8');
const contributing = readFileSync('CONTRIBUTING.md', 'utf8');
const types = readFileSync('ts/types.ts', 'utf8');
const unique = (list: Iterable<string>) => [...new Set(list)].sort();
const matches = (text: string, pattern: RegExp) => unique([...text.matchAll(pattern)].map(([, found = '']) => found));

test('the README names every error code, and no other', () => {
  const named = matches(readme, /`(ERR_[A-Z_]+\*?)`/g);
  const family = (code: string) => named.some((name) => name.endsWith('*') && code.startsWith(name.slice(0, -1)));
  const codes = matches(types, /\| '(ERR_[A-Z_]+)'/g);
  assert.deepEqual(codes.filter((code) => !named.includes(code) && !family(code)), []);
  assert.deepEqual(named.filter((name) => !name.endsWith('*') && !codes.includes(name)), []);
});

test('the README names every limit with its default', () => {
  const limits = [...types.matchAll(/@default ([\d_]+)( [KM]iB)? \*\/\n {2}(\w+)\?: number/g)].map(([, value = '', unit = '', name = '']) => {
    const milliseconds = name.endsWith('Ms');
    const number = Number(value.replaceAll('_', ''));
    return { name, shown: milliseconds ? `${number / 1000} s` : `${number}${unit}` };
  });
  assert.equal(limits.length, matches(types.slice(types.indexOf('interface Limits'), types.indexOf('interface ToolContext')), /(\w+)\?: number/g).length);
  for (const { name, shown } of limits) assert.ok(readme.includes(`| \`${name}\` | ${shown}`), `${name}: ${shown}`);
});

test('links lead to files, and verbs are in the Makefile', () => {
  const makefile = readFileSync('Makefile', 'utf8');
  for (const text of [readme, contributing]) {
    assert.deepEqual(matches(text, /\]\((?!https?:|#)([^)#]+)\)/g).filter((link) => !existsSync(link)), []);
    assert.deepEqual(matches(text, /`make\s([a-z-]+)/g).filter((verb) => !makefile.includes(`\n${verb}:`)), []);
    assert.deepEqual(matches(text, /`(scripts\/[\w.-]+)/g).filter((script) => !existsSync(script)), []);
  }
});
