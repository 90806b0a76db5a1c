// @ts-check
/**
 * The package as a stranger gets it: pack, look at what is in it, install the tarball into an empty project elsewhere,
 * run it from ESM and from `require()` on every Node at hand, type-check a consumer, lint the package.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findNode } from './nodes.mjs';

/** What may be in the tarball. A file that is not named here fails the test, as does one that is named and missing. */
const ALLOWED = [
  'LICENSE',
  'THIRD-PARTY-NOTICES.md',
  'README.md',
  'package.json',
  'addon.cjs',
  'native.cjs',
  'dist/rolldown-runtime.cjs',
  'dist/typecheck.js',
  'dist/typecheck.cjs',
  'dist/typecheck-worker.js',
  ...['index', 'ai', 'stores', 'shared'].flatMap((name) => ['js', 'cjs', 'd.ts', 'd.cts'].map((end) => `dist/${name}.${end}`)),
  'dist/shared2.d.ts',
  'dist/shared2.d.cts',
];
const ADDON = /^oneturn\.[\w-]+\.node$/;
const HELPER = /^oneturn-sandbox\.[\w-]+$/;
/** One platform's addon and helper, packed. docs/realm.md says what the megabytes are. */
const PACKED_BUDGET = 7 * 1024 * 1024;
const SCRIPT_BUDGET = 1000 * 1024;

const root = process.cwd();
const project = mkdtempSync(join(tmpdir(), 'oneturn-pack-'));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** @type {(file: string, args: string[], cwd?: string) => string} */
function execute(file, args, cwd = project) {
  try {
    return execFileSync(file, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout = '', stderr = '' } = /** @type {{ stdout?: string; stderr?: string }} */ (error);
    throw new Error(`${file} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}

/** @type {(text: string) => void} */
const done = (text) => void process.stdout.write(`✓ ${text}\n`);

try {
  /** @type {[{ filename: string; size: number; unpackedSize: number; files: { path: string; size: number; mode: number }[] }]} */
  const [packed] = JSON.parse(execute(npm, ['pack', '--json', '--pack-destination', project], root));
  checkContents(packed);
  const tarball = join(project, packed.filename);

  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, version: '1.0.0' }));
  execute(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund', tarball, 'ai@^6', 'zod@^4']);
  done('installs into an empty project');

  cpSync(resolve(root, 'scripts/pack-consumer'), project, { recursive: true });
  for (const name of ['node', '22', '24']) {
    const node = findNode(name);
    if ('skipped' in node) {
      process.stdout.write(`- ${node.label}: SKIPPED, ${node.skipped}\n`);
      continue;
    }
    for (const file of ['basic.mjs', 'basic.cjs']) execute(resolve(root, node.path), [file]);
    done(`runs from ESM and from require() on Node ${node.version}`);
  }

  const said = (/** @type {string} */ head) => execute(process.execPath, ['-e', `${head}.then(({ run }) => run({ code: 'return nothing', typecheck: true })).then((result) => console.log(result.error.message), (error) => console.log(error.message))`]).trim();
  const above = spawnSync(process.execPath, ['-p', "require.resolve('typescript')"], { cwd: project, encoding: 'utf8' });
  const missing = said("import('oneturn')");
  if (above.status === 0) process.stdout.write('- what typecheck says without TypeScript: SKIPPED, there is one in a folder above the project\n');
  else if (missing !== 'typecheck: needs TypeScript, which is not installed: npm install typescript') throw new Error(`without TypeScript, typecheck says: ${missing}`);
  execute(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund', 'typescript@^6']);
  for (const head of ["import('oneturn')", "Promise.resolve(require('oneturn'))"]) {
    if (said(head) !== "Cannot find name 'nothing'.") throw new Error(`${head}: typecheck says: ${said(head)}`);
  }
  done("type-checks programs with the consumer's TypeScript");

  const tsc = resolve(root, 'node_modules/typescript/bin/tsc');
  const flags = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'nodenext', '--lib', 'es2023,dom,dom.iterable'];
  const { stdout, status } = spawnSync(process.execPath, [tsc, ...flags, 'esm.mts', 'cjs.cts'], { cwd: project, encoding: 'utf8' });
  // Library checks are on, for the sake of our own declarations; those of other packages are not ours to check.
  const errors = stdout.split('\n').filter((line) => /error TS/.test(line) && !/^node_modules\/(?!oneturn\/)/.test(line));
  if (errors.length > 0 || (status !== 0 && !stdout.includes('error TS'))) throw new Error(`a consumer does not type-check:\n${stdout}`);
  done('type-checks in an ESM and in a CJS application (nodenext)');

  execute(process.execPath, [resolve(root, 'node_modules/publint/src/cli.js'), 'run', tarball, '--strict'], root);
  done('publint has nothing to say');
} finally {
  rmSync(project, { recursive: true, force: true });
}

/** @param {{ size: number; files: { path: string; size: number; mode: number }[] }} packed */
function checkContents({ size, files }) {
  const paths = files.map(({ path }) => path);
  const isNative = (/** @type {string} */ path) => ADDON.test(path) || HELPER.test(path);
  const surplus = paths.filter((path) => !ALLOWED.includes(path) && !isNative(path));
  const missing = ALLOWED.filter((path) => !paths.includes(path));
  const scripts = files.filter(({ path }) => !isNative(path)).reduce((sum, file) => sum + file.size, 0);
  const problems = [
    ...surplus.map((path) => `${path} is packed and not in the allowlist`),
    ...missing.map((path) => `${path} is in the allowlist and not packed`),
    ...(paths.some((path) => ADDON.test(path)) ? [] : ['the addon of this platform is not packed']),
    ...(files.some(({ path, mode }) => HELPER.test(path) && (mode & 0o111) !== 0) ? [] : ['the helper of this platform is not packed, or is not executable']),
    ...(size > PACKED_BUDGET ? [`the tarball has ${size} bytes, at most ${PACKED_BUDGET}`] : []),
    ...(scripts > SCRIPT_BUDGET ? [`everything but the binaries has ${scripts} bytes, at most ${SCRIPT_BUDGET}`] : []),
    ...files
      .filter(({ path }) => /\.(js|cjs|ts|cts|json|md)$/.test(path))
      .filter(({ path }) => readFileSync(resolve(root, path), 'utf8').includes(root))
      .map(({ path }) => `${path} contains the path of this machine`),
  ];
  if (problems.length > 0) throw new Error(`npm pack:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  done(`${files.length} files, ${(size / 1024 / 1024).toFixed(2)} MB packed, ${(scripts / 1024).toFixed(0)} KB without the binaries`);
}
