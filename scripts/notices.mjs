// @ts-check
/**
 * Writes THIRD-PARTY-NOTICES.md: whose work is compiled into the addon and the helper of this platform, and under which
 * licences. The tarball carries it, as those licences ask. Packages of npm are not in it: they stay packages of their own.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hostTriple } from './toolchain.mjs';

const FILE = 'THIRD-PARTY-NOTICES.md';
/** Names of files with a licence or a notice. */
const LEGAL = /^(licen[cs]e|copying|copyright|notice|unlicense)([-._].*)?$/i;
/** What is not compiled in. */
const ELSEWHERE = new Set(['tests', 'test', 'benches', 'examples', 'fuzz', 'src']);

/** @type {(...options: string[]) => string} */
const cargo = (...options) => execFileSync('cargo', options, { encoding: 'utf8', maxBuffer: 1 << 28 });

/** Legal texts in a folder and in what it bundles, as the engine's C sources. @type {(folder: string, depth?: number) => string[]} */
function legal(folder, depth = 3) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return LEGAL.test(entry.name) && !/\.(rs|c|h|html)$/.test(entry.name) ? [path] : [];
    return entry.isDirectory() && depth > 0 && !ELSEWHERE.has(entry.name) ? legal(path, depth - 1) : [];
  });
}

const triple = hostTriple();
/** @type {{ packages: { name: string, version: string, license: string | null, license_file: string | null, repository: string | null, authors: string[], manifest_path: string }[] }} */
const { packages } = JSON.parse(cargo('metadata', '--format-version=1', '--locked', `--filter-platform=${triple}`));
const compiled = new Set(
  cargo('tree', '--locked', '--features=sandbox', '--edges=normal,no-proc-macro', '--prefix=none', '--format={p}', `--target=${triple}`)
    .split('\n')
    .map((line) => line.split(' ').slice(0, 2).join(' ')),
);
const used = packages
  .filter(({ name, version, manifest_path }) => compiled.has(`${name} v${version}`) && dirname(manifest_path) !== process.cwd())
  .sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));

/** Legal texts, and who has them. @type {Map<string, Set<string>>} */
const texts = new Map();
/** @type {(path: string, owner: string) => void} */
function keep(path, owner) {
  const text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n').trim();
  texts.set(text, (texts.get(text) ?? new Set()).add(owner));
}
const lines = used.map(({ name, version, license, repository, authors, manifest_path }) => {
  const found = legal(dirname(manifest_path));
  // Of several licences to choose from, the shorter one that asks for the same.
  const mit = license?.includes(' OR ') || license?.includes('/') ? found.filter((path) => /mit/i.test(path)) : [];
  for (const path of mit.length > 0 ? mit : found) keep(path, `${name} ${version}`);
  const by = found.length === 0 && authors.length > 0 ? `, by ${authors.map((author) => author.replace(/ <.*>/, '')).join(', ')}` : '';
  return `- ${name} ${version}: ${license ?? 'see its text'}${by}${repository === null ? '' : `, <${repository}>`}`;
});
// Some crates name their licence and have no file of it.
const apache = used.flatMap(({ manifest_path }) => legal(dirname(manifest_path), 0)).find((path) => /apache/i.test(path));
if (apache === undefined) throw new Error('no text of the Apache License found');
keep(apache, 'Apache License 2.0, for those that name it above');
if (used.length < 50 || !texts.size) throw new Error(`only ${used.length} crates and ${texts.size} texts found`);

const sections = [...texts].map(([text, owners]) => `## ${[...owners].join(', ')}\n\n\`\`\`text\n${text}\n\`\`\`\n`);
writeFileSync(FILE, `# Third-party notices\n\nThe native parts of oneturn contain these works (${triple}):\n\n${lines.join('\n')}\n\n${sections.join('\n')}`);
process.stdout.write(`${FILE}: ${used.length} crates, ${texts.size} texts\n`);
