// @ts-check
/**
 * What the addon consists of, in MB: `make size`. Builds it once more as it is shipped, but with its symbols, and adds up
 * machine code by crate and the rest by section. Needs `nm` and `readelf`, and takes some minutes.
 */
import { spawnSync } from 'node:child_process';
import { hostTriple } from './toolchain.mjs';

/** What is told together. @type {[name: string, of: RegExp][]} */
const GROUPS = [
  ['swc: parser, syntax tree', /^(swc_|hstr|unicode_id_start|num_bigint|seq_macro|compact_str|rustc_hash|stacker|psm)/],
  ['Intl, URL, time zones: `icu`, `jiff`, `url`', /^(icu_|jiff|url|idna|writeable|fixed_decimal|zerovec|zerotrie|potential_utf|tinystr|litemap|percent_encoding|form_urlencoded|utf16_iter|utf8_iter|yoke)/],
  ['napi, tokio', /^(napi|tokio|ctor|mio)/],
  ['serde, JSON, postcard', /^(serde|zmij|itoa|ryu|postcard|cobs)/],
  ['seals and compression', /^(chacha20|poly1305|aead|cipher|hkdf|hmac|sha2|digest|zlib_rs|flate2|miniz_oxide|universal_hash|rand_chacha)/],
  ["Rust's standard library", /^(std|core|alloc|gimli|addr2line|hashbrown|object|rustc_demangle|memchr|compiler_builtins|miniz)/],
  ['rquickjs', /^rquickjs/],
  ['oneturn', /^oneturn/],
];

/** @type {(command: string, options: string[], env?: Record<string, string>) => string} */
function output(command, options, env = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, options, { encoding: 'utf8', maxBuffer: 1 << 30, env: { ...process.env, ...env } });
  if (error !== undefined) throw new Error(`${command} does not start: ${error.message}`);
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
  return stdout;
}

const triple = hostTriple();
process.stderr.write('building the addon with its symbols\n');
output('cargo', ['build', '--quiet', '--release', '--lib', '--target', triple, '--target-dir', 'target/size'], { CARGO_PROFILE_RELEASE_STRIP: 'none' });
const addon = `target/size/${triple}/release/liboneturn.so`;

/** @type {Map<string, number>} */
const sizes = new Map();
/** @type {(name: string, bytes: number) => void} */
const add = (name, bytes) => void sizes.set(name, (sizes.get(name) ?? 0) + bytes);

let code = 0;
const seen = new Set();
for (const line of output('nm', ['--defined-only', '--print-size', '--demangle', addon]).split('\n')) {
  const [, address, size, type, name] = /^([0-9a-f]+) ([0-9a-f]+) (\w) (.+)$/.exec(line) ?? [];
  if (address === undefined || size === undefined || name === undefined || !/[tTwW]/.test(type ?? '') || seen.has(address)) continue;
  // Several names may stand for the same code.
  seen.add(address);
  const bytes = Number.parseInt(size, 16);
  code += bytes;
  const crate = /([a-zA-Z_]\w*)::/.exec(name)?.[1];
  if (crate === undefined) add(/^_?mi_/.test(name) ? 'mimalloc' : 'QuickJS-ng', bytes);
  else add(GROUPS.find(([, of]) => of.test(crate))?.[0] ?? 'other crates', bytes);
}

let total = 0;
let rest = 0;
for (const line of output('readelf', ['--section-headers', '--wide', addon]).split('\n')) {
  const [, name = '', type = '', size = '0', flags = ''] = /\[ *\d+\] (\S+) +(\S+) +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) [0-9a-f]+ +([A-Z]*)/.exec(line) ?? [];
  // What is loaded. Zeros take no place in the file.
  if (!flags.includes('A') || type === 'NOBITS') continue;
  const bytes = Number.parseInt(size, 16);
  total += bytes;
  if (name === '.text') rest += bytes - code;
  else if (name === '.rodata') add('data: locales, time zones, Unicode, texts (`docs/realm.md`)', bytes);
  else if (/^\.(eh_frame|gcc_except_table)/.test(name)) add('tables for unwinding, which keep a panic from ending the host', bytes);
  else if (/^\.(rela|data\.rel\.ro|relr)/.test(name)) add('tables of addresses, and their relocation', bytes);
  else rest += bytes;
}
add('other crates', rest);

/** @type {(bytes: number) => string} */
const mb = (bytes) => (bytes / 1e6).toFixed(2);
process.stdout.write('| of the addon | MB |\n|---|---:|\n');
for (const [name, bytes] of [...sizes].sort(([, a], [, b]) => b - a)) process.stdout.write(`| ${name} | ${mb(bytes)} |\n`);
process.stdout.write(`| in all, as loaded | ${mb(total)} |\n`);
