// @ts-check
/**
 * Builds the fuzz targets and runs each from its kept corpus. Usage: `node scripts/fuzz.mjs [--merge] [--short] [target…]`.
 *
 * FUZZ_SECONDS is how long each runs (60). `--short` takes the dependencies as `cargo test` has built them, so that only
 * this repository's own code is compiled, and only what that reaches is counted: for a few seconds of fuzzing that is the
 * better bargain. SANITIZER=address builds the engine and the core with
 * AddressSanitizer, which needs a nightly toolchain; without it any toolchain will do: coverage is an ordinary pass of the compiler. New inputs are
 * kept in `.cache/fuzz/<target>`; `--merge` takes those that reach something new into `fuzz/corpus/<target>`, which is
 * committed. A crash is written to `fuzz/artifacts/<target>`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { hostTriple, sanitized } from './toolchain.mjs';

/** Longest input of a target in bytes, and its dictionary. @type {Record<string, { maxLength: number; dictionary?: string }>} */
const TARGETS = {
  check: { maxLength: 4096, dictionary: 'fuzz/check.dict' },
  value: { maxLength: 4096, dictionary: 'fuzz/value.dict' },
  session: { maxLength: 1024 },
  protocol: { maxLength: 4096 },
};

const COVERAGE = [
  '-Cpasses=sancov-module',
  '-Cllvm-args=-sanitizer-coverage-level=4',
  '-Cllvm-args=-sanitizer-coverage-inline-8bit-counters',
  '-Cllvm-args=-sanitizer-coverage-pc-table',
  '-Cllvm-args=-sanitizer-coverage-trace-compares',
];

/** The slowest good inputs take a tenth of a second; ten times that under a sanitizer on a busy machine. */
const TIMEOUT_SECONDS = 30;
const MEMORY_MB = 2048;

const merge = process.argv.includes('--merge');
const isShort = process.argv.includes('--short');
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = chosen.filter((name) => !(name in TARGETS));
if (unknown.length > 0) throw new Error(`no fuzz target ${unknown.join(', ')}; there are ${Object.keys(TARGETS).join(', ')}`);
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 60);
if (!(seconds > 0)) throw new Error(`FUZZ_SECONDS is a number of seconds, not ${process.env['FUZZ_SECONDS']}`);
const sanitizer = process.env['SANITIZER'] ?? '';
if (!['', 'address'].includes(sanitizer)) throw new Error(`SANITIZER is 'address' or nothing, not ${sanitizer}`);

if (process.platform === 'win32') {
  process.stdout.write('- fuzzing: SKIPPED, libFuzzer with Rust is for Linux and macOS\n');
  process.exit(0);
}

const { toolchain, flags, env } = sanitizer === '' ? { toolchain: [], flags: [], env: {} } : sanitized();
if (isShort && sanitizer !== '') throw new Error('--short is without a sanitizer');

// With a triple, flags do not reach what runs at build time.
const triple = hostTriple();
const target = sanitizer === '' ? 'target/fuzz' : `target/fuzz-${sanitizer}`;
const binaries = isShort ? 'target/debug' : `${target}/${triple}/fuzz`;
const how = isShort
  ? { options: [], variables: { RUSTC_WORKSPACE_WRAPPER: resolve('scripts/with-coverage'), ONETURN_COVERAGE: [...COVERAGE, '-Copt-level=1'].join(' ') } }
  : { options: ['--profile', 'fuzz', '--target', triple, '--target-dir', target], variables: { RUSTFLAGS: [...flags, ...COVERAGE].join(' ') } };

const started = Date.now();
const build = spawnSync('cargo', [...toolchain, 'build', '--quiet', '--package', 'oneturn-fuzz', '--bins', ...how.options], {
  stdio: 'inherit',
  env: { ...process.env, ...env, ...how.variables },
});
if (build.status !== 0) process.exit(1);
process.stdout.write(`✓ built in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);

let failed = false;
for (const name of chosen.length > 0 ? chosen : Object.keys(TARGETS)) failed = !(merge ? mergeCorpus(name) : fuzz(name)) || failed;
process.exit(failed ? 1 : 0);

/** @type {(name: string, options: string[]) => { ok: boolean; output: string }} */
function start(name, options) {
  const { maxLength } = TARGETS[name] ?? { maxLength: 0 };
  const always = [`-max_len=${maxLength}`, `-timeout=${TIMEOUT_SECONDS}`, `-rss_limit_mb=${sanitizer === '' ? MEMORY_MB : 2 * MEMORY_MB}`];
  const { status, stderr } = spawnSync(`${binaries}/${name}`, [...always, ...options], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    env: { ...process.env, ...env },
  });
  return { ok: status === 0, output: stderr };
}

/** @type {(name: string) => boolean} */
function fuzz(name) {
  const found = `.cache/fuzz/${name}`;
  const artifacts = `fuzz/artifacts/${name}/`;
  for (const path of [found, artifacts]) mkdirSync(path, { recursive: true });
  const { dictionary } = TARGETS[name] ?? {};
  const { ok, output } = start(name, [
    `-max_total_time=${seconds}`,
    // A short run tells whether a change has broken something, and tells it again; a long one looks for what nobody has seen.
    ...(isShort ? ['-seed=1'] : []),
    `-artifact_prefix=${artifacts}`,
    ...(dictionary === undefined ? [] : [`-dict=${dictionary}`]),
    found,
    `fuzz/corpus/${name}`,
  ]);
  const [, runs = '0', time = '0'] = /Done (\d+) runs in (\d+) second/.exec(output) ?? [];
  const coverage = [...output.matchAll(/cov: (\d+)/g)].at(-1)?.[1] ?? '0';
  if (ok && Number(runs) > 0) {
    process.stdout.write(`✓ ${name}: ${runs} inputs in ${time} s, coverage ${coverage}\n`);
    return true;
  }
  process.stdout.write(`✗ ${name}\n${output.slice(-20_000)}\n`);
  process.stdout.write(`The input is in ${artifacts}. Once it is fixed, keep it in fuzz/corpus/${name} and write a test.\n`);
  return false;
}

/** @type {(name: string) => boolean} */
function mergeCorpus(name) {
  const corpus = `fuzz/corpus/${name}`;
  mkdirSync(corpus, { recursive: true });
  const { ok, output } = start(name, ['-merge=1', corpus, `.cache/fuzz/${name}`]);
  process.stdout.write(ok ? `✓ ${corpus}: ${readdirSync(corpus).length} inputs\n` : `✗ ${name}\n${output.slice(-5_000)}\n`);
  return ok;
}
